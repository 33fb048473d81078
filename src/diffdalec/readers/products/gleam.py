"""GLEAM v4.2a (Miralles et al. 2025): actual and potential evaporation, daily, 0.1°, a file for each year.

``E_YYYY_GLEAM_v4.2a.nc`` and ``Ep_YYYY_GLEAM_v4.2a.nc`` hold ``E`` and ``Ep`` (time, lat, lon) [mm d-1], latitude
usually descending, missing NaN or −900 and below (−999, −9999).
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import xarray as xr

from diffdalec.readers.products.fields import Encoding, array, field, require_dimensions, stored_name
from diffdalec.readers.products.files import Band, Header, Product, SourceFile, chosen_settings, matches, yearly
from diffdalec.readers.products.opening import opened
from diffdalec.readers.products.times import as_dates, daily_times
from diffdalec.readers.products.window import grid_of

NAME = "gleam"
USUAL = {"et": "E", "potential_evaporation": "Ep"}
"""Our name -> the name in the file and in the file's name."""

RESOLUTION = (0.1,)
ENCODING = Encoding(missing_below=-900.0)
_PATTERN = r"(?P<name>Ep?)_(?P<year>\d{4})_GLEAM_v\d+\.\d+[a-z]?\.nc"
_OURS = {theirs: ours for ours, theirs in USUAL.items()}


def find(location: str | Path, *, years: range | None = None, **settings: Any) -> tuple[SourceFile, ...]:
    """The yearly files of ``E`` and ``Ep``. Raises InputError as :class:`diffdalec.readers.products.files.Find`."""
    chosen = chosen_settings(NAME, (), settings)
    files = [
        SourceFile(NAME, (_OURS[match["name"]],), datetime.date(int(match["year"]), 1, 1), path, chosen)
        for path, match in matches(location, NAME, _PATTERN, "E_2001_GLEAM_v4.2a.nc")
    ]
    return yearly(files, years, location)


def check(file: SourceFile) -> Header:
    """The header: variable, dimensions, grid and every day of the year."""
    with opened(file) as dataset:
        return _checked(dataset, file)[1]


def read(file: SourceFile, latitudes: Band | None = None, longitudes: Band | None = None) -> xr.Dataset:
    """``et`` or ``potential_evaporation`` [mm d-1] (time, latitude, longitude) of a year."""
    (ours,) = file.variables
    with opened(file) as dataset:
        name, header = _checked(dataset, file)
        grid = grid_of(dataset, file.path.name, RESOLUTION).window(latitudes, longitudes)
        values = field(dataset, name, grid, file, ENCODING)
    found = array(ours, ("time", "latitude", "longitude"), values, file, name)
    return xr.Dataset({ours: found}, {"time": as_dates(header.times), **grid.coordinates})


def _checked(dataset: xr.Dataset, file: SourceFile) -> tuple[str, Header]:
    (ours,) = file.variables
    name = stored_name(dataset, file, ours, USUAL[ours])
    require_dimensions(dataset, name, file, "time")
    grid = grid_of(dataset, file.path.name, RESOLUTION)
    assert file.year is not None
    first, last = datetime.date(file.year, 1, 1), datetime.date(file.year, 12, 31)
    times = daily_times(dataset, file.path.name, first, last)
    return name, Header(grid.latitude.centres, grid.longitude.centres, times, grid.latitude.resolution)


PRODUCT = Product(NAME, "GLEAM v4.2a evaporation", tuple(USUAL), find, check, read)
