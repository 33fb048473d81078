"""Calibration and held-out days, and how observations are thinned to the dates of a product."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ..errors import InputError


def period_masks(
    ds: xr.Dataset, calibration: tuple[int, int] | None = None, validation: tuple[int, int] | None = None
) -> dict[str, np.ndarray]:
    """Masks (time,) of the ``calibration`` and ``validation`` days, from calendar years first to last.

    Without years given, calibration is the Dataset's ``calibration_years`` and validation all that is not
    calibration. Raises InputError where the calibration years are not in the data, or the two overlap.
    """
    year = ds["time"].dt.year.values
    if calibration is None:
        first, _, last = str(ds.attrs["calibration_years"]).partition("-")
        calibration = (int(first), int(last or first))
    inside = (year >= calibration[0]) & (year <= calibration[1])
    if not inside.any():
        raise InputError(
            f"calibration years {calibration[0]}–{calibration[1]} are not in the data, which span {year[0]}–{year[-1]}"
        )
    if validation is None:
        return {"calibration": inside, "validation": ~inside}
    held_out = (year >= validation[0]) & (year <= validation[1])
    if (held_out & inside).any():
        raise InputError(
            f"calibration years {calibration[0]}–{calibration[1]} and validation years "
            f"{validation[0]}–{validation[1]} overlap"
        )
    return {"calibration": inside, "validation": held_out}


def windows(time: xr.DataArray, days: int, restart: str = "run") -> np.ndarray:
    """The number (time,) of the window of ``days`` consecutive days that each day is in.

    Windows follow one another from the first day on (``restart`` "run"). With "year" they begin anew each 1 January, as
    10-day products have them, so that the last of a year is shorter. With "month" they begin anew each month, which
    has as many as 30 days would, and what is left of it belongs to the last: thirds of months for 10 days.
    """
    if restart == "run":
        return np.arange(time.size) // days
    if restart == "month":
        month = time.dt.year.values * 12 + time.dt.month.values
        within = np.minimum((time.dt.day.values - 1) // days, max(30 // days, 1) - 1)
        return np.cumsum((np.diff(month, prepend=month[0]) != 0) | (np.diff(within, prepend=within[0]) != 0))
    year, day = time.dt.year.values, time.dt.dayofyear.values
    begins = np.ones(time.size, bool)
    begins[1:] = (np.diff(year) != 0) | ((day[1:] - 1) % days == 0)
    return np.cumsum(begins) - 1


def thinned(valid: np.ndarray, days: int) -> np.ndarray:
    """The mask (time,) with at least ``days`` days between values kept: a daily series as on a product's
    dates.
    """
    kept = np.zeros_like(valid)
    last = -days
    for day in np.flatnonzero(valid).tolist():
        if day - last >= days:
            kept[day] = True
            last = day
    return kept
