"""Values that cannot be: negative amounts, tmax below tmin, and anything outside the plausible ranges."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diffdalec.errors import InputError
from diffdalec.readers.dates import runs, spell
from diffdalec.variables import VARIABLES

NOISE_BELOW_ZERO = {"vpd": 0.5, "shortwave": 0.5, "precipitation": 0.1}
"""[our unit] Instruments and gap-filling give values this little below 0."""

LOWEST_SET_TO_ZERO = {"vpd": -30.0, "shortwave": -1.0, "precipitation": -0.5}
"""[our unit] Lower values are no noise but codes or broken data, and are refused with their dates."""

MOST_NEGATIVE_DAYS = 0.05
"""Part of the days that may lie further below 0 than noise; more of them mean a wrong sign."""

MOST_SWAPPED_DAYS = 0.01
"""Part of the days that may have tmax < tmin; more of them mean exchanged columns."""

MOST_OUTLIERS = 0.01
"""Part of the values of an observed stream that may lie outside its plausible range and be left out."""


def refuse_wrong_sign(name: str, values: np.ndarray, label: str, file: str) -> None:
    """Raise InputError where most values of an amount are negative, in whatever unit."""
    negative, valid = int((values < 0.0).sum()), int(np.isfinite(values).sum())
    if name in NOISE_BELOW_ZERO and negative > 0.5 * valid:
        raise InputError(
            f"{file}: {label} is negative on {negative} of {valid} days (from {np.nanmin(values):.4g} to "
            f"{np.nanmax(values):.4g}); expected values of 0 and more."
        )


def not_negative(name: str, values: np.ndarray, label: str, file: str) -> tuple[np.ndarray, list[str]]:
    """Negative values set to 0 and counted. Raises InputError where many lie well below 0."""
    if name not in NOISE_BELOW_ZERO:
        return values, []
    negative = values < 0.0
    far = int((values < -NOISE_BELOW_ZERO[name]).sum())
    if far > MOST_NEGATIVE_DAYS * np.isfinite(values).sum():
        raise InputError(
            f"{file}: {label} is below {-NOISE_BELOW_ZERO[name]:g} {VARIABLES[name].unit} on {far} of "
            f"{values.size} "
            f"days (lowest {np.nanmin(values):.4g}); expected values of 0 and more."
        )
    negative &= values >= LOWEST_SET_TO_ZERO[name]
    if not negative.any():
        return values, []
    note = f"{label}: {int(negative.sum())} negative values set to 0 (lowest {values[negative].min():.4g})"
    return np.where(negative, 0.0, values), [note]


def ordered_extremes(
    tmin: np.ndarray, tmax: np.ndarray, time: pd.DatetimeIndex, file: str
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Tmin and Tmax exchanged on the few days where tmax < tmin. Raises InputError where they are many."""
    exchanged = tmax < tmin
    count, valid = int(exchanged.sum()), int(np.isfinite(tmax - tmin).sum())
    if not count:
        return tmin, tmax, []
    days = spell(time, runs(exchanged))
    if count > MOST_SWAPPED_DAYS * valid:
        raise InputError(
            f"{file}: tmax is below tmin on {count} of {valid} days ({days}); expected tmin <= tmax, are the "
            "columns "
            "exchanged?"
        )
    note = f"tmin, tmax: exchanged on {count} days on which tmax < tmin: {days}"
    return np.where(exchanged, tmax, tmin), np.where(exchanged, tmin, tmax), [note]


def checked_forcing(name: str, values: np.ndarray, time: pd.DatetimeIndex, label: str, file: str) -> None:
    """Raise InputError for forcing outside the plausible range, naming the first such days."""
    low, high = VARIABLES[name].plausible or (-np.inf, np.inf)
    outside = (values < low) | (values > high)
    if outside.any():
        worst = values[outside]
        raise InputError(
            f"{file}: {label} has values from {worst.min():.4g} to {worst.max():.4g} {VARIABLES[name].unit} "
            "on "
            f"{spell(time, runs(outside))}; expected {low:g} to {high:g}."
        )


def plausible_observations(
    name: str, values: np.ndarray, time: pd.DatetimeIndex, label: str, file: str
) -> tuple[np.ndarray, list[str]]:
    """Observations without the few that lie outside the plausible range.

    Raises InputError where they are many.
    """
    low, high = VARIABLES[name].plausible or (-np.inf, np.inf)
    outside = (values < low) | (values > high)
    count = int(outside.sum())
    if not count:
        return values, []
    found = f"values from {np.nanmin(values):.4g} to {np.nanmax(values):.4g} {VARIABLES[name].unit}"
    if count > MOST_OUTLIERS * np.isfinite(values).sum():
        raise InputError(
            f"{file}: {label} has {found}, {count} of them outside the range expected, {low:g} to {high:g}."
        )
    note = f"{label}: {count} values outside {low:g} to {high:g} left out: {spell(time, runs(outside))}"
    return np.where(outside, np.nan, values), [note]
