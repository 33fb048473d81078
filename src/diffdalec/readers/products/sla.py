"""Specific leaf area of Butler et al. (2017): a CSV of the points of a 0.5° grid, static.

Columns of longitude, latitude, mean and standard deviation [m2 kg-1]; points stand at .25 and .75 degrees.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from diffdalec.errors import InputError
from diffdalec.readers.products.fields import array
from diffdalec.readers.products.files import Band, Header, Product, SourceFile, chosen_settings, matches, unique
from diffdalec.readers.products.point_table import points
from diffdalec.readers.products.window import Grid, axis

NAME = "sla"
RESOLUTION = (0.5,)
MEAN, SD = "specific_leaf_area", "specific_leaf_area_sd"
COLUMNS = {
    MEAN: (r"mean", r"sla", r"(sla|trait)[_. ]?mean", r"mean[_. ]?(sla|trait)", r".*mean.*"),
    SD: (r"sd", r"std(dev)?", r"(sla|trait)[_. ]?(sd|std)", r"(sd|std)[_. ]?(sla|trait)", r".*(sd|std).*"),
}
"""Our name -> patterns of the column's name."""


def find(
    location: str | Path, *, years: range | None = None, wanted: Sequence[str] | None = None, **settings: Any
) -> tuple[SourceFile, ...]:
    """The one CSV; of a folder with several, the one that has SLA in its name."""
    chosen = chosen_settings(NAME, (), settings)
    paths = [path for path, _ in matches(location, NAME, r".*\.(csv|txt)", "sla.csv")]
    named = [path for path in paths if "sla" in path.name.lower()]
    variables = (MEAN, SD) if wanted is None else tuple(wanted)
    return unique([SourceFile(NAME, variables, None, path, chosen) for path in named or paths], location)


def check(file: SourceFile) -> Header:
    """The points; the table is small and read whole."""
    found = read(file)
    return Header(found["latitude"].values, found["longitude"].values, None, RESOLUTION[0])


def read(file: SourceFile, latitudes: Band | None = None, longitudes: Band | None = None) -> xr.Dataset:
    """``specific_leaf_area`` and, where there is one, its standard deviation (latitude, longitude) on 0.5°."""
    table = points(file, COLUMNS, optional=(SD,))
    grid = Grid(
        axis(_whole_axis(table["latitude"]), "latitude", file.path.name, RESOLUTION),
        axis(_whole_axis(table["longitude"]), "longitude", file.path.name, RESOLUTION),
    )
    rows, columns = (
        np.rint((table[name] - centres.centres[0]) / RESOLUTION[0]).astype(int)
        for name, centres in (("latitude", grid.latitude), ("longitude", grid.longitude))
    )
    _require_single(rows, columns, table, file)
    part = grid.window(latitudes, longitudes)
    found = {}
    for ours in (name for name in file.variables if name in table):
        values = np.full((grid.latitude.centres.size, grid.longitude.centres.size), np.nan, dtype=np.float32)
        values[rows, columns] = table[ours]
        inside = values[np.ix_(part.latitude.position, part.longitude.position)]
        found[ours] = array(ours, ("latitude", "longitude"), inside, file, ours)
    return xr.Dataset(found, part.coordinates, {"source": file.path.name})


def _whole_axis(values: np.ndarray) -> np.ndarray:
    """Every 0.5° from the first to the last point; places that stand beside it stay, for ``axis`` to name them."""
    low, high = values.min(), values.max()
    regular = low + RESOLUTION[0] * np.arange(max(2, round((high - low) / RESOLUTION[0]) + 1))
    cells = (values - low) / RESOLUTION[0]
    beside = np.abs(cells - np.rint(cells)) > 0.05
    return np.concatenate([regular, values[beside]]) if beside.any() else regular


def _require_single(rows: np.ndarray, columns: np.ndarray, table: dict, file: SourceFile) -> None:
    _, first, number = np.unique(np.stack([rows, columns]), axis=1, return_index=True, return_counts=True)
    if (number > 1).any():
        row = int(first[np.flatnonzero(number > 1)[0]])
        raise InputError(
            f"{file.path.name}: has more than one value at {table['latitude'][row]:g} north, "
            f"{table['longitude'][row]:g} east."
        )


PRODUCT = Product(NAME, "Specific leaf area of Butler et al. (2017)", (MEAN, SD), find, check, read, static=True)
