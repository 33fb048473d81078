"""Exports of a study: a netCDF of maps for each experiment, and further tables of what the report shows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import xarray as xr

from ...analysis.cells import CellEnsemble
from ...analysis.cells.flags import Flag, ensemble_maps
from ...results.export_netcdf import gridded, plain_variable, quantity_variables, write_netcdf
from ...results.study_store import Mark, read_attributes, read_cells
from ...study import Study

MAPS = "maps"
FLAGS = {flag.name.lower(): int(flag) for flag in Flag}
_REFERENCE = (
    "Wu et al., Constraining boreal carbon allocation and turnover by assimilating forest growth dynamics in a "
    "differentiable framework"
)


def export_maps(study: Study) -> list[Path]:
    """Write ``maps/EXPERIMENT.nc`` for every experiment: all parameters, traits and initial pools with spread, robust
    CV and flag, and the evaluation's and the cell set's numbers of each cell, on the 0.5° grid of the cells' box.

    The study must have been evaluated. Cells that have not been calibrated are missing.
    """
    calibration, cells = read_cells(study.store, "calibration"), read_cells(study.store, "cells")
    ensemble = CellEnsemble(calibration)
    evaluated = read_cells(study.store, "evaluation")
    quantities = [str(name) for name in ensemble.medians.data_vars]
    maps = {name: ensemble_maps(ensemble, name) for name in quantities}
    statics = xr.Dataset({n: plain_variable(v, str(n)) for n, v in _statics(cells).items()})
    waiting = calibration["done"].values == Mark.WAITING
    attributes = read_attributes(study.store)
    paths = []
    for experiment in ensemble.experiments:
        parts = [
            quantity_variables(n, maps[n].sel(experiment=experiment, drop=True), calibration[n].attrs, FLAGS)
            for n in quantities
        ]
        scores = _scores(evaluated, experiment)
        own = xr.merge([*parts, scores, statics], compat="override", join="override").isel(cell=~waiting)
        place = {name: cells[name].values[~waiting] for name in ("latitude", "longitude")}
        grid = gridded(own.reset_coords(drop=True), place["latitude"], place["longitude"])
        paths.append(write_netcdf(grid, study.out / MAPS / f"{experiment}.nc", _global(attributes, experiment)))
    return paths


def _statics(cells: xr.Dataset) -> dict[str, xr.DataArray]:
    """The cell set's numbers of each cell, and its id."""
    named = {
        str(n): v for n, v in cells.data_vars.items() if v.dtype.kind in "fiu" and n not in ("latitude", "longitude")
    }
    identity = cells["cell"].values.astype(np.int32)
    return {"cell_id": xr.DataArray(identity, dims="cell", attrs={"long_name": "id of the grid cell"})} | named


def _scores(evaluated: xr.Dataset, experiment: str) -> xr.Dataset:
    """The evaluation's numbers of one experiment by cell; scores of streams under names of their own."""
    one = evaluated.sel(experiment=experiment) if "experiment" in evaluated.dims else evaluated
    found: dict[str, xr.DataArray] = {}
    for key, values in one.data_vars.items():
        name = {"ok": "usable_members", "alive": "living_members"}.get(str(key), str(key))
        if values.dims == ("cell",):
            found[name] = plain_variable(values, name)
        elif set(values.dims) == {"cell", "stream", "period"} and name in ("nnse", "r2"):
            for stream in values["stream"].values:
                for period in values["period"].values:
                    picked = values.sel(stream=stream, period=period, drop=True)
                    text = f"{values.attrs.get('long_name', name)} of {str(stream).upper()}, {period} years"
                    found[f"{name}_{stream}_{period}"] = plain_variable(picked.assign_attrs(long_name=text), name)
        elif set(values.dims) == {"cell", "period"}:
            for period in values["period"].values:
                found[f"{name}_{period}"] = plain_variable(values.sel(period=period, drop=True), name)
    return xr.Dataset(found).drop_vars(["experiment", "stream", "period"], errors="ignore")


def _global(attributes: dict, experiment: str) -> dict[str, str]:
    versions = json.loads(attributes["versions"]) if attributes.get("versions") else {}
    return {
        "title": f"{attributes.get('title', 'a study')}: parameters and traits, experiment {experiment}",
        "institution": "not stated",
        "source": f"DALEC calibrated with diffdalec {attributes.get('diffdalec_version', '')}",
        "history": f"{attributes.get('created', '')} calibration begun with diffdalec",
        "references": _REFERENCE,
        "comment": "Medians over the usable members of each cell. Trust a value by its flag: members that disagree, or "
        "a quantity that no stream depends on, are no result.",
        "experiment": experiment,
        "configuration_sha256": str(attributes.get("configuration_sha256", "")),
        "software_versions": ", ".join(f"{name} {number}" for name, number in versions.items()),
    }
