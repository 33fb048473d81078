"""The time axis: one row for every day, in order, without gaps in the index."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diffdalec.errors import InputError
from diffdalec.readers.dates import runs, spell

LEAST_PART_OF_ROWS = 0.5
"""A file with rows for fewer of its days than this is not a daily one (or has a mistyped date)."""


def regular_daily(frame: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[str]]:
    """The table on contiguous days, and what had to be done to it.

    Rows out of order are sorted and identical rows of one day merged, both counted; days without a row become
    NaN. Raises InputError for rows of one day that disagree, and for a file that is not daily.
    """
    if len(frame) < 2:
        raise InputError(f"{file}: has {len(frame)} rows; expected one row for every day of at least a year.")
    frame, notes = _at_midnight(frame, file)
    time = pd.DatetimeIndex(frame.index)
    backward = int((np.diff(time.asi8) < 0).sum())
    if backward:
        frame = frame.sort_index(kind="stable")
        notes.append(f"time: rows were out of order at {backward} places, sorted")
    frame, merged = _without_repetition(frame, file)
    notes += merged
    time = pd.DatetimeIndex(frame.index)
    step = pd.Series(time).diff().median() if len(time) > 1 else pd.Timedelta(0)
    days = (time[-1] - time[0]).days + 1
    if step != pd.Timedelta(days=1) or len(time) < LEAST_PART_OF_ROWS * days:
        raise InputError(
            f"{file}: is not daily: {len(time)} days with rows from {time[0]:%Y-%m-%d} to "
            f"{time[-1]:%Y-%m-%d}, most "
            f"often {step / pd.Timedelta(days=1):g} days apart; expected one row for every day."
        )
    whole = pd.date_range(time[0], time[-1], freq="D")
    absent = ~whole.isin(time)
    if absent.any():
        notes.append(f"time: {int(absent.sum())} days had no row: {spell(whole, runs(absent))}")
    return frame.reindex(whole), notes


def _at_midnight(frame: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[str]]:
    time = pd.DatetimeIndex(frame.index)
    if time.tz is not None:
        time = time.tz_localize(None)
    if time.hasnans:
        raise InputError(
            f"{file}: time is missing in {int(time.isna().sum())} rows; expected a date in each."
        )
    hours = (time - time.normalize()) / pd.Timedelta(hours=1)
    if hours.nunique() > 1:
        raise InputError(
            f"{file}: is not daily: rows stand at {hours.nunique()} times of day (such as "
            f"{time[0]:%Y-%m-%d %H:%M} and "
            f"{time[1]:%Y-%m-%d %H:%M}); expected one row for every day."
        )
    notes = [] if hours[0] == 0 else [f"time: rows at {time[0]:%H:%M} are taken for their whole day"]
    return frame.set_axis(time.normalize()), notes


def _without_repetition(frame: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[str]]:
    if not frame.index.has_duplicates:
        return frame, []
    distinct = frame.reset_index(names="time").drop_duplicates()
    conflicting = distinct["time"][distinct["time"].duplicated()].unique()
    if len(conflicting):
        shown = ", ".join(f"{pd.Timestamp(day):%Y-%m-%d}" for day in conflicting[:3])
        more = f" and {len(conflicting) - 3} more" if len(conflicting) > 3 else ""
        raise InputError(
            f"{file}: has rows with different values for the same day: {shown}{more}; expected one row."
        )
    dropped = len(frame) - len(distinct)
    return distinct.set_index("time"), [f"time: {dropped} repeated rows with identical values dropped"]
