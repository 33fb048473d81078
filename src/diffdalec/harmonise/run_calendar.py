"""Which day of the data each day of a run takes: years cycled by index, so that forcing is never copied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from ..errors import InputError


@dataclass(frozen=True)
class RunCalendar:
    """The calendar of a run.

    ``days`` (n,) are indices into the days of the data; ``year_ends`` (years,) are the days of the run on
    which a year of age ends; ``years`` (years,) the calendar year that each simulated year takes;
    ``observed_from`` is the first day of the run's last pass through the data, where observations are
    compared.
    """

    days: np.ndarray
    year_ends: np.ndarray
    years: np.ndarray
    observed_from: int

    @property
    def observed_days(self) -> np.ndarray:
        """Indices into the data of the days of the last pass, in order and without repeats."""
        return self.days[self.observed_from :]


def whole_years(time: xr.DataArray) -> list[int]:
    """The calendar years of which every day is in ``time``, a contiguous daily axis."""
    years, counts = np.unique(time.dt.year.values, return_counts=True)
    leap = (years % 4 == 0) & ((years % 100 != 0) | (years % 400 == 0))
    return [int(y) for y, whole in zip(years, counts == np.where(leap, 366, 365), strict=True) if whole]


def run_calendar(
    time: xr.DataArray,
    *,
    cycle: tuple[int, int] | None = None,
    years: int | None = None,
    first_year: int | None = None,
    last_year: int | None = None,
) -> RunCalendar:
    """The calendar of a run of ``years`` (one pass if None) that cycles through the calendar years ``cycle``
    (all whole years of the data if None) and ends with ``last_year`` (the last of the cycle if None), or, where it is
    given, begins with ``first_year``.

    Raises InputError where the data lack a year that the run needs.
    """
    available = whole_years(time)
    if not available:
        raise InputError(f"the data hold no whole calendar year: {_span(time)}")
    first, last = cycle or (available[0], available[-1])
    cycled = list(range(first, last + 1))
    missing = sorted(set(cycled) - set(available))
    if missing:
        raise InputError(
            f"the run cycles {first}–{last}, but the data lack whole years {_listed(missing)} (they span {_span(time)})"
        )
    for verb, year in (("begin", first_year), ("end", last_year)):
        if year is not None and year not in cycled:
            raise InputError(f"the run is to {verb} in {year}, which is not among the cycled years {first}–{last}")
    end = last if last_year is None else last_year
    length = years if years is not None else end - first + 1
    begin = end - length + 1 if first_year is None else first_year
    order = [cycled[(begin - first + i) % len(cycled)] for i in range(length)]

    year_of_day = time.dt.year.values
    days_of_year = {year: np.flatnonzero(year_of_day == year) for year in set(order)}
    parts = [days_of_year[year] for year in order]
    ends = np.cumsum([len(part) for part in parts]) - 1
    # The last pass begins after the last wrap from the cycle's end to its beginning.
    wraps = [i for i in range(1, length) if order[i] <= order[i - 1]]
    start = wraps[-1] if wraps else 0
    return RunCalendar(
        days=np.concatenate(parts),
        year_ends=ends,
        years=np.array(order),
        observed_from=int(ends[start - 1]) + 1 if start else 0,
    )


def _span(time: xr.DataArray) -> str:
    return f"{str(time.values[0])[:10]} to {str(time.values[-1])[:10]}"


def _listed(years: list[int]) -> str:
    return ", ".join(str(y) for y in years[:5]) + (" …" if len(years) > 5 else "")
