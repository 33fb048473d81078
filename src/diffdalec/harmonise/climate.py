"""Climate of cells as predictors of their traits, from daily forcing."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ..variables import CLIMATE, SITE


def climate_predictors(forcing: xr.Dataset) -> xr.Dataset:
    """The predictors of :data:`diffdalec.variables.CLIMATE` (cell,) of daily ``forcing`` (cell, time), whole years.

    All are of the mean year: the mean of each calendar month over the years. Seasonality of temperature is the standard
    deviation of the twelve (population form), that of the others their coefficient of variation; the mean over the
    year counts every day the same. Annual precipitation is the mean of the years' sums.
    """
    forcing = forcing.assign(temperature=0.5 * (forcing["tmin"] + forcing["tmax"]))
    months = forcing[["temperature", "precipitation", "shortwave", "vpd"]].astype(float)
    monthly = months.groupby("time.month").mean("time")
    mean = months.mean("time")
    years = np.unique(forcing["time"].dt.year.values).size
    values = {
        "mean_annual_temperature": mean["temperature"],
        "coldest_month_temperature": monthly["temperature"].min("month"),
        "temperature_seasonality": monthly["temperature"].std("month"),
        "annual_precipitation": months["precipitation"].sum("time", skipna=False) / years,
        "mean_shortwave": mean["shortwave"],
        "mean_vpd": mean["vpd"],
    }
    for name in ("precipitation", "shortwave", "vpd"):
        values[f"{name}_seasonality"] = _variation(monthly[name])
    return xr.Dataset({name: values[name].assign_attrs(row.attributes) for name, row in CLIMATE.items()})


def calibration_climate(forcing: xr.Dataset, years: tuple[int, int]) -> xr.Dataset:
    """``mean_temperature`` and ``mean_precipitation`` (cell,) of the calendar ``years``, first to last."""
    chosen = forcing.sel(time=slice(f"{years[0]}-01-01", f"{years[1]}-12-31"))
    temperature = 0.5 * (chosen["tmin"].astype(float) + chosen["tmax"].astype(float))
    values = {
        "mean_temperature": temperature.mean("time"),
        "mean_precipitation": chosen["precipitation"].astype(float).mean("time"),
    }
    return xr.Dataset({name: value.assign_attrs(SITE[name].attributes) for name, value in values.items()})


def _variation(monthly: xr.DataArray) -> xr.DataArray:
    """Coefficient of variation over the months; NaN where the mean is not above zero."""
    mean = monthly.mean("month")
    return monthly.std("month") / mean.where(mean > 0)
