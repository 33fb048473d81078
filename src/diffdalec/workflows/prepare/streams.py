"""The parts of series: forcing of each year, and what each product of observations saw in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd
import xarray as xr

from ...harmonise.composites import repeated_daily
from ...harmonise.daily import (
    daily_precipitation,
    daily_shortwave,
    daily_temperature,
    daily_vpd,
    on_standard_calendar,
)
from ...study import Study
from .fields import at_cells, days_in_year, days_of, mature_means
from .parts import Group, Part, Placed
from .sources import EXTREMES, Extent, Sources
from .windows import Window

Daily = Callable[[xr.Dataset], Mapping[str, xr.DataArray]]
"""Makes days (day, cell) of 6-hourly values (time, cell)."""

AIR = ("air_temperature", "specific_humidity", "surface_pressure")

STREAM_PRODUCTS = {"gpp": "fluxsat", "et": "gleam", "reco": "zeng_reco", "lai": "glass_lai"}


def forcing_parts(study: Study, sources: Sources) -> list[Part]:
    """A part for each year: ``tmin tmax vpd shortwave precipitation`` (cells, days), and ``lacking`` (cells, 3): days
    without a value of air, radiation and precipitation."""
    first, last = study.years.forcing
    return [_forcing_of(year, sources) for year in range(first, last + 1)]


def _forcing_of(year: int, sources: Sources) -> Part:
    radiation = "trendy_radiation" if sources.of("trendy_radiation") else "cru_jra"
    air = [file for name in (*AIR, *EXTREMES) for file in sources.of("cru_jra", name, year)]
    wanted = (
        (tuple(air), _air),
        (sources.of(radiation, "shortwave_flux", year), _shortwave),
        (sources.of("cru_jra", "precipitation_amount", year), _precipitation),
    )
    groups = tuple(
        Group(files, partial(_forcing, year, index, make, sources.extents[files[0].path]))
        for index, (files, make) in enumerate(wanted)
    )
    names = ("tmin", "tmax", "vpd", "shortwave", "precipitation")
    variables = {name: (days_of(year),) for name in names} | {"lacking": (len(groups),)}
    return Part("forcing", str(year), variables, groups)


def _forcing(
    year: int, index: int, make: Daily, extent: Extent, window: Window, datasets: Sequence[xr.Dataset]
) -> dict[str, Placed]:
    six_hourly = xr.Dataset(
        {str(name): at_cells(ds[name], window, extent).variable for ds in datasets for name in ds.data_vars}
    )
    days = {
        name: on_standard_calendar(values, year).transpose("cell", "time")
        for name, values in make(six_hourly).items()
    }
    lacking = np.max([values.isnull().sum("time").values for values in days.values()], axis=0)
    placed = {
        name: Placed((slice(None),), values.values, _nonzero(set_to_zero=values.attrs.get("set_to_zero", 0)))
        for name, values in days.items()
    }
    return placed | {"lacking": Placed((index,), lacking)}


def _air(six_hourly: xr.Dataset) -> dict[str, xr.DataArray]:
    temperatures = daily_temperature(six_hourly)
    return {"tmin": temperatures["tmin"], "tmax": temperatures["tmax"], "vpd": daily_vpd(six_hourly)}


def _shortwave(six_hourly: xr.Dataset) -> dict[str, xr.DataArray]:
    return {"shortwave": daily_shortwave(six_hourly["shortwave_flux"])}


def _precipitation(six_hourly: xr.Dataset) -> dict[str, xr.DataArray]:
    return {"precipitation": daily_precipitation(six_hourly["precipitation_amount"])}


def observation_parts(study: Study, sources: Sources, mature: np.ndarray, mask: str) -> dict[str, list[Part]]:
    """Product -> a part for each year, of means over the ``mature`` pixels (cells, 10, 10); ``mask`` is their hash.

    ``gpp``, ``et``, ``potential_evaporation``, ``reco`` (on every day of its window) and ``lai`` (on the first day of
    its composite), (cells, days).
    """
    share = study.prepare.minimum_valid_fraction
    settings = {"minimum_valid_fraction": share, "mature_pixels": mask}
    parts: dict[str, list[Part]] = {}
    for product in STREAM_PRODUCTS.values():
        parts[product] = []
        for year in sources.years(product):
            files = sources.of(product, year=year)
            names = list(dict.fromkeys(name for file in files for name in file.variables))
            groups = tuple(
                Group((file,), partial(_observed, year, mature, share, sources.extents[file.path])) for file in files
            )
            shapes = {name: (days_of(year),) for name in names}
            parts[product].append(Part(product, str(year), shapes, groups, settings))
    return parts


def _observed(
    year: int, mature: np.ndarray, share: float, extent: Extent, window: Window, datasets: Sequence[xr.Dataset]
) -> dict[str, Placed]:
    placed = {}
    for name, field in ((str(name), field) for ds in datasets for name, field in ds.data_vars.items()):
        field = field.transpose("time", "latitude", "longitude")
        values = mature_means(mature, field, window, extent)(field.values, share)
        times = pd.DatetimeIndex(field["time"].values)
        if name == "reco":
            where, values = slice(None), repeated_daily(values, times, year, name)
        elif name == "lai":
            where = _first_days(times)
        else:
            where = days_in_year(times, year, name)
        placed[name] = Placed((where,), values)
    return placed


def _first_days(times: pd.DatetimeIndex) -> slice:
    """Where composites, evenly spaced, begin in their year."""
    day = times.day_of_year.to_numpy() - 1
    return slice(int(day[0]), int(day[-1]) + 1, int(day[1] - day[0]) if len(day) > 1 else 1)


def _nonzero(**counts: int) -> dict[str, int]:
    return {what: int(count) for what, count in counts.items() if count}
