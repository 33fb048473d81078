"""Plant functional types for ORCHIDEE (from ESA CCI land cover; Li et al. 2018): area fractions, a file for each year.

``PFTmap_YYYY.nc`` holds ``maxvegetfrac`` (time_counter, veget 15, lat, lon), 0.05°, 0.25° or 0.5°, missing 1e20. Boreal
evergreen needleleaf, deciduous broadleaf and deciduous needleleaf forest stand at positions 6, 7 and 8 of ``veget``,
counted from 0.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from diffdalec.errors import InputError
from diffdalec.readers.products.fields import Encoding, array, field, require_dimensions, stored_name
from diffdalec.readers.products.files import (
    Band,
    Header,
    Product,
    SourceFile,
    chosen_settings,
    complete,
    first_days,
    matches,
)
from diffdalec.readers.products.opening import opened
from diffdalec.readers.products.window import grid_of

NAME = "pft"
RESOLUTIONS = (0.05, 0.25, 0.5)
TYPES = 15
POSITIONS = {
    "evergreen_needleleaf_fraction": 6,
    "deciduous_broadleaf_fraction": 7,
    "deciduous_needleleaf_fraction": 8,
}
"""Our name -> position along ``veget``."""

ENCODING = Encoding(missing_below=-1.0)


def find(
    location: str | Path, *, years: range | None = None, wanted: Sequence[str] | None = None, **settings: Any
) -> tuple[SourceFile, ...]:
    """The yearly files: all there are, or those of ``years``."""
    chosen = chosen_settings(NAME, (), settings)
    variables = tuple(POSITIONS) if wanted is None else tuple(wanted)
    files = [
        SourceFile(NAME, variables, datetime.date(int(match["year"]), 1, 1), path, chosen)
        for path, match in matches(location, NAME, r"PFTmap_(?P<year>\d{4})(_[A-Za-z0-9]+)?\.nc", "PFTmap_2001.nc")
    ]
    return complete(files, first_days(years), location)


def check(file: SourceFile) -> Header:
    """The header: variable, 15 types, grid."""
    with opened(file) as dataset:
        _typed(dataset, file)
        grid = grid_of(dataset, file.path.name, RESOLUTIONS)
    return Header(grid.latitude.centres, grid.longitude.centres, None, grid.latitude.resolution)


def read(file: SourceFile, latitudes: Band | None = None, longitudes: Band | None = None) -> xr.Dataset:
    """The three fractions (latitude, longitude) of a year."""
    with opened(file) as dataset:
        name = _typed(dataset, file)
        grid = grid_of(dataset, file.path.name, RESOLUTIONS).window(latitudes, longitudes)
        found = {}
        for ours in file.variables:
            values = field(dataset, name, grid, file, ENCODING, select={"veget": POSITIONS[ours]})
            found[ours] = array(ours, ("latitude", "longitude"), values, file, f"{name}[{POSITIONS[ours]}]")
    return xr.Dataset(found, grid.coordinates, {"source": file.path.name, "year": file.year})


def _typed(dataset: xr.Dataset, file: SourceFile) -> str:
    """Name of the variable, once it has 15 types and one time."""
    name = stored_name(dataset, file, file.variables[0], "maxvegetfrac")
    require_dimensions(dataset, name, file, "veget")
    if dataset.sizes["veget"] != TYPES:
        raise InputError(f"{file.path.name}: {name} has {dataset.sizes['veget']} types; expected {TYPES}.")
    return name


PRODUCT = Product(NAME, "ORCHIDEE plant functional types", tuple(POSITIONS), find, check, read)
