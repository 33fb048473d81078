"""``diffdalec bench``: member-days per second of the model, forward and value-and-gradient, on this machine."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from rich.console import Console
from rich.table import Table

from ..calibration import lane_keys
from ..cells.problem import problem
from ..cells.space import cost_function, search_space
from ..config import load_experiment
from ..results.provenance import machine, versions
from .calibrate import experiment_calendar, stand_data
from .demo import synthetic_stand


@dataclass(frozen=True)
class Measurement:
    """A batch of ``members`` over ``years``: the fastest of the timed runs [s] and member-days per second."""

    members: int
    years: int
    forward_seconds: float
    gradient_seconds: float
    forward_rate: float
    gradient_rate: float
    compile_seconds: float


def run_benchmark(batches: Sequence[int], years: Sequence[int], repeats: int) -> list[Measurement]:
    """Time the cost of the synthetic stand, all streams and terms, for each batch and length."""
    ds, curve, _ = synthetic_stand()
    measurements = []
    for length in years:
        for members in batches:
            experiment = load_experiment(
                "growth_curve", members=members, simulation={"years": length}, optimiser={"candidates": 8, "starts": 1}
            )
            data = stand_data(ds, [experiment], curve)
            calendar = experiment_calendar(ds, experiment)
            stand = problem(data, [experiment], calendar)
            space = search_space(experiment.initial_pools, experiment.optimiser.transform)
            keys = lane_keys(0, [("bench", m) for m in range(members)])
            z = jnp.moveaxis(jax.vmap(lambda k, space=space: space.draw(k, 1)[0])(keys), 0, 1)
            measurements.append(_measure(cost_function(space), z, stand, members, length, len(calendar.days), repeats))
    return measurements


def _measure(cost, z, stand, members: int, years: int, days: int, repeats: int) -> Measurement:
    began = time.perf_counter()
    forward = jax.jit(cost).lower(z, stand).compile()
    gradient = jax.jit(jax.value_and_grad(lambda z, stand: jnp.sum(cost(z, stand)))).lower(z, stand).compile()
    compiled = time.perf_counter() - began
    f, g = (_fastest(function, z, stand, repeats) for function in (forward, gradient))
    return Measurement(members, years, f, g, members * days / f, members * days / g, compiled)


def _fastest(function, z, stand, repeats: int) -> float:
    jax.block_until_ready(function(z, stand))
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        jax.block_until_ready(function(z, stand))
        seconds.append(time.perf_counter() - began)
    return float(np.min(seconds))


def print_benchmark(measurements: Sequence[Measurement], json_file: Path | None) -> None:
    """A table on standard output, with the machine and versions; the same as JSON where a file is given."""
    console = Console(highlight=False)
    found = versions()
    console.print(f"{machine()}; " + ", ".join(f"{k} {v}" for k, v in found.items()))
    table = Table("members", "years", "forward [M md/s]", "gradient [M md/s]", "gradient [s]", "compile [s]")
    for m in measurements:
        table.add_row(
            str(m.members), str(m.years), f"{m.forward_rate / 1e6:.2f}", f"{m.gradient_rate / 1e6:.2f}",
            f"{m.gradient_seconds:.3f}", f"{m.compile_seconds:.1f}",
        )  # fmt: skip
    console.print(table)
    console.print("M md/s: million member-days per second; cost with all terms, float32, plain XLA.")
    if json_file is not None:
        content = {"machine": machine(), "versions": found, "measurements": [asdict(m) for m in measurements]}
        json_file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
