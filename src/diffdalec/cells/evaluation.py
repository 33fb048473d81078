"""Fitted lanes -> what they simulate, how they score, and what they mean, as NumPy arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from ..cost import Problem, StreamTerm, cost_terms, nnse, observed, r_squared, rmse
from ..harmonise.run_calendar import RunCalendar
from ..model import OUTPUTS, Parameters, Pools, Recording, run, traits
from ..variables import FAST_STREAMS
from .arrays import as_array
from .backend import compiler_for
from .space import split_values

SCORES = {"nnse": nnse, "r2": r_squared, "rmse": rmse}


@dataclass(frozen=True)
class Evaluation:
    """What came of fitted lanes; every array ends with the lanes.

    ``terms`` weighted cost terms by name; ``scores[period][stream][score]``; ``daily`` series of the fast streams
    over the last pass (days, lanes); ``biomass`` total living biomass [gC m-2] at the end of each year (years,
    lanes); ``traits``; ``canopy`` greatest LAI of the last year [m2 m-2].
    """

    terms: dict[str, np.ndarray]
    scores: dict[str, dict[str, dict[str, np.ndarray]]]
    daily: dict[str, np.ndarray]
    biomass: np.ndarray
    traits: dict[str, np.ndarray]
    canopy: np.ndarray


@dataclass(frozen=True)
class Everything:
    """All that is asked of a run of fitted lanes: its terms, scores and traits, and the series that are kept."""

    observed_from: int
    year_ends: tuple[int, ...]

    def __call__(self, parameters: Parameters, pools: Pools, problem: Problem, scored: Mapping[str, StreamTerm]):
        length = problem.calendar.shape[0]
        recordings = {name: Recording(OUTPUTS[name], self.observed_from, length) for name in FAST_STREAMS}
        recordings["total_biomass"] = Recording(OUTPUTS["total_biomass"], 0, length, self.year_ends)
        seen = observed(parameters, pools, problem, scored) if scored else {}
        scores = {
            key: {name: score(seen[key], term.target) for name, score in SCORES.items()} for key, term in scored.items()
        }
        _, series = run(
            parameters,
            pools,
            problem.drivers,
            problem.calendar,
            recordings,
            beta=problem.beta,
            integrate=problem.integrate,
        )
        return cost_terms(parameters, pools, problem), scores, series, asdict(traits(parameters))


def evaluation_program(
    values: Mapping[str, Any],
    problem: Problem,
    scored: Mapping[str, Mapping[str, StreamTerm]],
    calendar: RunCalendar,
) -> tuple[Everything, tuple]:
    """The function that :func:`evaluate` calls, and its arguments; ``values`` may be shapes."""
    flat = {f"{period}/{s}": term for period, terms in scored.items() for s, term in terms.items()}
    everything = Everything(calendar.observed_from, tuple(calendar.year_ends.tolist()))
    return everything, (*split_values(values), problem, flat)


def evaluate(
    values: Mapping[str, np.ndarray],
    problem: Problem,
    scored: Mapping[str, Mapping[str, StreamTerm]],
    calendar: RunCalendar,
    dtype=jnp.float32,
) -> Evaluation:
    """Evaluate lanes with searched ``values`` by name; ``scored[period][stream]`` are the streams to score."""
    lanes = {name: as_array(v, dtype) for name, v in values.items()}
    length = len(calendar.days)
    everything, arguments = evaluation_program(lanes, problem, scored, calendar)
    terms, flat_scores, series, meaning = compiler_for(problem.integrate)(everything, *arguments)(*arguments)
    biomass = np.asarray(series.pop("total_biomass"))
    scores: dict[str, dict] = {period: {} for period in scored}
    for key, found in flat_scores.items():
        period, _, stream = key.partition("/")
        scores[period][stream] = {name: np.asarray(value) for name, value in found.items()}
    daily = {name: np.asarray(value) for name, value in series.items()}
    last_year = length - (int(calendar.year_ends[-2]) + 1 if len(calendar.year_ends) > 1 else 0)
    return Evaluation(
        terms={name: np.asarray(value) for name, value in terms.items()},
        scores=scores,
        daily=daily,
        biomass=biomass,
        traits={name: np.asarray(value) for name, value in meaning.items()},
        canopy=np.max(daily["lai"][-last_year:], axis=0),
    )
