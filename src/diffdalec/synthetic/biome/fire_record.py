"""The fire record of satellites: what it dates to the year, and where it tells enough for a growth curve.

The growth curves of Xu et al. (2026) are fitted to biomass against years since a fire of a 36-year record (Wu et al.,
section 2.2.3). Where the record holds next to no fires there is nothing young to fit, and no such curve.
"""

from __future__ import annotations

import numpy as np

LENGTH = 36
"""Years of the record: fires of that time are dated to the year."""

CLASSES = np.array([*range(1, 41, 4), *range(41, 181, 10)])
"""Lower bounds of the age classes [yr] that curves are fitted to."""

FEWEST_POINTS = 8
"""Lattice points that an age class must have."""

FEWEST_DATED = 3
"""Age classes that the record must date for a curve, which has three parameters."""


def dated(age: np.ndarray, fire: np.ndarray) -> np.ndarray:
    """Whether the record knows the fire of a point, from ``age`` [yr] and number of the ``fire`` (-1: none)."""
    return (fire >= 0) & (age <= LENGTH)


def classes(age: np.ndarray) -> np.ndarray:
    """Number of the age class of each ``age`` [yr], -1 below the first."""
    return np.searchsorted(CLASSES, age, side="right") - 1


def dated_classes(age: np.ndarray, fire: np.ndarray, forest: np.ndarray) -> int:
    """Age classes of a cell in which the record dates at least :data:`FEWEST_POINTS` points that bear forest."""
    number = classes(age[forest & dated(age, fire)])
    return int(np.sum(np.bincount(number[number >= 0], minlength=1) >= FEWEST_POINTS))
