"""What a calibration found, experiment by experiment, and its labelled form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from ..cells.labels import output_variables, searched_variables, trait_variables
from ..config import Experiment, Optimiser
from ..harmonise.run_calendar import RunCalendar
from ..variables import FAST_STREAMS, OBSERVATIONS

DEAD_CANOPY = 0.1
"""Greatest LAI of a run's last year [m2 m-2] below which the stand has died: it cannot grow back (model.md's
bistability).
"""

PERIODS = ("calibration", "validation")
_PERIOD_SCORES = ("nnse", "r2", "rmse")


@dataclass(frozen=True)
class Fit:
    """One experiment's members. Arrays end with the member; see :class:`diffdalec.cells.evaluation.Evaluation`."""

    experiment: Experiment
    calendar: RunCalendar
    values: Mapping[str, np.ndarray]
    traits: Mapping[str, np.ndarray]
    cost: np.ndarray
    terms: Mapping[str, np.ndarray]
    scores: Mapping[str, Mapping[str, Mapping[str, np.ndarray]]]
    daily: Mapping[str, np.ndarray]
    biomass: np.ndarray
    iterations: np.ndarray
    history: np.ndarray
    gradient_equivalents: float
    status: np.ndarray
    status_reason: np.ndarray
    time: np.ndarray


def member_status(
    cost: np.ndarray, failed_starts: np.ndarray, canopy: np.ndarray, optimiser: Optimiser
) -> tuple[np.ndarray, np.ndarray]:
    """Status and reason of each member (member,): ``ok``, ``non_finite``, ``dead`` or ``stuck``.

    ``cost`` (member,), ``failed_starts`` how many starts became non-finite, ``canopy`` the greatest LAI of the last
    year.
    """
    status, reason = [], []
    finite = np.isfinite(cost) & (failed_starts < optimiser.starts)
    best = np.min(cost[finite & (canopy >= DEAD_CANOPY)], initial=np.inf)
    for value, failed, usable, lai in zip(cost, failed_starts, finite, canopy, strict=True):
        if not usable:
            status.append("non_finite")
            reason.append(f"cost or gradient became non-finite in {int(failed)} of {optimiser.starts} starts")
        elif lai < DEAD_CANOPY:
            status.append("dead")
            reason.append(f"the stand died: LAI is at most {lai:.2g} in the last year")
        elif value > best + optimiser.stuck_margin:
            status.append("stuck")
            reason.append(
                f"cost {value:.3f} is more than {optimiser.stuck_margin:g} above the best member's {best:.3f}"
            )
        else:
            status.append("ok")
            reason.append("")
    return np.array(status, dtype=str), np.array(reason, dtype=str)


def calibration_dataset(fits: Sequence[Fit]) -> xr.Dataset:
    """Parameters, pools, traits, costs, scores and status over (experiment, member); NaN where an experiment lacks
    a term.

    Experiments with fewer members than others are padded with status ``absent``.
    """
    return xr.concat(
        [_labelled(fit) for fit in fits],
        "experiment",
        join="outer",
        data_vars="all",
        coords=["iteration"],
        fill_value={"status": "absent", "status_reason": "the experiment has fewer members"},
        combine_attrs="override",
    )


def _labelled(fit: Fit) -> xr.Dataset:
    member = ("member",)
    out = xr.Dataset(
        {**searched_variables(fit.values, member), **trait_variables(fit.traits, member)},
        {"member": np.arange(len(fit.cost)), "experiment": fit.experiment.name},
    )
    out["status"] = (member, fit.status)
    out["status_reason"] = (member, fit.status_reason)
    out["cost"] = (member, fit.cost, {"units": "1", "long_name": "total cost"})
    out = out.assign_coords(term=list(fit.terms), stream=list(FAST_STREAMS), period=list(PERIODS))
    terms = np.stack([np.broadcast_to(value, fit.cost.shape) for value in fit.terms.values()], axis=-1)
    out["cost_terms"] = (("member", "term"), terms, {"units": "1", "long_name": "weighted term of the cost"})
    for score in _PERIOD_SCORES:
        values = np.full((len(fit.cost), len(FAST_STREAMS), len(PERIODS)), np.nan)
        for p, period in enumerate(PERIODS):
            for s, stream in enumerate(FAST_STREAMS):
                if stream in fit.scores[period]:
                    values[:, s, p] = fit.scores[period][stream][score]
        out[score] = (("member", "stream", "period"), values, {"long_name": score.upper(), "units": "1"})
    out["rmse"].attrs["units"] = "unit of the stream: " + ", ".join(
        f"{name} {OBSERVATIONS[name].unit}" for name in FAST_STREAMS
    )
    out["cost_history"] = (
        ("member", "checkpoint"), fit.history.T, {"units": "1", "long_name": "best cost so far"})  # fmt: skip
    # Numbered, so that experiments with fewer points of history are filled up when they are put side by side.
    out = out.assign_coords(checkpoint=np.arange(len(fit.iterations)))
    return out.assign_coords(iteration=("checkpoint", fit.iterations.astype(float)))


def simulation_dataset(fits: Sequence[Fit]) -> xr.Dataset:
    """Daily fast streams of the last pass over (experiment, member, time)."""
    parts = [
        xr.Dataset(
            output_variables(fit.daily, ("time", "member")),
            {"time": fit.time, "member": np.arange(len(fit.cost)), "experiment": fit.experiment.name},
        )
        for fit in fits
    ]
    return xr.concat(parts, "experiment", join="outer", combine_attrs="override").transpose(
        "experiment", "member", "time"
    )


def growth_run_dataset(fits: Sequence[Fit]) -> xr.Dataset | None:
    """Total living biomass by age of the calibrated runs that are compared with a growth curve; None without any."""
    parts = [
        xr.Dataset(
            output_variables({"total_biomass": fit.biomass}, ("age", "member")),
            {
                "age": np.arange(1, len(fit.biomass) + 1),
                "member": np.arange(len(fit.cost)),
                "experiment": fit.experiment.name,
            },
        )
        for fit in fits
        if follows_curve(fit.experiment)
    ]
    if not parts:
        return None
    joined = xr.concat(parts, "experiment", join="outer", combine_attrs="override")
    return joined.transpose("experiment", "member", "age")


def follows_curve(experiment: Experiment) -> bool:
    """Whether an experiment compares biomass with a growth curve along its run."""
    biomass = experiment.streams.get("biomass")
    return biomass is not None and biomass.observe == "biomass_curve"
