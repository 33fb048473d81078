"""Cells per hour on each number of workers under the paper's experiments, and from them the cost of a biome."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from ...cells.backend import choose_backend
from ...cells.compilation import keep_compiled_programs
from ...config import load_experiment
from ...errors import InputError
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
    """``stands`` calibrated by ``workers`` of one core each.

    ``seconds`` of the wall clock have everything in them: the workers' start, compilation with nothing kept on disk,
    making the synthetic stands. ``seconds_by_part`` has none of that: a stand's seconds on its core for each batch of
    experiments and for the forward runs, the mean over all stands but each worker's first. ``compile_seconds`` is what
    the first one took beyond that. ``failed`` members had a status other than ok.
    """

    stands: int
    workers: int
    members: int
    seconds: float
    seconds_by_part: dict[str, float]
    compile_seconds: float
    failed: int

    @property
    def stand_seconds(self) -> float:
        """Seconds of one stand on one core, once compiled."""
        return sum(self.seconds_by_part.values())

    @property
    def cells_per_hour(self) -> float:
        """Of all workers together, once compiled."""
        return 3600 * self.workers / self.stand_seconds

    @property
    def biome_hours(self) -> float:
        """Hours that :data:`CELLS` cells would take on the same workers, their compilation at the beginning in it."""
        return CELLS / self.cells_per_hour + self.compile_seconds / 3600


def measure_biome(
    stands: int, workers: Sequence[int], members: int, overrides: Mapping[str, Any], say: Callable[[str], None]
) -> list[BiomeCost]:
    """Calibrate synthetic stands on each number of ``workers``, each with weather, observations and curve of its own.

    The largest number has ``stands`` of them, fewer workers as many fewer, so that each worker has about as many.
    ``overrides`` are merged into the experiments. InputError where a worker would have fewer than three; a stand that
    fails fails the benchmark.
    """
    most = max(workers)
    if stands < 3 * most:
        raise InputError(
            f"{stands} stands are too few for {most} workers: expected at least {3 * most}, since each worker's first "
            "stand, which compiles, does not count"
        )
    return [_measure(-(-stands * number // most), number, members, dict(overrides), say) for number in workers]


def _measure(
    stands: int, workers: int, members: int, overrides: dict[str, Any], say: Callable[[str], None]
) -> BiomeCost:
    found: list[tuple[str, dict[str, float]]] = []
    failed = 0

    def on_result(outcome) -> None:
        nonlocal failed
        if outcome.failure is not None:
            raise RuntimeError(f"stand {outcome.task[0]} failed: {outcome.failure}")
        parts, members_failed = outcome.value
        failed += members_failed
        found.append((outcome.worker, parts))
        say(f"workers: {workers}; {len(found)} of {stands} stands, this one in {sum(parts.values()):.1f} s")

    with tempfile.TemporaryDirectory(prefix="diffdalec-bench-") as cache:
        caches = {"XDG_CACHE_HOME": cache}
        tasks = [(seed, members, overrides) for seed in range(stands)]
        began = time.perf_counter()
        run_tasks(FUNCTION, tasks, scheduler="local", workers=workers, on_result=on_result, environment=caches)
        seconds = time.perf_counter() - began
    parts, compile_seconds = without_compilation(found)
    return BiomeCost(stands, workers, members, seconds, parts, compile_seconds, failed)


def without_compilation(found: Sequence[tuple[str, Mapping[str, float]]]) -> tuple[dict[str, float], float]:
    """The mean seconds by part of all stands but each worker's first, and what a first one took beyond that.

    ``found`` has the worker and the seconds by part of each stand, in the order in which they were done.
    """
    first: dict[str, Mapping[str, float]] = {}
    rest = []
    for worker, parts in found:
        if worker in first:
            rest.append(parts)
        else:
            first[worker] = parts
    mean = {name: fmean(parts[name] for parts in rest) for name in rest[0]}
    return mean, fmean(sum(parts.values()) for parts in first.values()) - sum(mean.values())


def calibrate_stand(task: tuple[int, int, dict[str, Any]]) -> tuple[dict[str, float], int]:
    """Seconds of each part of one stand's calibration on this core, and how many of its members failed.

    What makes the stand is not counted.
    """
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
        lap(" and ".join(e.name for e in part))
    forward_runs(fits, data, curve, "float32")
    lap("forward runs")
    return seconds, int(sum((fit.status != "ok").sum() for fit in fits))
