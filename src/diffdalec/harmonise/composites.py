"""Windows of several days on a daily axis."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import InputError


def window_starts(year: int, days: int) -> pd.DatetimeIndex:
    """First days of the windows of ``days`` days that begin on 1 January; the last of the year is shorter."""
    return pd.date_range(f"{year}-01-01", f"{year}-12-31", freq=f"{days}D")


def repeated_daily(values: np.ndarray, starts: pd.DatetimeIndex, days: int, year: int, name: str) -> np.ndarray:
    """Window means (…, windows) as (…, days of the year): each on every day of its window.

    InputError where ``starts`` are not the windows of the year.
    """
    expected = window_starts(year, days)
    if not starts.equals(expected):
        raise InputError(
            f"{name} of {year} has {len(starts)} windows from {_first(starts)}, expected {len(expected)} windows of "
            f"{days} days from 1 January"
        )
    length = len(pd.date_range(f"{year}-01-01", f"{year}-12-31"))
    return values[..., np.arange(length) // days]


def _first(starts: pd.DatetimeIndex) -> str:
    return f"{starts[0]:%d %B}" if len(starts) else "none"
