"""Gaps in the forcing: short ones are interpolated and counted, longer ones are the user's to fill."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diffdalec.errors import InputError
from diffdalec.readers.dates import runs, spell

LONGEST_GAP = 3
"""[d] Longest run of missing forcing that is filled."""


def long_gaps(values: np.ndarray) -> list[tuple[int, int]]:
    """(first, last) index of the gaps that are too long to fill."""
    return [(first, last) for first, last in runs(~np.isfinite(values)) if last - first >= LONGEST_GAP]


def filled(values: np.ndarray, time: pd.DatetimeIndex, label: str, file: str) -> tuple[np.ndarray, list[str]]:
    """Values without gaps, and a note of how many days were filled.

    Linear between the neighbouring days, also for precipitation, because that keeps its mean, which zeros
    would not; the nearest value at the ends. Raises InputError for an empty series and for gaps longer than
    LONGEST_GAP, naming the dates.
    """
    missing = ~np.isfinite(values)
    if missing.all():
        raise InputError(f"{file}: {label} has no values at all; expected one for every day.")
    if too_long := long_gaps(values):
        raise InputError(
            f"{file}: {label} is missing for longer than {LONGEST_GAP} days: {spell(time, too_long)}; "
            "fill these days or cut the file."
        )
    if not missing.any():
        return values, []
    day = np.arange(values.size)
    whole = np.interp(day, day[~missing], values[~missing])
    return whole, [f"{label}: {int(missing.sum())} days interpolated: {spell(time, runs(missing))}"]
