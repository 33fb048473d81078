"""The time axis of a product's file: decoded, and exactly what the file's name promises."""

from __future__ import annotations

import calendar
import datetime

import cftime
import numpy as np
import pandas as pd
import xarray as xr

from diffdalec.errors import InputError
from diffdalec.readers.netcdf_file import decoded_time
from diffdalec.readers.products.files import SourceFile

STEPS_PER_DAY = 4
STEPS_PER_YEAR = 365 * STEPS_PER_DAY


def days_of_year(dataset: xr.Dataset, file: SourceFile) -> pd.DatetimeIndex:
    """Every day of the file's year, leap day included."""
    first = _start(file)
    return _daily(dataset, file.path.name, first, datetime.date(first.year, 12, 31))


def days_of_month(dataset: xr.Dataset, file: SourceFile) -> pd.DatetimeIndex:
    """Every day of the file's month, leap day included."""
    first = _start(file)
    return _daily(dataset, file.path.name, first, first.replace(day=calendar.monthrange(first.year, first.month)[1]))


def six_hours_of_year(dataset: xr.Dataset, file: SourceFile) -> xr.CFTimeIndex:
    """The beginnings of the 1460 intervals of 6 hours of the file's year, in the calendar without leap days.

    Files stamp an interval at its beginning, middle or end. Raises InputError for another number or width of steps,
    another year, or a calendar with leap days.
    """
    name, year = file.path.name, _start(file).year
    time = _time(dataset, name)
    stamps = np.asarray(time.values, dtype=np.float64)
    if stamps.size != STEPS_PER_YEAR:
        raise InputError(
            f"{name}: has {stamps.size} steps; expected the {STEPS_PER_YEAR} of 6 hours of a year without leap day."
        )
    kind = str(time.attrs.get("calendar", "noleap")).lower()
    if kind not in ("noleap", "no_leap", "365_day", "365d"):
        raise InputError(f"{name}: time has the calendar {kind!r}; expected noleap (365 days in every year).")
    units = str(time.attrs.get("units", ""))
    try:
        first, second, last = cftime.num2date(stamps[[0, 1, -1]], units, "noleap")
    except (ValueError, TypeError) as error:
        raise InputError(f"{name}: time cannot be decoded with the units {units!r}.") from error
    begin = cftime.DatetimeNoLeap(year, 1, 1)
    step = datetime.timedelta(hours=24 // STEPS_PER_DAY)
    late = first - begin
    # The beginning of a gzipped file may hold no more than the first record.
    partial = bool(np.all(stamps[1:] == 0.0)) and stamps[0] != 0.0
    evenly = partial or (second - first == step and last - first == (STEPS_PER_YEAR - 1) * step)
    if not (datetime.timedelta(0) <= late <= step) or not evenly:
        raise InputError(f"{name}: time runs from {first} to {last}; expected every 6 hours of {year}.")
    return xr.CFTimeIndex([begin + at * step for at in range(STEPS_PER_YEAR)])


def day_of_year_date(year: int, day: int) -> datetime.date:
    """The date of a day of the year (1 is 1 January)."""
    return datetime.date(year, 1, 1) + datetime.timedelta(days=int(day) - 1)


def _start(file: SourceFile) -> datetime.date:
    if file.start is None:
        raise InputError(f"{file.path.name}: its name tells no year.")
    return file.start


def _time(dataset: xr.Dataset, file: str) -> xr.DataArray:
    if "time" not in dataset.variables:
        raise InputError(f"{file}: has no time; it has {', '.join(map(str, dataset.variables))}.")
    return dataset["time"]


def _daily(dataset: xr.Dataset, file: str, first: datetime.date, last: datetime.date) -> pd.DatetimeIndex:
    _time(dataset, file)
    times = decoded_time(dataset, "time", file).floor("D")
    expected = pd.date_range(first, last, freq="D", unit="ns")
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
