"""A stand's data and its experiments -> the cost of a run, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
import xarray as xr

from ..config import Experiment
from ..cost import ConstraintTerm, GaussianPrior, Problem, StreamTerm
from ..errors import InputError
from ..harmonise.growth_curve import GrowthCurve
from ..harmonise.periods import thinned, windows
from ..harmonise.run_calendar import RunCalendar
from ..model import STRESS_FUNCTIONS, Integrator, integrate
from ..observation import (
    BiomassAtAge,
    Comparison,
    Daily,
    FinalBiomass,
    Operator,
    Target,
    WindowMean,
    compared_in_run,
    score_scale,
)
from ..variables import TEN_DAY_WINDOWS
from .arrays import as_array
from .forcing import drivers


@dataclass(frozen=True)
class StandData:
    """What is compared at a stand: the Dataset, its periods, its biomass reference and what is known of its traits.

    ``biomass`` [gC m-2] is the single value at the end of a run; ``prior_centres`` by parameter name.
    """

    ds: xr.Dataset
    periods: Mapping[str, np.ndarray]
    curve: GrowthCurve | None
    biomass: float | None
    prior_centres: Mapping[str, float]


def stream_terms(
    data: StandData, experiment: Experiment, calendar: RunCalendar, period: str, dtype=jnp.float32
) -> dict[str, StreamTerm]:
    """The streams of an experiment that have a value in ``period``, as terms of the cost."""
    terms: dict[str, StreamTerm] = {}
    for name, stream in experiment.streams.items():
        if name == "biomass":
            operator, values = _biomass(data, stream.observe, calendar)
            valid = np.ones_like(values, dtype=bool)
        elif name in data.ds:
            operator, values, valid = _fast(data, name, stream, calendar, period, dtype)
        else:
            continue
        if valid.any():
            target = _target(values, valid, stream.sigma, dtype)
            terms[name] = StreamTerm(operator, target)
    return terms


def _target(values: np.ndarray, valid: np.ndarray, sigma: float, dtype) -> Target:
    filled = np.where(valid, values, 0.0)[:, None]
    mask = valid[:, None]
    scale = score_scale(filled, mask, sigma)
    return Target(as_array(filled, dtype), as_array(mask, dtype), as_array(scale, dtype))


def _biomass(data: StandData, observe: str, calendar: RunCalendar) -> tuple[Operator, np.ndarray]:
    length = len(calendar.days)
    if observe == "final_biomass":
        if data.biomass is None:
            raise InputError(
                "the experiment compares biomass at the end of the run, but no biomass or growth curve is given"
            )
        return FinalBiomass(length - 1, length), np.array([data.biomass])
    if data.curve is None:
        raise InputError("the experiment compares a biomass growth curve, but none is given (BMAX,K,P and a unit)")
    ages = np.arange(1, len(calendar.year_ends) + 1)
    operator = BiomassAtAge(year_ends=tuple(calendar.year_ends.tolist()))
    return operator, np.asarray(data.curve.total_carbon(ages), dtype=float)


def _fast(data, name, stream, calendar, period, dtype) -> tuple[Operator, np.ndarray, np.ndarray]:
    days = calendar.observed_days
    series = data.ds[name].values[days]
    valid = np.isfinite(series) & data.periods[period][days]
    start, stop = calendar.observed_from, len(calendar.days)
    if stream.observe != "window_mean":
        if stream.observe == "sample":
            valid = thinned(valid, stream.days)
        return Daily(name, start, stop), series, valid
    restart = stream.windows
    if restart == "product":
        restart = TEN_DAY_WINDOWS.get(str(data.ds[name].attrs.get("windows", "")), "run")
    number = windows(data.ds["time"].isel(time=days), stream.days, restart)
    first = np.flatnonzero(np.diff(number, prepend=-1))
    length = np.diff(first, append=len(days))
    within = np.arange(length.max())
    index = np.where(within < length[:, None], first[:, None] + within, len(days))
    counted = np.append(valid, False)[index]
    sums = np.append(np.where(valid, series, 0.0), 0.0)[index].sum(axis=1)
    counts = counted.sum(axis=1)
    operator = WindowMean(
        weights=as_array(counted[..., None], dtype), index=as_array(index), output=name, start=start, stop=stop
    )
    # A window that the year's or month's end cuts short needs its share of the days that it has.
    full = np.full_like(length, stream.days) if restart == "run" else length
    return operator, sums / np.maximum(counts, 1), counts >= np.maximum(1.0, stream.fill * full)


def _in_run(term: StreamTerm, data: StandData, calendar: RunCalendar) -> StreamTerm | Comparison:
    """Streams of daily outputs are compared within the run; biomass, a value a year, from what is recorded."""
    if not isinstance(term.operator, (Daily, WindowMean)):
        return term
    return compared_in_run(term.operator, term.target, calendar.observed_days, data.ds.sizes["time"])


def problem(
    data: StandData,
    experiments: Sequence[Experiment],
    calendar: RunCalendar,
    dtype=jnp.float32,
    integrate: Integrator = integrate,
) -> Problem:
    """The cost of experiments that share a run, lanes (experiment × member,): each has its own weights.

    The experiments have as many members each as the first. Terms that an experiment lacks have weight 0 in its lanes.
    """
    members = experiments[0].members
    streams: dict[str, StreamTerm | Comparison] = {}
    weights: dict[str, np.ndarray] = {}

    def weigh(term: str, index: int, weight: float) -> None:
        lanes = weights.setdefault(term, np.zeros(len(experiments) * members))
        lanes[index * members : (index + 1) * members] = weight

    priors: dict[str, GaussianPrior] = {}
    constraints: dict[str, ConstraintTerm] = {}
    for index, experiment in enumerate(experiments):
        own = stream_terms(data, experiment, calendar, "calibration", dtype)
        streams |= {name: _in_run(term, data, calendar) for name, term in own.items()}
        for name, stream in experiment.streams.items():
            if name in own:
                weigh(f"stream:{name}", index, stream.weight)
        for parameter, prior in experiment.priors.items():
            centre = prior.centre_at(data.prior_centres.get(parameter))
            if centre is not None:
                width = as_array(prior.width, dtype)
                priors[parameter] = GaussianPrior(as_array(centre, dtype), width, prior.scale == "log")
                weigh(f"prior:{parameter}", index, prior.weight)
        for edc, rule in experiment.constraints.items():
            constraints[edc] = ConstraintTerm(as_array(rule.width, dtype), as_array(rule.factor, dtype))
            weigh(edc, index, rule.weight)
    return Problem(
        drivers=drivers(data.ds, dtype),
        calendar=as_array(calendar.days),
        streams=streams,
        priors=priors,
        constraints=constraints,
        weights={name: as_array(lanes, dtype) for name, lanes in weights.items()},
        beta=STRESS_FUNCTIONS[experiments[0].simulation.water_stress],
        integrate=integrate,
    )
