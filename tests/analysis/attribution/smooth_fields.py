"""Fields that vary smoothly in space."""

from __future__ import annotations

import numpy as np


def smooth_field(
    rng: np.random.Generator, latitude: np.ndarray, longitude: np.ndarray, wavelength: float
) -> np.ndarray:
    """A field (cell,) of about unit variance that varies over ``wavelength`` [degrees of latitude]."""
    field = np.zeros(latitude.size)
    for _ in range(12):
        angle, phase = rng.uniform(0, 2 * np.pi, 2)
        along = np.cos(angle) * latitude + np.sin(angle) * 0.5 * longitude
        field += np.cos(2 * np.pi * along / wavelength / rng.uniform(0.7, 1.4) + phase)
    return field / np.sqrt(6.0)
