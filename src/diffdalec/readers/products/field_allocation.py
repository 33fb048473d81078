"""Field measurements of NPP allocation (Xia et al. 2019): a CSV with a row for each plot.

Columns ``lat``, ``lon``, ``f_leaf``, ``f_wood``, ``f_root``: shares of NPP.
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

NAME = "field_allocation"
COLUMNS = {
    "allocation_leaf": (r"f_?leaf", r"f_?fol(iage)?", r"allocation_leaf"),
    "allocation_wood": (r"f_?wood", r"f_?stem", r"allocation_wood"),
    "allocation_root": (r"f_?(fine_?)?roots?", r"allocation_root"),
}
"""Our name -> patterns of the column's name."""

LARGEST_MISFIT = 0.05
"""The three shares of a plot may sum up to 1 give or take this; plots in tables are rounded."""


def find(
    location: str | Path, *, years: range | None = None, wanted: Sequence[str] | None = None, **settings: Any
) -> tuple[SourceFile, ...]:
    """The one CSV."""
    chosen = chosen_settings(NAME, (), settings)
    paths = [path for path, _ in matches(location, NAME, r".*\.(csv|txt)", "allocation.csv")]
    return unique([SourceFile(NAME, tuple(COLUMNS), None, path, chosen) for path in paths], location)


def check(file: SourceFile) -> Header:
    """The plots; the table is small and read whole."""
    found = read(file)
    return Header(found["latitude"].values, found["longitude"].values)


def read(file: SourceFile, latitudes: Band | None = None, longitudes: Band | None = None) -> xr.Dataset:
    """``allocation_leaf``, ``allocation_wood``, ``allocation_root`` (plot) with ``latitude`` and ``longitude``.

    Raises InputError for shares that do not sum up to 1 in a plot.
    """
    table = points(file, COLUMNS)
    total = np.sum([table[ours] for ours in COLUMNS], axis=0)
    wrong = np.abs(total - 1.0) > LARGEST_MISFIT
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise InputError(
            f"{file.path.name}: the shares of leaf, wood and root sum up to {total[row]:.3g} in data row {row + 1}; "
            "expected 1."
        )
    inside = np.ones(total.shape, dtype=bool)
    for name, band in (("latitude", latitudes), ("longitude", longitudes)):
        if band is not None:
            inside &= (table[name] >= band[0]) & (table[name] <= band[1])
    found = {ours: array(ours, ("plot",), table[ours][inside], file, ours, strict=True) for ours in COLUMNS}
    place = {name: ("plot", table[name][inside]) for name in ("latitude", "longitude")}
    return xr.Dataset(found, place, {"source": file.path.name})


PRODUCT = Product(
    NAME, "Field NPP allocation (Xia et al. 2019)", tuple(COLUMNS), find, check, read, static=True
)
