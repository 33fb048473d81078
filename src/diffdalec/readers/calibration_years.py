"""Which calendar years calibrate."""

from __future__ import annotations

from numbers import Integral

import pandas as pd

from diffdalec.errors import InputError


def whole_years(time: pd.DatetimeIndex) -> list[int]:
    """Calendar years of which every day is in ``time`` (contiguous days)."""
    first = time[0].year + (time[0].day_of_year > 1)
    last = time[-1].year - (not time[-1].is_year_end)
    return list(range(first, last + 1))


def chosen_years(
    time: pd.DatetimeIndex, calibration_years: int | tuple[int, int], file: str
) -> tuple[int, int]:
    """First and last calibration year: of the first n whole years, or as given.

    Raises InputError where that cannot be.
    """
    years = whole_years(time)
    held = f"{years[0]}-{years[-1]} ({len(years)} whole years)" if years else "no whole calendar year"
    if isinstance(calibration_years, bool) or not isinstance(calibration_years, Integral | tuple | list):
        raise InputError(
            f"calibration_years is {calibration_years!r}; expected a number of years or (first, last) "
            "calendar year."
        )
    if isinstance(calibration_years, Integral):
        if not 1 <= calibration_years <= len(years):
            raise InputError(f"{file}: calibration_years is {calibration_years}, but the file holds {held}.")
        return years[0], years[calibration_years - 1]
    if len(calibration_years) != 2 or not all(
        isinstance(year, Integral) and not isinstance(year, bool) for year in calibration_years
    ):
        raise InputError(f"calibration_years is {calibration_years!r}; expected (first, last) calendar year.")
    first, last = calibration_years
    if first > last or first not in years or last not in years:
        raise InputError(f"{file}: calibration_years is {first}-{last}, but the file holds {held}.")
    return first, last
