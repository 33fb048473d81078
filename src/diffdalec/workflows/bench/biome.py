"""Stands per hour on all cores under the paper's experiments, and from them the cost of a biome."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...cells.backend import choose_backend
from ...cells.compilation import keep_compiled_programs
from ...config import load_experiment
from ..calibrate import Settings, calibrate_experiments, stand_data
from ..demo import synthetic_stand
from ..execution import run_tasks
from ..stand import forward_runs

EXPERIMENTS = ("paper/baseline", "paper/single_year", "paper/growth_curve")
YEARS = (1985, 2020)
CELLS = 5_000
FUNCTION = f"{__name__}:calibrate_stand"


@dataclass(frozen=True)
class BiomeCost:
    """``stands`` calibrated by ``workers`` in ``seconds`` of the wall clock, the workers' start and compilation in it.

    ``steady_seconds`` is the mean of a worker's seconds per stand without its first two, which compile; ``by_part`` the
    same for each experiment's batch and the forward runs. ``failed`` members had a status other than ok.
    """

    stands: int
    workers: int
    members: int
    seconds: float
    steady_seconds: float
    by_part: dict[str, float]
    failed: int

    @property
    def biome_hours(self) -> float:
        """Hours that :data:`CELLS` stands would take on the same workers."""
        return CELLS * self.steady_seconds / self.workers / 3600


def measure_biome(
    stands: int, workers: int, members: int, overrides: dict[str, Any], say: Callable[[str], None]
) -> BiomeCost:
    """Calibrate ``stands`` synthetic stands, each with weather, observations and growth curve of its own.

    ``overrides`` are merged into the experiments. A stand that fails fails the benchmark.
    """
    tasks = [(seed, members, overrides) for seed in range(stands)]
    found: list[tuple[str, dict[str, float]]] = []

    def on_result(outcome) -> None:
        if outcome.failure is not None:
            raise RuntimeError(f"stand {outcome.task[0]} failed: {outcome.failure}")
        found.append((outcome.worker, outcome.value))
        say(f"{len(found)} of {stands} stands: {sum(outcome.value.values()):.1f} s")

    began = time.perf_counter()
    run_tasks(FUNCTION, tasks, scheduler="local", workers=workers, on_result=on_result)
    seconds = time.perf_counter() - began
    steady = _steady([(worker, {k: v for k, v in value.items() if k != "failed"}) for worker, value in found])
    parts = {name: sum(value[name] for value in steady) / len(steady) for name in steady[0]}
    failed = int(sum(value["failed"] for _, value in found))
    return BiomeCost(stands, workers, members, seconds, sum(parts.values()), parts, failed)


def _steady(found: Sequence[tuple[str, dict[str, float]]]) -> list[dict[str, float]]:
    """The stands of each worker without its first two; the last of each where there are no more."""
    kept = []
    for worker in dict.fromkeys(name for name, _ in found):
        own = [value for name, value in found if name == worker]
        kept += own[2:] or own[-1:]
    return kept


def calibrate_stand(task: tuple[int, int, dict[str, Any]]) -> dict[str, float]:
    """Seconds of each part of one stand's calibration; what makes the stand is not counted. On a worker of one core."""
    seed, members, overrides = task
    keep_compiled_programs()
    ds, curve, _ = synthetic_stand(seed, YEARS)
    experiments = [load_experiment(name, members=members, **overrides) for name in EXPERIMENTS]
    settings = Settings(seed=seed, backend=choose_backend("auto", threads=1))
    seconds: dict[str, float] = {}
    began = time.perf_counter()

    def lap(name: str) -> None:
        nonlocal began
        seconds[name] = time.perf_counter() - began
        began = time.perf_counter()

    data = stand_data(ds, experiments, curve)
    lap("canopy efficiency")
    fits = []
    for part in (experiments[:2], experiments[2:]):
        fits += calibrate_experiments(data, part, settings)
        lap(" + ".join(e.name for e in part))
    forward_runs(fits, data, curve, "float32")
    lap("forward runs")
    return seconds | {"failed": float(sum((fit.status != "ok").sum() for fit in fits))}
