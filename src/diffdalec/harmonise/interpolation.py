"""Values between the dates of a product."""

from __future__ import annotations

import numpy as np
import xarray as xr


def interpolated(series: xr.DataArray, longest_gap: int) -> xr.DataArray:
    """A daily series (time,) with its NaN filled linearly between values at most ``longest_gap`` days apart.

    Longer gaps, and days before the first or after the last value, stay NaN.
    """
    values = series.values
    known = np.flatnonzero(np.isfinite(values))
    if known.size < 2:
        return series.copy()
    days = np.arange(values.size)
    filled = np.interp(days, known, values[known], left=np.nan, right=np.nan)
    after = np.searchsorted(known, days).clip(0, known.size - 1)
    before = (np.searchsorted(known, days, side="right") - 1).clip(0)
    apart = known[after] - known[before]
    return series.copy(data=np.where(apart <= longest_gap, filled, np.nan))
