"""Exact SHAP values of boosted trees, and what they add up to."""

from __future__ import annotations

from typing import Any

import numpy as np

TOLERANCE = 1e-6
"""Most by which values may miss the prediction, relative to the spread of predictions."""


def shap_values(model: Any, predictors: np.ndarray) -> tuple[np.ndarray, float]:
    """SHAP values (n, p) and the base value: together the model's prediction of each row of ``predictors`` (n, p).

    Tree SHAP on the trees' own covers (Lundberg et al. 2020, path-dependent): exact for the expectation that the trees
    define, without sampling. ArithmeticError where values do not add up to 1e-6.
    """
    import shap

    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    values = np.asarray(explainer.shap_values(predictors, check_additivity=False), dtype=float)
    base = float(np.ravel(explainer.expected_value)[0])
    error = additivity_error(values, base, model.predict(predictors))
    if error > TOLERANCE:
        raise ArithmeticError(f"SHAP values miss the prediction by {error:.2g}, expected at most {TOLERANCE:g}")
    return values, base


def additivity_error(values: np.ndarray, base: float, predicted: np.ndarray) -> float:
    """Largest |base + Σ values − prediction| over rows, relative to the range of predictions (or to 1e-12)."""
    scale = max(float(np.ptp(predicted)), 1e-12)
    return float(np.abs(values.sum(axis=1) + base - predicted).max() / scale)


def mean_size(values: np.ndarray, groups: list[np.ndarray] | None = None) -> np.ndarray:
    """Mean |SHAP| (p,) of predictors from values (n, p); or (g,) of ``groups`` of columns, whose values add up
    before their size is taken."""
    if groups is None:
        return np.abs(values).mean(axis=0)
    return np.array([np.abs(values[:, columns].sum(axis=1)).mean() for columns in groups])
