"""The codes that stand for a missing value in site files."""

from __future__ import annotations

import numpy as np

MISSING_CODES = (-9999.0, -9999.9, -6999.0, -999.0, -999.9, -99999.0, -8888.0, -7777.0)
"""None of these is a value that any of our variables can take, in any unit that we know."""

LARGEST_VALUE = 1e15
"""Larger magnitudes are netCDF fill values (9.97e36, 1e20); 1e15 is beyond any unit's range."""


def without_missing_codes(values) -> np.ndarray:
    """float64 array with every missing-value code, infinity and fill value turned into NaN."""
    numbers = np.array(values, dtype=np.float64)
    coded = np.isclose(numbers[..., None], MISSING_CODES, rtol=1e-6, atol=0.0).any(axis=-1)
    return np.where(coded | ~(np.abs(numbers) < LARGEST_VALUE), np.nan, numbers)
