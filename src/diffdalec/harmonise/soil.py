"""Soil properties of layers as means over a depth."""

from __future__ import annotations

import numpy as np

LAYER_BOTTOMS = (0.045, 0.091, 0.166, 0.289, 0.493, 0.829, 1.383, 2.296)
"""Lower ends [m] of the eight layers of the Global Soil Dataset for Earth System Modeling (Shangguan et al. 2014)."""

DEPTH = 0.289
"""Depth [m] down to which predictors are averaged: the upper four layers, where most fine roots are."""

LEAST_NITROGEN = 0.01
"""Total nitrogen [% by mass] below which a C:N ratio is not formed: the step of the product's numbers."""


def layer_weights(depth: float = DEPTH, bottoms: tuple[float, ...] = LAYER_BOTTOMS) -> np.ndarray:
    """Share (layers,) of the column down to ``depth`` [m] that each layer has; they sum to 1.

    >>> layer_weights(0.091).round(3).tolist()[:3]
    [0.495, 0.505, 0.0]
    """
    ends = np.minimum(np.asarray(bottoms), depth)
    thickness = np.diff(ends, prepend=0.0)
    return thickness / thickness.sum()


def depth_mean(layers: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mean (…) of ``layers`` (layer, …) with ``weights`` (layer,), over the layers that have a value; NaN where the
    top one has none.

    A shallow soil ends above the depth: its lower layers are missing and count for nothing.
    """
    shape = (-1,) + (1,) * (layers.ndim - 1)
    weight = np.where(np.isfinite(layers), weights[: len(layers)].reshape(shape), 0.0)
    total = weight.sum(axis=0)
    known = (total > 0) & np.isfinite(layers[0])
    return np.divide(np.nansum(layers * weight, axis=0), total, out=np.full(total.shape, np.nan), where=known)


def carbon_nitrogen_ratio(organic_carbon: np.ndarray, total_nitrogen: np.ndarray) -> np.ndarray:
    """Organic carbon per total nitrogen, both [% by mass]; NaN where nitrogen is below :data:`LEAST_NITROGEN`."""
    enough = total_nitrogen >= LEAST_NITROGEN
    return np.divide(organic_carbon, total_nitrogen, out=np.full(np.shape(total_nitrogen), np.nan), where=enough)
