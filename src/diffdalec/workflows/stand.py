"""One stand, end to end: calibration under several experiments, forward runs, and the tree of results."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import xarray as xr

from ..analysis.scores import pbias, r2, rmse
from ..cells.problem import StandData
from ..config import Experiment
from ..harmonise.growth_curve import GrowthCurve
from ..model import INITIAL_POOLS, PARAMETERS
from ..results.provenance import provenance
from ..units import dry_matter_from_carbon
from .calibrate import Settings, calibrate_experiments, experiment_calendar
from .fits import DEAD_CANOPY, calibration_dataset, follows_curve, growth_run_dataset, simulation_dataset
from .simulate import Precision, forward

FORWARD_YEARS = 100


class Calibrated(Protocol):
    """What forward runs ask of a calibrated experiment; a :class:`~diffdalec.workflows.fits.Fit` is one."""

    @property
    def experiment(self) -> Experiment: ...

    @property
    def values(self) -> Mapping[str, np.ndarray]: ...

    @property
    def status(self) -> np.ndarray: ...


@dataclass(frozen=True)
class StandRun:
    """What is run at a stand and how it is called; ``truth`` is stored beside the results where it is known."""

    title: str
    data: StandData
    experiments: Sequence[Experiment]
    settings: Settings
    configuration: Mapping[str, Any]
    warnings: Sequence[str] = ()
    truth: xr.Dataset | None = None


def run_stand(stand: StandRun) -> xr.DataTree:
    """Calibrate, run forward, and gather all of it in one tree, ready to be stored."""
    began = time.monotonic()
    fits = calibrate_experiments(stand.data, stand.experiments, stand.settings)
    calibrated = time.monotonic()
    groups: dict[str, xr.Dataset] = {
        "site": _site(stand.data),
        "calibration": calibration_dataset(fits),
        "simulation": simulation_dataset(fits),
    }
    grown = growth_run_dataset(fits)
    if grown is not None and stand.data.curve is not None:
        groups["growth_run"] = grown
        groups["forward"] = forward_runs(fits, stand.data, stand.data.curve, stand.settings.dtype)
    if stand.truth is not None:
        groups["truth"] = stand.truth
    seconds = {"calibration": calibrated - began, "forward": time.monotonic() - calibrated}
    tree = xr.DataTree.from_dict(groups)
    tree.attrs = {
        "title": stand.title,
        **provenance(stand.configuration, str(stand.data.ds.attrs.get("source_sha256", ""))),
        "warnings": list(stand.warnings),
        "wall_seconds": json.dumps({step: round(value, 1) for step, value in seconds.items()}),
    }
    return tree


def forward_runs(
    fits: Sequence[Calibrated], data: StandData, curve: GrowthCurve, dtype: Precision, years: int = FORWARD_YEARS
) -> xr.Dataset:
    """Runs of ``years`` from the growth run's initial pools with each experiment's parameters, member by member.

    They begin in the growth run's first year, so that its own parameters repeat its trajectory. A member whose
    counterpart in the growth run failed, or that has none (fewer members), starts from another's pools.
    """
    source = next(fit for fit in fits if follows_curve(fit.experiment))
    s = source.experiment.simulation
    first_year = int(experiment_calendar(data.ds, source.experiment).years[0])
    parts = []
    for fit in fits:
        counterpart = _counterparts(len(fit.status), source)
        parameters = {name: fit.values[name] for name in PARAMETERS}
        pools = {name: source.values[name][counterpart] for name in INITIAL_POOLS}
        run = forward(
            parameters, pools, data.ds, years, cycle=s.cycle, first_year=first_year,
            dtype=dtype, beta=fit.experiment.simulation.water_stress,
        )  # fmt: skip
        alive = run["lai_max"].isel(age=-1) >= DEAD_CANOPY
        own = run[["total_biomass"]].assign(alive=alive.drop_vars("age"))
        usable = fit.status == "ok"
        own = own.assign(_scores(own["total_biomass"], usable, curve))
        parts.append(own.assign_coords(member=np.arange(len(fit.status)), experiment=fit.experiment.name))
    joined = xr.concat(parts, "experiment", join="outer", combine_attrs="override", fill_value={"alive": False})
    joined = joined.transpose("experiment", "member", "age")
    ages = joined["age"].values
    meaning = {"units": "gC m-2", "long_name": "growth curve, total living biomass"}
    joined["reference"] = ("age", curve.total_carbon(ages), meaning)
    joined["alive"].attrs = {"long_name": f"LAI reaches {DEAD_CANOPY} in the last year"}
    return joined


def _counterparts(number: int, source: Calibrated) -> np.ndarray:
    """The growth run's member that each of ``number`` members starts from: the same, or an ok one in its turn.

    A failed member's pools are no stand's: another experiment's member must not die of them. The growth run's own
    failed members, which count nowhere, are moved likewise.
    """
    ok = np.flatnonzero(source.status == "ok")
    same = np.arange(number)
    if not ok.size:
        return same % len(source.status)
    return np.where(np.isin(same, ok), same, ok[same % ok.size])


def _scores(biomass: xr.DataArray, usable: np.ndarray, curve: GrowthCurve) -> dict[str, xr.Variable]:
    """Scores of the median trajectory of the usable members along the curve [Mg ha-1 of dry matter]."""
    reference = curve.dry_matter(biomass["age"].values)
    if usable.any():
        median = dry_matter_from_carbon(np.median(biomass.transpose("age", "member").values[:, usable], axis=1))
    else:
        median = np.full(reference.shape, np.nan)
    named = {
        "rmse": (rmse(reference, median), "Mg ha-1", "RMSE along the growth curve (dry matter)"),
        "r2": (r2(reference, median), "1", "R² along the growth curve"),
        "pbias": (pbias(reference, median), "%", "percent bias along the growth curve"),
        "biomass_100": (median[-1], "Mg ha-1", "total living biomass at age 100 (dry matter)"),
    }
    return {name: xr.Variable((), v, {"units": unit, "long_name": text}) for name, (v, unit, text) in named.items()}


def _site(data: StandData) -> xr.Dataset:
    ds = data.ds.assign({name: ("time", mask) for name, mask in data.periods.items()})
    if data.curve is not None:
        c = data.curve
        ds.attrs["growth_curve"] = (
            f"bmax {c.bmax:g}, k {c.k:g} yr-1, p {c.p:g}; {c.unit}"
            + (" of dry matter" if c.unit == "Mg ha-1" else " of carbon")
            + (f", aboveground, root:shoot {c.root_shoot:g}" if c.root_shoot is not None else ", total living biomass")
        )
    ds.attrs["prior_centres"] = ", ".join(f"{name} {value:.4g}" for name, value in data.prior_centres.items())
    if data.biomass is not None:
        ds.attrs["single_biomass"] = f"{data.biomass:.0f} gC m-2"
    return ds
