"""What a stream is compared with: values, a mask, and the scale that its errors are judged by."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import numpy as np


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Target:
    """Observed ``values`` (n, …), 0 where not ``valid`` (n, …, 1 or 0), and ``scale`` (…).

    A score is 1/(1 + SSE/scale). With the sum of squared deviations from the mean as scale that is the NNSE.
    """

    values: jax.Array
    valid: jax.Array
    scale: jax.Array

    def for_lanes(self, number: int) -> Target:
        """The target with ``number`` lane axes; lanes may have axes in front of it, e.g. of several starts."""
        return Target(
            leading_axes(self.values, number, 1),
            leading_axes(self.valid, number, 1),
            leading_axes(self.scale, number, 0),
        )


def leading_axes(array: jax.Array, lanes: int, before: int) -> jax.Array:
    """``array`` (its first ``before`` axes, then lanes) with axes of length 1 put in front of its lanes until they are
    ``lanes`` in number."""
    missing = lanes - (array.ndim - before)
    return array.reshape(*array.shape[:before], *(1,) * max(missing, 0), *array.shape[before:])


def score_scale(values: np.ndarray, valid: np.ndarray, sigma: float) -> np.ndarray:
    """The scale of a target: Σ (value − mean)² over valid values along the first axis.

    Where that vanishes (one value, or a constant series) NSE is undefined; there the scale is Σ (sigma · value)²,
    so that the score is 1/(1 + (relative error/sigma)²): same range and meaning. ``sigma`` is a relative error [1].
    """
    weights = valid.astype(float)
    number = weights.sum(axis=0)
    mean = (values * weights).sum(axis=0) / np.maximum(number, 1.0)
    spread = (weights * (values - mean) ** 2).sum(axis=0)
    size = (weights * values**2).sum(axis=0)
    constant = spread <= 1e-12 * size
    return np.where(constant, np.maximum(sigma**2 * size, 1e-12), np.maximum(spread, 1e-12))
