"""What is done with one cell in each stage: a cell's Dataset in, the groups of the store that the stage fills out.

No stage knows its batch, its machine or its neighbours: a cell's numbers depend on the cell alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from ...cells.backend import choose_backend
from ...cells.cell_set import cell_data
from ...config import Experiment
from ...errors import InputError
from ...harmonise.periods import period_masks
from ...model import INITIAL_POOLS, PARAMETERS
from ..calibrate import Settings, calibrate_experiments, precalibrate
from ..fits import calibration_dataset, growth_run_dataset
from ..stand import forward_runs
from .configuration import RunConfiguration
from .layout import cost_term_names

Found = dict[str, xr.Dataset]
"""Groups that a stage has found for a cell, without the dimension ``cell``."""


@dataclass(frozen=True)
class Stage:
    """A stage: the group that holds its marks, the groups that it needs of the same cell, and its function."""

    group: str
    needs: tuple[str, ...]
    perform: Callable[[xr.Dataset, Mapping[str, xr.Dataset], RunConfiguration], Found]


def precalibrate_cell(ds: xr.Dataset, before: Mapping[str, xr.Dataset], run: RunConfiguration) -> Found:
    """Canopy efficiency of a cell on well-watered days of the calibration years; missing where it has none."""
    periods = period_masks(ds, run.calibration_years, run.validation_years)
    found = precalibrate(ds, periods["calibration"]) or {"value": np.nan, "rmse": np.nan, "days": 0}
    return {
        "precalibration": xr.Dataset(
            {"canopy_efficiency": found["value"], "rmse": found["rmse"], "days": int(found["days"])}
        )
    }


def calibrate_cell(ds: xr.Dataset, before: Mapping[str, xr.Dataset], run: RunConfiguration) -> Found:
    """All experiments and members of a cell."""
    data = _data(ds, run, float(before["precalibration"]["canopy_efficiency"]))
    fits = calibrate_experiments(data, run.experiments, _settings(run))
    terms = cost_term_names(run.experiments)
    ended = [replace(fit, iterations=fit.iterations[-1:], history=fit.history[-1:]) for fit in fits]
    found = {"calibration": calibration_dataset(ended).reindex(term=terms).drop_dims("checkpoint")}
    grown = growth_run_dataset(fits)
    if grown is not None:
        found["growth_run"] = grown
    return found


def forward_cell(ds: xr.Dataset, before: Mapping[str, xr.Dataset], run: RunConfiguration) -> Found:
    """Runs from bare ground with every member's parameters, from the store's values: the same whenever they are run."""
    calibration = before["calibration"]
    members = [_Calibrated.of(calibration.sel(experiment=e.name), e) for e in run.experiments]
    data = _data(ds, run)
    if data.curve is None:
        raise InputError(f"{ds.attrs['site']} has no growth curve to be run against")
    found = forward_runs(members, data, data.curve, "float32", years=run.forward_years)
    return {"forward": found[["total_biomass", "alive", "reference"]]}


@dataclass(frozen=True)
class _Calibrated:
    """What forward runs ask of a calibration: see :class:`~diffdalec.workflows.stand.Calibrated`."""

    experiment: Experiment
    values: Mapping[str, np.ndarray]
    status: np.ndarray

    @classmethod
    def of(cls, stored: xr.Dataset, experiment: Experiment) -> _Calibrated:
        present = stored["status"].values != "absent"
        names = (*PARAMETERS, *INITIAL_POOLS)
        return cls(experiment, {n: stored[n].values[present] for n in names}, stored["status"].values[present])


def _data(ds: xr.Dataset, run: RunConfiguration, canopy_efficiency: float | None = None):
    return cell_data(
        ds, run.calibration_years, run.validation_years,
        canopy_efficiency=canopy_efficiency, carbon_fraction=run.carbon_fraction,
    )  # fmt: skip


def _settings(run: RunConfiguration) -> Settings:
    return Settings(seed=run.seed, backend=choose_backend(run.backend))


STAGES: dict[str, Stage] = {
    "precalibrate": Stage("precalibration", (), precalibrate_cell),
    "calibrate": Stage("calibration", ("precalibration",), calibrate_cell),
    "forward": Stage("forward", ("calibration",), forward_cell),
}
"""The stages by the name of their command, in their order."""

