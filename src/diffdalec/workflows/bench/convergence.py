"""How long a stand takes: its experiments in a process that compiles everything, and in one that finds it compiled."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...config import SITE_EXPERIMENTS
from ...harmonise.growth_curve import GrowthCurve
from ...readers import open_site
from .child import in_child

WITHIN = 0.02


@dataclass(frozen=True)
class Convergence:
    """Seconds of a stand's experiments: the first time, with compilation, and again in the same process.

    ``costs`` by experiment of each member, and ``gradient_equivalents`` of a member.
    """

    first_seconds: float
    again_seconds: float
    costs: dict[str, list[float]]
    gradient_equivalents: dict[str, float]

    @property
    def compile_seconds(self) -> float:
        """What the first time took beyond the second."""
        return self.first_seconds - self.again_seconds


def measure_convergence(
    site: Path | None, curve: tuple[float, float, float] | None, members: int, say: Callable[[str], None]
) -> tuple[Convergence, Convergence]:
    """A stand's three experiments in a process with empty caches of compiled programs, then in one with full ones.

    ``site`` with its growth ``curve`` (maximum, rate, shape of total biomass, MgC ha-1), or the synthetic stand.
    """
    found = []
    with tempfile.TemporaryDirectory(prefix="diffdalec-bench-") as cache:
        for state in ("empty", "full"):
            say(f"three experiments, {members} members, caches of compiled programs {state}")
            arguments = {"site": None if site is None else str(site), "curve": curve, "members": members}
            caches = {"XDG_CACHE_HOME": cache}
            found.append(Convergence(**in_child(__name__, "time_stand", arguments, environment=caches)))
    return found[0], found[1]


def time_stand(site: str | None, curve: tuple[float, float, float] | None, members: int) -> dict[str, Any]:
    """The fields of a :class:`Convergence`, measured in this process."""
    from ...cells.compilation import keep_compiled_programs
    from ...config import load_experiment
    from ..calibrate import Settings, calibrate_experiments, stand_data
    from ..demo import synthetic_stand

    keep_compiled_programs()
    if site is None:
        ds, growth, _ = synthetic_stand()
    else:
        bmax, k, p = curve or (119.9, 0.0303, 3.547)
        ds, growth = open_site(Path(site), calibration_years=5), GrowthCurve(bmax=bmax, k=k, p=p, unit="MgC ha-1")
    experiments = [load_experiment(name, members=members) for name in SITE_EXPERIMENTS]
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        fits = calibrate_experiments(stand_data(ds, experiments, growth), experiments, Settings())
        seconds.append(time.perf_counter() - began)
    return {
        "first_seconds": seconds[0],
        "again_seconds": seconds[1],
        "costs": {fit.experiment.name: fit.cost.astype(float).tolist() for fit in fits},
        "gradient_equivalents": {fit.experiment.name: fit.gradient_equivalents for fit in fits},
    }
