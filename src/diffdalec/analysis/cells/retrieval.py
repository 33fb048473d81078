"""Retrieved against true traits and parameters over the cells of a study whose truth is known."""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy.stats import rankdata

from ..ensemble import circular_difference, is_circular
from .ensembles import CellEnsemble
from .references import correlation
from .traits import table


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


def _row(ensemble: CellEnsemble, name: str, experiment: str, truth: np.ndarray) -> dict:
    members = ensemble.members(name).sel(experiment=experiment).transpose("cell", "member").values.astype(float)
    median = ensemble.medians[name].sel(experiment=experiment).values.astype(float)
    robust = ensemble.robust(name).sel(experiment=experiment).values
    circular = is_circular(ensemble.calibration[name])
    error = circular_difference(median, truth) if circular else median - truth
    around = circular_difference(members, truth[:, None]) if circular else members - truth[:, None]
    both = np.isfinite(error)
    agreed = both & robust
    several = both & (np.isfinite(members).sum(axis=1) >= 2)
    inside = (around <= 0).any(axis=1) & (around >= 0).any(axis=1)  # NaN is neither
    mean = truth[both].mean() if both.any() else np.nan

    def relative(which: np.ndarray) -> float:
        if circular or not which.any() or mean == 0:
            return np.nan
        return float(100.0 * error[which].sum() / truth[which].sum())

    return {
        "cells": int(both.sum()),
        "truth_mean": float(mean),
        "bias": float(error[both].mean()) if both.any() else np.nan,
        "relative_bias": relative(both),
        "rmse": float(np.sqrt(np.mean(error[both] ** 2))) if both.any() else np.nan,
        "correlation": np.nan if circular else correlation(truth, median),
        "rank_correlation": np.nan if circular else correlation(_ranks(truth, both), _ranks(median, both)),
        "coverage": float(inside[several].mean()) if several.any() else np.nan,
        "cells_robust": int(agreed.sum()),
        "relative_bias_robust": relative(agreed),
        "correlation_robust": np.nan if circular else correlation(truth[agreed], median[agreed]),
    }


def _ranks(values: np.ndarray, which: np.ndarray) -> np.ndarray:
    return rankdata(values[which])
