"""Statistics over the members of an ensemble, of those members alone whose status is ok."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from ..results import member_ok
from ..units import DAYS_PER_YEAR

MAD_TO_STANDARD_DEVIATION = 1.4826
"""Median absolute deviation to standard deviation of a normal distribution."""


def quantity_names(calibration: xr.Dataset, *groups: str) -> list[str]:
    """Variables of /calibration whose ``group`` attribute is one of ``groups``, in the store's order."""
    return [str(name) for name, v in calibration.data_vars.items() if v.attrs.get("group") in groups]


def is_circular(values: xr.DataArray) -> bool:
    """Whether a quantity is a day of year: by its ``circular`` attribute, else by its long name."""
    return bool(
        values.attrs.get("circular", str(values.attrs.get("long_name", "")).startswith("day of year"))
    )


def usable_members(tree: xr.DataTree) -> xr.Dataset:
    """/calibration's parameters, pools and traits, NaN for members that are not ok; attributes kept."""
    calibration = tree["calibration"].to_dataset()
    names = quantity_names(calibration, "parameter", "initial_pool", "trait")
    usable = calibration[names].where(member_ok(tree))
    for name in names:
        usable[name].attrs = dict(calibration[name].attrs)
    return usable


def representative(tree: xr.DataTree) -> xr.Dataset:
    """Median over ok members of parameters, pools and traits, by experiment; circular for days of year."""
    usable = usable_members(tree)
    return xr.Dataset(
        {
            name: (circular_median(v) if is_circular(v) else v.median("member")).assign_attrs(v.attrs)
            for name, v in usable.data_vars.items()
        }
    )


def robust_cv(values: xr.DataArray, dim: str = "member") -> xr.DataArray:
    """Robust coefficient of variation 1.4826·MAD/|median| over ``dim``, of what is not NaN.

    NaN where the median is 0. Not meant for days of year.
    """
    median = values.median(dim)
    deviation = abs(values - median).median(dim)
    size = abs(median)
    return (MAD_TO_STANDARD_DEVIATION * deviation / size.where(size > 0)).rename(values.name)


def circular_mean(days: xr.DataArray, dim: str = "member", period: float = DAYS_PER_YEAR) -> xr.DataArray:
    """Mean on the circle, in [0, period); NaN where the days cancel out and no mean exists."""
    angle = days * (2.0 * np.pi / period)
    east, north = xr.ufuncs.cos(angle).mean(dim), xr.ufuncs.sin(angle).mean(dim)
    mean = np.mod(np.arctan2(north, east) * period / (2.0 * np.pi), period)
    return mean.where(np.hypot(east, north) > 1e-9).rename(days.name)


def circular_median(days: xr.DataArray, dim: str = "member", period: float = DAYS_PER_YEAR) -> xr.DataArray:
    """Median on the circle, in [0, period), of what is not NaN.

    The member day with the least summed distance to all others is taken as the cut's opposite; the ordinary
    median of the departures from it is then the median day. Agrees with the ordinary median for days that lie
    within half a year of one another and away from New Year.
    """
    return xr.apply_ufunc(
        _circular_median, days, input_core_dims=[[dim]], vectorize=True, kwargs={"period": period}
    ).rename(days.name)


def circular_difference(a: Any, b: Any, period: float = DAYS_PER_YEAR) -> Any:
    """a − b on the circle, in [−period/2, period/2)."""
    return np.mod(a - b + period / 2.0, period) - period / 2.0


def _circular_median(days: np.ndarray, period: float) -> float:
    valid = days[np.isfinite(days)]
    if valid.size == 0:
        return np.nan
    departures = circular_difference(valid[:, None], valid[None, :], period)
    centre = int(np.argmin(np.abs(departures).sum(axis=0)))
    return float(np.mod(valid[centre] + np.median(departures[:, centre]), period))
