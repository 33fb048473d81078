"""The layout of a study's store: names, dimensions, units of everything that the stages will write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from ...cells.labels import output_variables, searched_variables, trait_variables
from ...config import Experiment
from ...model import INITIAL_POOLS, PARAMETERS
from ...variables import FAST_STREAMS, FORCING, OBSERVATIONS, TRAITS
from ..fits import DEAD_CANOPY, PERIODS, follows_curve
from .configuration import RunConfiguration

MEMBERS = ("cell", "experiment", "member")
_SCORES = {"nnse": "NNSE", "r2": "R2", "rmse": "RMSE"}


def store_groups(cells: xr.Dataset, run: RunConfiguration) -> dict[str, xr.Dataset]:
    """The groups of the store of a study, with no result in them: ``cells`` (the cell set's statics), and what the
    stages fill: ``precalibration``, ``calibration``, ``growth_run``, ``forward``."""
    cell = {"cell": ("cell", cells["cell"].values, {"long_name": "id of the 0.5° grid cell"})}
    groups = {
        "cells": _statics(cells),
        "precalibration": _precalibration(cell, cells.sizes["cell"]),
        "calibration": _calibration(cell, cells.sizes["cell"], run),
    }
    if run.grows:
        grown = [e for e in run.experiments if follows_curve(e)]
        years = max(e.simulation.years or len(_cycle(e, cells)) for e in grown)
        groups["growth_run"] = _by_age(cell, cells.sizes["cell"], grown, years)
        forward = _by_age(cell, cells.sizes["cell"], run.experiments, run.forward_years)
        shape = tuple(forward.sizes[d] for d in MEMBERS)
        alive = {"long_name": f"LAI reaches {DEAD_CANOPY} in the last year"}
        meaning = {"units": "gC m-2", "long_name": "growth curve, total living biomass"}
        groups["forward"] = forward.assign(
            alive=(MEMBERS, np.zeros(shape, bool), alive),
            reference=(("cell", "age"), _missing((shape[0], run.forward_years)), meaning),
        )
    return groups


def cost_term_names(experiments: Sequence[Experiment]) -> list[str]:
    """Names of all terms that the cost of one of the experiments may have, streams first."""
    kinds: list[list[str]] = [
        [f"stream:{name}" for e in experiments for name in e.streams],
        [f"prior:{name}" for e in experiments for name in e.priors],
        [str(name) for e in experiments for name in e.constraints],
    ]
    return list(dict.fromkeys(name for kind in kinds for name in kind))


def _statics(cells: xr.Dataset) -> xr.Dataset:
    """The cell set without its series: where cells are, predictors, coverage, references, text."""
    plain = cells.reset_coords()
    names = [n for n in plain.data_vars if plain[n].dims == ("cell",) and n not in (*FORCING, *OBSERVATIONS)]
    statics = plain[sorted(map(str, names))].drop_vars("time", errors="ignore")
    return statics.load().drop_encoding().drop_attrs(deep=False)


def _precalibration(cell: Mapping, number: int) -> xr.Dataset:
    efficiency = PARAMETERS["canopy_efficiency"]
    missing = np.full(number, np.nan)
    return xr.Dataset(
        {
            "canopy_efficiency": (
                "cell", missing, {"units": efficiency.unit, "long_name": f"pre-calibrated {efficiency.long_name}"},
            ),
            "rmse": ("cell", missing, {"units": "gC m-2 d-1", "long_name": "RMSE of GPP on well-watered days"}),
            "days": ("cell", np.zeros(number, np.int32), {"units": "1", "long_name": "well-watered days"}),
        },
        cell,
    )  # fmt: skip


def _calibration(cell: Mapping, number: int, run: RunConfiguration) -> xr.Dataset:
    members = max(e.members for e in run.experiments)
    shape = (number, len(run.experiments), members)
    none = _missing(shape)
    terms = cost_term_names(run.experiments)
    out = xr.Dataset(
        {
            **searched_variables(dict.fromkeys((*PARAMETERS, *INITIAL_POOLS), none), MEMBERS),
            **trait_variables(dict.fromkeys(TRAITS, none), MEMBERS),
        },
        {
            **cell, "experiment": [e.name for e in run.experiments], "member": np.arange(members),
            "term": terms, "stream": list(FAST_STREAMS), "period": list(PERIODS),
        },
    )  # fmt: skip
    text = np.broadcast_to(np.array("", dtype=object), shape)
    out["status"] = (MEMBERS, text, {"long_name": "what became of the member"})
    out["status_reason"] = (MEMBERS, text, {"long_name": "why the member is not ok"})
    out["cost"] = (MEMBERS, none, {"units": "1", "long_name": "total cost"})
    weighted = {"units": "1", "long_name": "weighted term of the cost"}
    out["cost_terms"] = ((*MEMBERS, "term"), _missing((*shape, len(terms))), weighted)
    units = "unit of the stream: " + ", ".join(f"{s} {OBSERVATIONS[s].unit}" for s in FAST_STREAMS)
    for score, name in _SCORES.items():
        dims = (*MEMBERS, "stream", "period")
        meaning = {"long_name": name, "units": units if score == "rmse" else "1"}
        out[score] = (dims, _missing((*shape, len(FAST_STREAMS), len(PERIODS))), meaning)
    return out


def _by_age(cell: Mapping, number: int, experiments: Sequence[Experiment], years: int) -> xr.Dataset:
    members = max(e.members for e in experiments)
    shape = (number, len(experiments), members, years)
    return xr.Dataset(
        output_variables({"total_biomass": _missing(shape)}, (*MEMBERS, "age")),
        {
            **cell, "experiment": [e.name for e in experiments], "member": np.arange(members),
            "age": ("age", np.arange(1, years + 1), {"units": "yr", "long_name": "stand age"}),
        },
    )  # fmt: skip


def _cycle(experiment: Experiment, cells: xr.Dataset) -> range:
    years = cells["time"].dt.year.values
    first, last = experiment.simulation.cycle or (int(years[0]), int(years[-1]))
    return range(first, last + 1)


def _missing(shape: tuple[int, ...]) -> np.ndarray:
    """Missing values of a shape that take no memory."""
    return np.broadcast_to(np.float32(np.nan), shape)
