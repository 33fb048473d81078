"""The time axis of a product's file: decoded, and exactly the days that the file's name promises."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import xarray as xr

from diffdalec.errors import InputError
from diffdalec.readers.netcdf_file import decoded_time


def daily_times(dataset: xr.Dataset, file: str, first: datetime.date, last: datetime.date) -> pd.DatetimeIndex:
    """Every day from ``first`` to ``last``, as the file's ``time`` says.

    Raises InputError for a missing, doubled or foreign day and for a calendar without leap days.
    """
    if "time" not in dataset.variables:
        raise InputError(f"{file}: has no time; it has {', '.join(map(str, dataset.variables))}.")
    times = decoded_time(dataset, "time", file).floor("D")
    expected = pd.date_range(first, last, freq="D")
    if times.equals(expected):
        return expected
    lacking, foreign = expected.difference(times), times.difference(expected)
    if len(foreign):
        found = f"holds {foreign[0]:%Y-%m-%d}"
    elif len(lacking):
        found = f"lacks {lacking[0]:%Y-%m-%d}" + (f" and {len(lacking) - 1} more days" if len(lacking) > 1 else "")
    else:
        found = f"holds {len(times)} days that repeat or are out of order"
    raise InputError(f"{file}: {found}; expected every day from {first} to {last}, leap days included.")


def day_of_year_date(year: int, day: int) -> datetime.date:
    """The date of a day of the year (1 is 1 January)."""
    return datetime.date(year, 1, 1) + datetime.timedelta(days=int(day) - 1)


def as_dates(times: pd.DatetimeIndex) -> np.ndarray:
    """datetime64[ns] of an index, the coordinate of a Dataset."""
    return times.to_numpy().astype("datetime64[ns]")
