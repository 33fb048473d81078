"""Experiments that share a run as lanes of one batch: what they need, their programs, their calibration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from ..calibration import (
    Calibration,
    CheckpointFile,
    SearchSpace,
    Stage,
    calibrate_lanes,
    lane_keys,
    programs_needed,
)
from ..cells.backend import Backend, compiler_for, integrator_for
from ..cells.evaluation import Evaluation, evaluate, evaluation_program
from ..cells.problem import StandData, problem, stream_terms
from ..cells.space import Cost, search_space
from ..cells.stages import stages
from ..config import Experiment
from ..cost import Problem, StreamTerm
from ..harmonise.run_calendar import RunCalendar, run_calendar
from ..kernels import Compiler
from ..model import STRESS_FUNCTIONS


@dataclass(frozen=True)
class Batch:
    """Experiments with as many members each, made ready as lanes (experiment × member,), from ``first_member`` on."""

    experiments: Sequence[Experiment]
    first_member: int
    calendar: RunCalendar
    space: SearchSpace
    stages: Sequence[Stage]
    stand: Problem
    scored: Mapping[str, Mapping[str, StreamTerm]]
    compiler: Compiler
    dtype: np.dtype

    @property
    def name(self) -> str:
        return "+".join(e.name for e in self.experiments)

    @property
    def lanes(self) -> list[tuple[str, int]]:
        return [(e.name, self.first_member + i) for e in self.experiments for i in range(e.members)]

    @property
    def candidates(self) -> int:
        return self.experiments[0].optimiser.candidates

    @cached_property
    def programs(self) -> list[tuple[Callable, tuple]]:
        """All programs that take long to compile, as (function, arguments)."""
        shape = (len(self.lanes),)
        values = {name: jax.ShapeDtypeStruct(shape, self.dtype) for name in self.space.names}
        needed = programs_needed(Cost(self.space), self.stages, self.space, shape, self.candidates, self.dtype)
        return [*needed, evaluation_program(values, self.stand, self.scored, self.calendar)]

    def members_at_once(self, memory: float) -> int:
        """How many of the members can be calibrated side by side in so much memory [bytes], one at least.

        By what the program of an iteration needs beside its arguments, as XLA tells it once it is compiled.
        """
        members = self.experiments[0].members
        needed = max(self.compiler.memory(function, *arguments) for function, arguments in self.programs)
        return members if needed <= memory else max(1, int(members * memory / needed))

    def calibrated(
        self, site: str, seed: int, progress: Callable | None, checkpoint: CheckpointFile | None
    ) -> tuple[Calibration, Evaluation]:
        """The calibrated lanes and what they simulate."""
        keys = lane_keys(seed, [(site, *lane) for lane in self.lanes], self.compiler)
        found = calibrate_lanes(
            Cost(self.space),
            self.stages,
            self.space,
            keys,
            (len(self.lanes),),
            candidates=self.candidates,
            dtype=self.dtype,
            compile=self.compiler,
            progress=progress,
            checkpoint=checkpoint,
        )
        return found, evaluate(found.values, self.stand, self.scored, self.calendar, self.dtype)


def make_batch(
    data: StandData, experiments: Sequence[Experiment], backend: Backend, dtype, first_member: int = 0
) -> Batch:
    """Experiments that share a run, on a stand's data."""
    first = experiments[0]
    integrator = integrator_for(backend, STRESS_FUNCTIONS[first.simulation.water_stress])
    calendar = experiment_calendar(data.ds, first)
    stand = problem(data, experiments, calendar, dtype, integrator)
    scored = {
        period: {
            name: term
            for e in experiments
            for name, term in stream_terms(data, e, calendar, period, dtype).items()
            if name != "biomass"
        }
        for period in data.periods
    }
    return Batch(
        experiments=experiments,
        first_member=first_member,
        calendar=calendar,
        space=search_space(first.initial_pools, first.optimiser.transform),
        stages=stages(data, experiments, stand, dtype),
        stand=stand,
        scored=scored,
        compiler=compiler_for(integrator),
        dtype=jnp.dtype(dtype),
    )


def joined(parts: Sequence[tuple[Calibration, Evaluation]], experiments: int) -> tuple[Calibration, Evaluation]:
    """Parts of the members of several experiments as one batch of all members."""

    def join(*arrays: np.ndarray) -> np.ndarray:
        by_experiment = [a.reshape(*a.shape[:-1], experiments, -1) for a in arrays]
        return np.concatenate(by_experiment, axis=-1).reshape(*arrays[0].shape[:-1], -1)

    (first, _), *_ = parts
    fields = ("values", "cost", "failed_starts", "history")
    found = jax.tree.map(join, *({name: getattr(c, name) for name in fields} for c, _ in parts))
    return replace(first, **found), Evaluation(**jax.tree.map(join, *(vars(e) for _, e in parts)))


def experiment_calendar(ds: xr.Dataset, experiment: Experiment) -> RunCalendar:
    """The calendar of an experiment's run on a Dataset."""
    s = experiment.simulation
    return run_calendar(ds["time"], cycle=s.cycle, years=s.years, last_year=s.last_year)
