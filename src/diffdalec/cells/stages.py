"""The stages of a calibration: rehearsals on shortened runs, then the run of the experiments."""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np

from ..calibration import DescentSettings, Stage
from ..config import Experiment, Optimiser, Simulation
from ..cost import Problem
from ..harmonise.run_calendar import run_calendar
from .problem import StandData, problem


def stages(data: StandData, experiments: Sequence[Experiment], stand: Problem, dtype=jnp.float32) -> list[Stage]:
    """The descents that the optimiser's settings ask for, the last on ``stand``, the run of the ``experiments``.

    A rehearsal that is no shorter than the run, or in whose years nothing was observed, is left out.
    """
    o, simulation = experiments[0].optimiser, experiments[0].simulation
    out = []
    for rehearsal in o.rehearsals:
        shorter = shortened(simulation, data, rehearsal.years)
        if shorter is None:
            continue
        calendar = run_calendar(data.ds["time"], cycle=shorter.cycle, years=shorter.years, last_year=shorter.last_year)
        cut = [e.model_copy(update={"simulation": shorter}) for e in experiments]
        short = problem(data, cut, calendar, dtype, stand.integrate)
        if not short.streams.keys() - {"biomass"}:
            continue
        settings = _descent(o, rehearsal.iterations, rehearsal.learning_rate, rehearsal.final_learning_rate)
        share = short.calendar.shape[0] / stand.calendar.shape[0]
        out.append(Stage(short, rehearsal.starts, settings, share))
    settings = _descent(o, o.iterations, o.learning_rate, o.final_learning_rate)
    return [*out, Stage(stand, o.starts, settings)]


def shortened(simulation: Simulation, data: StandData, years: int) -> Simulation | None:
    """The simulation cut to ``years``, or None where it is no longer than that.

    A run of several passes keeps its end and loses years before it. A run of one pass keeps its beginning, so that the
    pools that it starts from are the same; it begins later where a later window of its years has more than twice as
    many values to compare with.
    """
    s = simulation
    full = run_calendar(data.ds["time"], cycle=s.cycle, years=s.years, last_year=s.last_year)
    if len(full.years) <= years:
        return None
    if full.observed_from > 0:
        return s.model_copy(update={"years": years})
    calendar_year = data.ds["time"].dt.year.values
    streams = [name for name in ("gpp", "reco", "et", "lai") if name in data.ds]
    seen = np.sum([np.isfinite(data.ds[name].values) for name in streams], axis=0) * data.periods["calibration"]
    count = {year: int(seen[calendar_year == year].sum()) for year in full.years.tolist()}
    windows = {first: sum(count[first + i] for i in range(years)) for first in full.years.tolist()[: 1 - years or None]}
    first = next(first for first, values in windows.items() if values >= max(windows.values()) / 2)
    return s.model_copy(update={"cycle": (first, first + years - 1), "years": None, "last_year": None})


def _descent(o: Optimiser, iterations: int, learning_rate: float, final_learning_rate: float) -> DescentSettings:
    return DescentSettings(
        iterations=iterations,
        learning_rate=learning_rate,
        final_learning_rate=final_learning_rate,
        warmup=o.warmup,
        schedule=o.schedule,
        clip=o.gradient_clip,
        first_moment_decay=o.first_moment_decay,
        second_moment_decay=o.second_moment_decay,
        method=o.method,
    )
