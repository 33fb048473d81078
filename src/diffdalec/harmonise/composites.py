"""Ten-day means on a daily axis."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from ..errors import InputError
from ..variables import TEN_DAY_WINDOWS
from .periods import windows

TEN_DAYS = 10


def window_kind(starts: pd.DatetimeIndex, year: int, name: str) -> str:
    """Which windows of :data:`~diffdalec.variables.TEN_DAY_WINDOWS` begin on ``starts``, the first days of all of a
    year. The last five or six days of a year may lack theirs. InputError where they are neither.
    """
    for text, restart in TEN_DAY_WINDOWS.items():
        expected = _days(year)[np.flatnonzero(np.diff(_numbers(year, restart), prepend=-1))]
        if starts.equals(expected) or (restart == "year" and starts.equals(expected[:-1])):
            return text
    found = f"{len(starts)} windows from {starts[0]:%d %B}" if len(starts) else "no windows"
    raise InputError(f"{name} of {year} has {found}; expected {' or '.join(TEN_DAY_WINDOWS)}")


def repeated_daily(values: np.ndarray, starts: pd.DatetimeIndex, year: int, name: str) -> np.ndarray:
    """Window means (…, windows) as (…, days of the year): each on every day of its window, NaN where there is none.

    InputError where ``starts`` are not the windows of the year.
    """
    number = _numbers(year, TEN_DAY_WINDOWS[window_kind(starts, year, name)])
    missing = np.full((*values.shape[:-1], int(number[-1]) + 1 - values.shape[-1]), np.nan, values.dtype)
    return np.concatenate([values, missing], axis=-1)[..., number]


def _numbers(year: int, restart: str) -> np.ndarray:
    return windows(xr.DataArray(_days(year), dims="time"), TEN_DAYS, restart)


def _days(year: int) -> pd.DatetimeIndex:
    return pd.date_range(f"{year}-01-01", f"{year}-12-31", unit="ns")
