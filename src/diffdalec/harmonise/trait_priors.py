"""Centres of priors from trait maps."""

from __future__ import annotations

from ..units import CARBON_FRACTION

GRAMS_PER_KILOGRAM = 1000.0


def lcma_from_specific_leaf_area(specific_leaf_area, carbon_fraction: float = CARBON_FRACTION):
    """Leaf carbon mass per area [gC m-2] of a specific leaf area [m2 kg-1].

    >>> lcma_from_specific_leaf_area(10.0)
    50.0
    """
    return GRAMS_PER_KILOGRAM * carbon_fraction / specific_leaf_area


def autotrophic_fraction(carbon_use_efficiency):
    """Autotrophic respiration per GPP [1]: 1 − CUE."""
    return 1.0 - carbon_use_efficiency
