"""The cell set: everything that a calibration needs of its cells in one Dataset (cell, time), and what it must be."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from ..errors import InputError
from ..grid import cell_area, cell_centre
from ..variables import CELLS, FORCING, OBSERVATIONS, PREDICTORS, REFERENCES, SITE, VARIABLES

DAILY_FORCING = ("tmin", "tmax", "shortwave", "vpd", "precipitation")
COMPOSITE_DAYS = {"lai": 8}
"""Streams that have a value on the first day of their composites only, which begin anew on 1 January."""

STATICS = (*CELLS, *PREDICTORS, *REFERENCES, *(name for name in SITE if name != "latitude"))
"""Variables (cell,) that a cell set may have."""


def cell_coordinates(cells: np.ndarray) -> xr.Dataset:
    """``latitude``, ``longitude`` [degrees] and ``area`` [m2] of the cells' ids."""
    latitude, longitude = cell_centre(cells)
    longitude_attributes = {"units": "degrees_east", "long_name": "longitude"}
    return xr.Dataset(
        coords={
            "cell": ("cell", np.asarray(cells, dtype=np.int64), {"long_name": "id of the 0.5° grid cell"}),
            "latitude": ("cell", latitude, SITE["latitude"].attributes),
            "longitude": ("cell", longitude, longitude_attributes),
            "area": ("cell", cell_area(cells), CELLS["area"].attributes),
        }
    )


def expected_values(stream: str, time: pd.DatetimeIndex) -> int:
    """How many values a stream has on the days ``time`` when none is missing."""
    days = COMPOSITE_DAYS.get(stream)
    return len(time) if days is None else int(((time.day_of_year - 1) % days == 0).sum())


def coverage(observations: xr.Dataset, years: tuple[int, int]) -> xr.Dataset:
    """``coverage_<stream>`` (cell,): the share of the values expected in ``years`` that is there, for every stream."""
    seen = observations.sel(time=slice(f"{years[0]}-01-01", f"{years[1]}-12-31"))
    time = pd.DatetimeIndex(seen["time"].values)
    shares = {}
    for name in (name for name in OBSERVATIONS if name in seen):
        share = seen[name].notnull().sum("time") / expected_values(name, time)
        attributes = {"units": "1", "long_name": f"share of expected values of {OBSERVATIONS[name].long_name}"}
        shares[f"coverage_{name}"] = share.assign_attrs(attributes)
    return xr.Dataset(shares)


def what_is_missing(cells: xr.Dataset) -> np.ndarray:
    """What each cell lacks, as text (cell,): streams without any value and statics without one; empty for nothing.

    A cell that lacks its streams because it has no mature forest says that first.
    """
    lacking = {
        name.removeprefix("coverage_"): cells[name].values == 0
        for name in map(str, cells.data_vars)
        if name.startswith("coverage_")
    }
    # Whether plots or another model's map cover a cell does not bear on its calibration.
    kept = [name for name in STATICS if name in cells and name not in REFERENCES]
    lacking |= {name: np.isnan(cells[name].values) for name in kept}
    immature = np.zeros(cells.sizes["cell"], dtype=bool)
    if "mature_fraction" in cells:
        immature = cells["mature_fraction"].values == 0
    texts = []
    for index in range(cells.sizes["cell"]):
        names = ", ".join(name for name, where in lacking.items() if where[index])
        texts.append("; ".join(filter(None, ["no mature forest" if immature[index] else "", names])))
    return np.array(texts, dtype=object)


def plausible_statics(cells: xr.Dataset) -> tuple[xr.Dataset, dict[str, int]]:
    """The Dataset with statics outside their plausible range as missing, and how many those are by name."""
    left_out: dict[str, int] = {}
    for name in (name for name in STATICS if name in cells and VARIABLES[name].plausible):
        low, high = VARIABLES[name].plausible  # type: ignore[misc]
        outside = (cells[name] < low) | (cells[name] > high)
        if outside.any():
            left_out[name] = int(outside.sum())
            cells = cells.assign({name: cells[name].where(~outside)})
    return cells, left_out


def validate(cells: xr.Dataset) -> None:
    """Raise InputError where the Dataset is not a cell set: unknown names or shapes, days that are not consecutive,
    cells that are doubled or at the wrong place, forcing that is missing or not plausible.
    """
    _require_names(cells)
    ids = cells["cell"].values
    if ids.size == 0 or (np.diff(ids) <= 0).any():
        raise InputError(f"cell set: has {ids.size} cells, expected at least one, each once and in ascending order")
    latitude, longitude = cell_centre(ids)
    if not (np.allclose(cells["latitude"], latitude) and np.allclose(cells["longitude"], longitude)):
        raise InputError("cell set: latitude and longitude are not the centres of the cells")
    time = pd.DatetimeIndex(cells["time"].values)
    if not time.equals(pd.date_range(time[0], time[-1])):
        raise InputError(f"cell set: time from {time[0]:%Y-%m-%d} to {time[-1]:%Y-%m-%d} is not every day")
    for name in DAILY_FORCING:
        _require_whole(cells[name])
    if (cells["tmax"] < cells["tmin"]).any():
        raise InputError("cell set: tmax is below tmin on some day")


def _require_names(cells: xr.Dataset) -> None:
    shapes: Mapping[str, tuple[str, ...]] = (
        dict.fromkeys(DAILY_FORCING, ("cell", "time"))
        | {"co2": ("time",)}
        | dict.fromkeys((n for n in OBSERVATIONS), ("cell", "time"))
        | dict.fromkeys(STATICS, ("cell",))
    )
    needed = [name for name in (*FORCING, "latitude", "longitude", "area") if name not in cells.variables]
    if needed:
        raise InputError(f"cell set: lacks {', '.join(needed)}")
    for name in map(str, cells.data_vars):
        if name.startswith("coverage_") or name == "missing":
            continue
        if name not in shapes:
            raise InputError(f"cell set: {name} is no variable of a cell set")
        if cells[name].dims != shapes[name]:
            raise InputError(f"cell set: {name} has dimensions {cells[name].dims}, expected {shapes[name]}")


def _require_whole(values: xr.DataArray) -> None:
    name, data = str(values.name), values.values
    low, high = FORCING[name].plausible or (-np.inf, np.inf)
    wrong = ~((data >= low) & (data <= high))
    if wrong.any():
        cell, day = np.argwhere(wrong)[0]
        raise InputError(
            f"cell set: {name} is {data[cell, day]:.4g} {FORCING[name].unit} in cell {int(values['cell'][cell])} on "
            f"{str(values['time'].values[day])[:10]}, expected {low:g} to {high:g} ({int(wrong.sum())} such values)"
        )
