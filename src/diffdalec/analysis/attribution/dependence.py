"""How a trait depends on one predictor: partial dependence of models, and LOWESS through SHAP values."""

from __future__ import annotations

from typing import Any

import numpy as np


def grid_of(x: np.ndarray, points: int) -> np.ndarray:
    """Values (points,) of a predictor at which curves are given: even between its 1st and 99th percentile, or its
    extremes where those coincide."""
    low, high = np.quantile(x, [0.01, 0.99])
    if low == high:
        low, high = x.min(), x.max()
    return np.linspace(low, high, points)


def partial_dependence(model: Any, predictors: np.ndarray, column: int, grid: np.ndarray) -> np.ndarray:
    """Partial dependence (point,) of a model on a column, less its mean over the cells (n, p).

    Friedman's recursion on the trees' own covers (the expectation that SHAP values are of, too).
    """
    from sklearn.inspection import partial_dependence as recursion

    found = recursion(model, predictors, [column], method="recursion", custom_values={column: grid})
    curve = np.asarray(found["average"], dtype=float)[0]
    return curve - np.interp(predictors[:, column], grid, curve).mean()


def lowess(x: np.ndarray, values: np.ndarray, grid: np.ndarray, share: float) -> np.ndarray:
    """Locally weighted straight lines (Cleveland 1979) through ``values`` (n,) against ``x`` (n,), at ``grid``.

    ``share`` of the cells is near each point. NaN where a point's neighbours all have one x.
    """
    from statsmodels.nonparametric.smoothers_lowess import lowess as smooth

    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(smooth(values, x, frac=share, it=1, xvals=grid), dtype=float)
