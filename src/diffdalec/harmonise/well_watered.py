"""Days on which water does not limit photosynthesis, for the calibration of canopy efficiency."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ..errors import InputError

QUANTILE = 0.8
"""Quantile of the evaporative fraction above which a day counts as well watered (Wu et al., section
2.3.2).
"""


def well_watered_days(
    ds: xr.Dataset, quantile: float = QUANTILE, minimum_temperature: float | None = 0.0
) -> xr.DataArray:
    """Which days of ``ds`` are well watered: a boolean DataArray (time).

    A day is one where ``evaporative_fraction`` exceeds its ``quantile``, ``(tmin + tmax)/2`` exceeds
    ``minimum_temperature`` [degC] (None: no such filter), and ``gpp`` and ``lai`` are observed. The quantile
    is over *all* finite evaporative fractions of ``ds``, before the temperature filter and whether or not gpp
    and lai are observed on those days: give the days of the calibration years alone (``ds.sel(time=...)``) to
    keep the held-out years out of it. The threshold is in ``attrs["threshold"]``.

    In winter the evaporative fraction is a ratio of two small numbers: at boreal sites 10–20 % of the days
    chosen without the temperature filter are frozen, hence its default. With ``minimum_temperature=None`` and
    the calibration years alone these are DifferLand's days: they give its canopy efficiencies of 13.477
    (FI-Hyy) and 11.042 (DE-Tha). InputError where a variable is missing or no evaporative fraction is finite,
    or ``quantile`` is not in [0, 1).
    """
    if not 0.0 <= quantile < 1.0:
        raise InputError(f"well-watered days: quantile is {quantile:g}, expected a number in [0, 1)")
    needed = ("evaporative_fraction", "gpp", "lai") + (
        () if minimum_temperature is None else ("tmin", "tmax")
    )
    missing = [name for name in needed if name not in ds]
    if missing:
        raise InputError(
            f"well-watered days: {', '.join(missing)} not in the data, expected {', '.join(needed)}"
        )
    fraction = ds["evaporative_fraction"]
    finite = np.isfinite(fraction.values)
    if not finite.any():
        raise InputError(
            "well-watered days: evaporative_fraction has no finite value, expected some days with one"
        )
    threshold = float(np.quantile(fraction.values[finite], quantile))
    days = (fraction > threshold) & np.isfinite(ds["gpp"]) & np.isfinite(ds["lai"])
    if minimum_temperature is not None:
        days = days & (0.5 * (ds["tmin"] + ds["tmax"]) > minimum_temperature)
    days.attrs = {"long_name": "well-watered day", "threshold": threshold, "quantile": quantile}
    return days.rename("well_watered")
