"""``diffdalec bench``: member-days per second of the whole cost, forward and value-and-gradient, by backend."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from rich.console import Console
from rich.table import Table

from ..calibration import lane_keys
from ..cells.backend import choose_backend
from ..cells.problem import problem
from ..cells.space import cost_function, search_space
from ..config import load_experiment
from ..results.provenance import machine, versions
from .calibrate import experiment_calendar, stand_data
from .demo import synthetic_stand


@dataclass(frozen=True)
class Measurement:
    """A batch of ``members`` over ``years`` with one backend: the fastest of the timed runs [s], member-days per
    second, the time to compile both functions [s], and the compiled gradient's temporary memory [bytes] where XLA
    tells it."""

    backend: str
    members: int
    years: int
    forward_seconds: float
    gradient_seconds: float
    forward_rate: float
    gradient_rate: float
    compile_seconds: float
    temporary_bytes: int


def run_benchmark(
    batches: Sequence[int],
    years: Sequence[int],
    repeats: int,
    backends: Sequence[str] = ("kernels", "xla"),
    say: Callable[[str], None] = lambda text: None,
) -> list[Measurement]:
    """Time the cost of the synthetic stand with all its terms, each batch and length with each backend in turn.

    ``say`` is told what is being measured.
    """
    total = len(years) * len(batches) * len(backends)
    ds, curve, _ = synthetic_stand()
    chosen = [choose_backend(name) for name in backends]
    measurements: list[Measurement] = []
    for length in years:
        experiment = load_experiment("growth_curve", simulation={"years": length})
        calendar = experiment_calendar(ds, experiment)
        space = search_space(experiment.initial_pools, experiment.optimiser.transform)
        for members in batches:
            sized = experiment.model_copy(update={"members": members})
            stand = problem(stand_data(ds, [sized], curve), [sized], calendar)
            keys = lane_keys(0, [("bench", m) for m in range(members)])
            z = jnp.moveaxis(jax.vmap(lambda k, space=space: space.draw(k, 1)[0])(keys), 0, 1)
            for backend in chosen:
                say(f"{len(measurements) + 1} of {total}: {backend.name}, {members} members, {length} years")
                there = replace(stand, integrate=backend.integrate)
                measurements.append(_measure(backend.name, cost_function(space), z, there, members, length, repeats))
    return measurements


def _measure(backend: str, cost, z, stand, members: int, years: int, repeats: int) -> Measurement:
    days = stand.calendar.shape[0]
    began = time.perf_counter()
    forward = jax.jit(cost).lower(z, stand).compile()
    gradient = jax.jit(jax.value_and_grad(lambda z, stand: jnp.sum(cost(z, stand)))).lower(z, stand).compile()
    f, g = (_fastest(function, z, stand, repeats) for function in (forward, gradient))
    compiled = time.perf_counter() - began - (repeats + 1) * (f + g)
    memory = gradient.memory_analysis()
    return Measurement(
        backend=backend,
        members=members,
        years=years,
        forward_seconds=f,
        gradient_seconds=g,
        forward_rate=members * days / f,
        gradient_rate=members * days / g,
        compile_seconds=max(compiled, 0.0),
        temporary_bytes=int(memory.temp_size_in_bytes) if memory is not None else 0,
    )


def _fastest(function, z, stand, repeats: int) -> float:
    jax.block_until_ready(function(z, stand))  # kernels compile at their first call
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        jax.block_until_ready(function(z, stand))
        seconds.append(time.perf_counter() - began)
    return float(np.min(seconds))


def print_benchmark(measurements: Sequence[Measurement], json_file: Path | None) -> None:
    """A table on standard output, with the machine and versions; the same as JSON where a file is given."""
    console = Console(highlight=False, width=110)
    found = versions()
    console.print(f"{machine()}; " + ", ".join(f"{name} {number}" for name, number in found.items()))
    table = Table("backend", "members", "years", "forward\nM md/s", "gradient\nM md/s", "gradient\ns")
    table.add_column("compile\ns")
    table.add_column("gradient\nagainst xla")
    reference = {(m.members, m.years): m for m in measurements if m.backend == "xla"}
    for m in measurements:
        plain = reference.get((m.members, m.years))
        ratio = "" if plain is None or plain is m else f"{m.gradient_rate / plain.gradient_rate:.1f} times"
        table.add_row(
            m.backend,
            str(m.members),
            str(m.years),
            f"{m.forward_rate / 1e6:.2f}",
            f"{m.gradient_rate / 1e6:.2f}",
            f"{m.gradient_seconds:.4f}",
            f"{m.compile_seconds:.1f}",
            ratio,
        )
    console.print(table)
    console.print("M md/s: million member-days per second of the whole cost with all its terms, float32, all cores.")
    if json_file is not None:
        content = {"machine": machine(), "versions": found, "measurements": [asdict(m) for m in measurements]}
        json_file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
