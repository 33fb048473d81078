"""From a field on a product's grid to the cells of a window."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from ...errors import InputError
from ...grid import CELLS_PER_DEGREE, SOUTH, WEST, Axis, cell_row_column, latitude_axis, longitude_axis
from ...harmonise.mature import MatureMean, mature_mean
from ...harmonise.regrid import regridder
from .sources import Extent
from .windows import Window


def axes_of(field: xr.DataArray | xr.Dataset, extent: Extent) -> tuple[Axis, Axis]:
    """The axes of what was read of a file with the grid of ``extent``."""
    assert extent.latitude is not None and extent.longitude is not None
    return (
        latitude_axis(
            field["latitude"].values,
            resolution=1.0 / extent.latitude.per_degree,
            aligned=extent.latitude.origin == SOUTH,
        ),
        longitude_axis(
            field["longitude"].values,
            resolution=1.0 / extent.longitude.per_degree,
            aligned=extent.longitude.origin == WEST,
        ),
    )


def at_cells(field: xr.DataArray, window: Window, extent: Extent) -> xr.DataArray:
    """A field on the 0.5° grid (…, latitude, longitude) at the cells of a window: (…, cell); NaN where it has none."""
    latitude, longitude = axes_of(field, extent)
    if latitude.per_degree != CELLS_PER_DEGREE or longitude.per_degree != CELLS_PER_DEGREE:
        raise InputError(f"{field.name} lies on a grid of 1/{latitude.per_degree}°, expected the 0.5° grid")
    rows, columns = cell_row_column(window.cells)
    rows, columns = rows - latitude.first, columns - longitude.first
    inside = (rows >= 0) & (rows < latitude.count) & (columns >= 0) & (columns < longitude.count)
    field = field.transpose(..., "latitude", "longitude")
    picked = field.values[..., np.where(inside, rows, 0), np.where(inside, columns, 0)]
    picked = np.where(inside, picked, np.float32(np.nan))
    others = {name: c for name, c in field.coords.items() if not {"latitude", "longitude"} & set(c.dims)}
    return xr.DataArray(picked, dims=(*field.dims[:-2], "cell"), coords=others, name=field.name, attrs=field.attrs)


def cell_means(
    values: np.ndarray, axes: tuple[Axis, Axis], window: Window, minimum_valid_fraction: float
) -> np.ndarray:
    """Means by area (…, cells) of ``values`` (…, rows, columns) on ``axes`` over the cells of a window."""
    target = window.axes
    means = regridder(axes, target)(values, minimum_valid_fraction)
    rows, columns = cell_row_column(window.cells)
    return means[..., rows - target[0].first, columns - target[1].first]


def mature_means(mature: np.ndarray, field: xr.DataArray, window: Window, extent: Extent) -> MatureMean:
    """The means over the mature pixels of a window's cells, for a field as it was read.

    Pixels of cells at the border of the product's extent that were not read count as missing.
    """
    latitude, longitude = axes_of(field, extent)
    return mature_mean(mature[window.positions], window.cells, latitude, longitude)


def days_in_year(times: pd.DatetimeIndex, year: int, name: str) -> slice:
    """Where consecutive days lie in a year; InputError for days of another or with gaps."""
    day = times.day_of_year.to_numpy() - 1
    if not ((times.year == year).all() and (np.diff(day) == 1).all()):
        found = f"{times[0]:%Y-%m-%d} to {times[-1]:%Y-%m-%d}"
        raise InputError(f"{name}: expected consecutive days of {year}, found {found}")
    return slice(int(day[0]), int(day[-1]) + 1)


def days_of(year: int) -> int:
    """365 or 366."""
    return len(pd.date_range(f"{year}-01-01", f"{year}-12-31"))
