"""Biomass from bare ground against the reference: along each cell's growth curve, and at its end over all cells."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ...units import dry_matter_from_carbon
from ..scores import pbias, r2, rmse

DRY = "Mg ha-1"


def biomass_by_cell(forward: xr.Dataset, ok: xr.DataArray, carbon_fraction: float) -> xr.Dataset:
    """Scores of the median trajectory of the ok members along the growth curve, dims (cell, experiment).

    ``forward`` has ``total_biomass`` (cell, experiment, member, age), ``alive`` and ``reference`` (cell, age)
    [gC m-2]. Returned in Mg ha-1 of dry matter: ``biomass`` at the last age and its ``biomass_reference`` (cell),
    ``biomass_rmse``, ``biomass_r2``, ``biomass_pbias`` along the curve, and how many members are ``alive`` at its end.
    """
    median = dry_matter_from_carbon(forward["total_biomass"].where(ok).median("member"), carbon_fraction)
    reference = dry_matter_from_carbon(forward["reference"], carbon_fraction)
    along = {
        name: xr.apply_ufunc(
            score, reference, median, input_core_dims=[["age"], ["age"]], vectorize=True, output_dtypes=[float]
        )
        for name, score in (("biomass_rmse", rmse), ("biomass_r2", r2), ("biomass_pbias", pbias))
    }
    last = int(forward["age"].values[-1])
    found = xr.Dataset(
        {
            "biomass": median.isel(age=-1, drop=True),
            "biomass_reference": reference.isel(age=-1, drop=True),
            **along,
            "alive": (forward["alive"].astype(bool) & ok).sum("member").astype(np.int32),
        }
    )
    meanings = {
        "biomass": (DRY, f"total living biomass at age {last} (dry matter)"),
        "biomass_reference": (DRY, f"the growth curve's total living biomass at age {last} (dry matter)"),
        "biomass_rmse": (DRY, "RMSE along the growth curve (dry matter)"),
        "biomass_r2": ("1", "R² along the growth curve"),
        "biomass_pbias": ("%", "percent bias along the growth curve"),
        "alive": ("1", "ok members whose stand lives at the end of its forward run"),
    }
    for name, (unit, text) in meanings.items():
        found[name].attrs = {"units": unit, "long_name": text}
    return found.transpose("cell", "experiment")


def biomass_over_cells(
    by_cell: xr.Dataset, forward: xr.Dataset, ok: xr.DataArray, carbon_fraction: float
) -> xr.Dataset:
    """Over all cells, dims (experiment): at the last age ``rmse``, ``r2``, ``pbias`` against the growth curves and
    ``mean`` and ``reference_mean``; ``rmse_along`` pooled over cells and ages, ``rmse_along_median`` over cells;
    ``members`` that are ok and how many of them ``alive``; ``cells`` that count."""
    reference = by_cell["biomass_reference"].values
    median = dry_matter_from_carbon(forward["total_biomass"].where(ok).median("member"), carbon_fraction)
    curve = dry_matter_from_carbon(forward["reference"], carbon_fraction).transpose("cell", "age").values
    rows = []
    for name in by_cell["experiment"].values:
        one = by_cell.sel(experiment=name)
        own = one["biomass"].values
        both = np.isfinite(own) & np.isfinite(reference)
        along = median.sel(experiment=name).transpose("cell", "age").values
        rows.append(
            {
                "cells": int(both.sum()),
                "rmse": rmse(reference, own),
                "r2": r2(reference, own),
                "pbias": pbias(reference, own),
                "mean": _mean(own[both]),
                "reference_mean": _mean(reference[both]),
                "rmse_along": rmse(curve, along),
                "rmse_along_median": _median(one["biomass_rmse"].values),
                "members": int(ok.sel(experiment=name).sum()),
                "alive": int(one["alive"].sum()),
            }
        )
    table = xr.Dataset({key: ("experiment", [row[key] for row in rows]) for key in rows[0]})
    return table.assign_coords(experiment=by_cell["experiment"].values).assign_attrs(
        units="rmse, mean, reference_mean, rmse_along, rmse_along_median: Mg ha-1 of dry matter; pbias: %"
    )


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if values.size else np.nan


def _median(values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else np.nan
