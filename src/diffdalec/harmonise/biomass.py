"""Aboveground biomass to all living biomass, and the root:shoot ratio that does it."""

from __future__ import annotations

import numpy as np

from ..units import CARBON_FRACTION, carbon_from_dry_matter

LEAST_SHOOTS = 1.0
"""Aboveground biomass [Mg ha-1] below which a ratio to it is of noise."""


def root_shoot_ratio(belowground: np.ndarray, aboveground: np.ndarray) -> np.ndarray:
    """Belowground per aboveground biomass [1], both in one unit; NaN where ``aboveground`` is below
    :data:`LEAST_SHOOTS`.

    Of means over cells it is the ratio of a cell's roots to its shoots, not the mean of its pixels' ratios, which
    sparse pixels would rule.
    """
    enough = aboveground >= LEAST_SHOOTS
    return np.divide(belowground, aboveground, out=np.full(np.shape(aboveground), np.nan), where=enough)


def total_biomass(aboveground, root_shoot, carbon_fraction: float = CARBON_FRACTION):
    """Total living biomass [gC m-2] of aboveground dry matter [Mg ha-1]: the ratio and the carbon fraction, once each.

    >>> total_biomass(100.0, 0.25)
    6250.0
    """
    return carbon_from_dry_matter(aboveground * (1.0 + root_shoot), carbon_fraction)
