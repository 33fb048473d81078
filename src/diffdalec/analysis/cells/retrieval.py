"""Retrieved against true traits and parameters over the cells of a study whose truth is known."""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy.stats import rankdata

from ...units import dry_matter_from_carbon
from ..ensemble import circular_difference, is_circular
from .ensembles import CellEnsemble
from .references import correlation
from .traits import table

ERRORS = ("cells", "truth_mean", "bias", "relative_bias", "rmse", "correlation", "rank_correlation")


def retrieval(ensemble: CellEnsemble, truth: xr.Dataset) -> xr.Dataset:
    """Errors of the cells' medians, by (quantity, experiment); quantities are the traits and parameters that the truth
    has. ``truth`` has the dimension ``cell``, in any order; cells that it lacks do not count.

    ``bias``, ``rmse`` in the quantity's unit, ``relative_bias`` [%] of the true mean; ``correlation`` (Pearson) and
    ``rank_correlation`` (Spearman); ``coverage``, the share of cells whose truth lies between the least and the
    greatest ok member; ``cells``; and over the ``cells_robust`` where members agree ``relative_bias_robust`` and
    ``correlation_robust``. Days of year are compared on the circle and have no correlation.
    """
    names = [name for name in ensemble.quantities if name in truth]
    aligned = truth[names].reindex(cell=ensemble.calibration["cell"])
    rows = [
        _row(ensemble, name, experiment, aligned[name].values.astype(float))
        for name in names
        for experiment in ensemble.experiments
    ]
    return table(rows, names, ensemble)


def biomass_retrieval(by_cell: xr.Dataset, truth: xr.Dataset, age: int, carbon_fraction: float) -> list[dict]:
    """Rows like those of :func:`retrieval` for biomass at ``age``, by experiment: what the growth curve, which an
    experiment may have been given, does not say. None where the truth has no ``total_biomass`` (cell, age) at it.
    """
    if "total_biomass" not in truth or age not in truth["age"].values:
        return []
    carbon = truth["total_biomass"].sel(age=age).reindex(cell=by_cell["cell"])
    true = dry_matter_from_carbon(carbon.values.astype(float), carbon_fraction)
    about = {"units": "Mg ha-1", "group": "biomass", "identifiable": True, "circular": False}
    rows = []
    for name in by_cell["experiment"].values:
        found = by_cell["biomass"].sel(experiment=name).values.astype(float)
        rows.append({"quantity": f"biomass_{age}", "experiment": str(name), **_errors(found, true), **about})
    return rows


def _errors(found: np.ndarray, truth: np.ndarray) -> dict:
    """Errors over the cells where both are known."""
    error = found - truth
    both = np.isfinite(error)
    if not both.any():
        return {"cells": 0}
    return {
        "cells": int(both.sum()),
        "truth_mean": float(truth[both].mean()),
        "bias": float(error[both].mean()),
        "relative_bias": float(100.0 * error[both].sum() / truth[both].sum()),
        "rmse": float(np.sqrt(np.mean(error[both] ** 2))),
        "correlation": correlation(truth, found),
        "rank_correlation": correlation(rankdata(truth[both]), rankdata(found[both])),
    }


def _row(ensemble: CellEnsemble, name: str, experiment: str, truth: np.ndarray) -> dict:
    members = ensemble.members(name).sel(experiment=experiment).transpose("cell", "member").values.astype(float)
    median = ensemble.medians[name].sel(experiment=experiment).values.astype(float)
    robust = ensemble.robust(name).sel(experiment=experiment).values
    circular = is_circular(ensemble.calibration[name])
    around = circular_difference(members, truth[:, None]) if circular else members - truth[:, None]
    several = np.isfinite(truth) & (np.isfinite(members).sum(axis=1) >= 2)
    inside = (around <= 0).any(axis=1) & (around >= 0).any(axis=1)  # NaN is neither
    if circular:
        # Days are put beside the true day, so that a difference across New Year stays a short one.
        plain = _errors(truth + circular_difference(median, truth), truth)
        undefined = ("relative_bias", "correlation", "rank_correlation")
        errors = {key: np.nan if key in undefined else value for key, value in plain.items()}
        agreed = {}
    else:
        errors = _errors(median, truth)
        agreed = _errors(np.where(robust, median, np.nan), truth)
    return {
        **dict.fromkeys(ERRORS, np.nan),
        **errors,
        "coverage": float(inside[several].mean()) if several.any() else np.nan,
        "cells_robust": agreed.get("cells", errors["cells"]),
        "relative_bias_robust": agreed.get("relative_bias", np.nan),
        "correlation_robust": agreed.get("correlation", np.nan),
    }
