"""Axes of ten-day means: windows of ten days from 1 January, or the thirds of the months."""

from __future__ import annotations

import calendar
import datetime

import numpy as np
import pandas as pd
import xarray as xr

from diffdalec.errors import InputError
from diffdalec.readers.netcdf_file import decoded_time
from diffdalec.readers.products.files import SourceFile
from diffdalec.readers.products.times import day_of_year_date
from diffdalec.variables import WINDOWS_FROM_JANUARY, WINDOWS_OF_MONTHS

EQUAL, THIRDS = WINDOWS_FROM_JANUARY, WINDOWS_OF_MONTHS

AXIS = "doy"


def window_starts(dataset: xr.Dataset, file: SourceFile) -> pd.DatetimeIndex:
    """The first days of the windows of the file's year, told from its days of the year."""
    return _windows(dataset, file)[0]


def window_kind(dataset: xr.Dataset, file: SourceFile) -> str:
    """``EQUAL`` or ``THIRDS``."""
    return _windows(dataset, file)[1]


def _windows(dataset: xr.Dataset, file: SourceFile) -> tuple[pd.DatetimeIndex, str]:
    """Starts and kind. Windows may be stamped at their first, middle or last day, with or without the leap day.

    Raises InputError where the days are no such windows of a whole year.
    """
    name = file.path.name
    if file.year is None:
        raise InputError(f"{name}: its name tells no year.")
    if AXIS not in dataset.variables:
        raise InputError(f"{name}: has no {AXIS}; it has {', '.join(map(str, dataset.variables))}.")
    if "since" in str(dataset[AXIS].attrs.get("units", "")):
        days = decoded_time(dataset, AXIS, name).day_of_year.to_numpy().astype(np.float64)
    else:
        days = np.asarray(dataset[AXIS].values, dtype=np.float64)
    if days.size in (36, 37) and np.all(np.diff(days[:36]) == 10.0) and 1.0 <= days[0] <= 10.0:
        return _dates(file.year, 1 + 10 * np.arange(days.size)), EQUAL
    starts = _thirds(file.year)
    ends = np.append(starts[1:], 366 + calendar.isleap(file.year)) - 1
    if days.size == 36 and any(np.abs(days - at).max() <= 1.0 for at in (starts, (starts + ends) / 2, ends)):
        return _dates(file.year, starts), THIRDS
    raise InputError(
        f"{name}: {AXIS} has {days.size} values from {days.min():g} to {days.max():g}; expected the windows of a year, "
        f"{EQUAL} or {THIRDS}."
    )


def _thirds(year: int) -> np.ndarray:
    """Days of the year on which the thirds of the months begin."""
    days = [datetime.date(year, month, day) for month in range(1, 13) for day in (1, 11, 21)]
    return np.array([day.timetuple().tm_yday for day in days])


def _dates(year: int, days: np.ndarray) -> pd.DatetimeIndex:
    return pd.DatetimeIndex([day_of_year_date(year, int(day)) for day in days]).as_unit("ns")
