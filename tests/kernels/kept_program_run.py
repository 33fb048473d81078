"""A few iterations of a short calibration with kernels, programs kept on disk; prints what was traced and the end."""

from __future__ import annotations

import json

import jax.numpy as jnp
import numpy as np

from diffdalec.calibration import DescentSettings, lane_keys
from diffdalec.calibration.descent import Iteration, Start
from diffdalec.calibration.starts import Draw
from diffdalec.cells.backend import choose_backend, compiler_for
from diffdalec.cells.compilation import keep_compiled_programs
from diffdalec.cells.problem import problem
from diffdalec.cells.space import Cost, search_space
from diffdalec.config import load_experiment
from diffdalec.kernels import programs
from diffdalec.workflows.calibrate import experiment_calendar, stand_data
from diffdalec.workflows.demo import synthetic_stand


def main() -> None:
    traced: list[str] = []
    lowered = programs._Lowered

    def watch(compiler, function, arguments):
        traced.append(type(function).__name__)
        return lowered(compiler, function, arguments)

    programs._Lowered = watch  # type: ignore[assignment, misc]
    keep_compiled_programs()
    ds, curve, _ = synthetic_stand()
    experiment = load_experiment("growth_curve", simulation={"years": 2}, members=3)
    backend = choose_backend("auto")
    data = stand_data(ds, [experiment], curve, priors={"canopy_efficiency": 10.0})
    stand = problem(data, [experiment], experiment_calendar(ds, experiment), jnp.float32, backend.integrate)
    space, compiler = search_space(experiment.initial_pools, "sine"), compiler_for(backend.integrate)
    keys = lane_keys(0, [("stand", m) for m in range(3)], compiler)
    z = np.asarray(compiler(Draw(space, 1, "float32"), keys)(keys))
    settings = DescentSettings(12, 0.1, 0.01, clip=0.1, method="eigenbasis")
    state = compiler(Start(settings), z)(z)
    iterate = compiler(Iteration(Cost(space), settings), state, stand)
    for _ in range(12):
        state = iterate(state, stand)
    print(json.dumps({"traced": traced, "z": np.asarray(state.best_z, float).tolist()}))


if __name__ == "__main__":
    main()
