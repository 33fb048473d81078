"""GLASS LAI v6 (Ma and Liang 2022): 8-day composites, 0.05°, HDF4-EOS, a file for each composite.

``GLASS01B01.V60.AYYYYDDD.*.hdf``, DDD = 1, 9, … 361, holds ``LAI`` (3600, 7200), north first: uint8 in tenths, valid 0
to 100, 255 missing. Other versions are scaled otherwise; their files must say how (``scale_factor``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from diffdalec.errors import InputError
from diffdalec.readers.products.fields import Encoding, array, attribute_numbers, decoded
from diffdalec.readers.products.files import (
    Band,
    Header,
    Product,
    SourceFile,
    chosen_settings,
    complete,
    matches,
    only_wanted,
)
from diffdalec.readers.products.hdf4 import eos_grid, opened_hdf4, selected, window_of
from diffdalec.readers.products.times import day_of_year_date

NAME = "glass_lai"
RESOLUTION = 0.05
COMPOSITES = range(1, 362, 8)
"""First days of the composites, as days of the year."""

SCALES = {"60": 0.1}
"""Version -> LAI per stored number where the file has no ``scale_factor``."""

HIGHEST = 10.0
"""LAI above the valid range of the product; numbers beyond it are codes (water, snow, missing)."""

_PATTERN = r"GLASS01B0\d\.V(?P<version>\d+)\.A(?P<year>\d{4})(?P<day>\d{3})\..*hdf"


def find(
    location: str | Path, *, years: range | None = None, wanted: Sequence[str] | None = None, **settings: Any
) -> tuple[SourceFile, ...]:
    """The files of all 46 composites of each year."""
    chosen = chosen_settings(NAME, (), settings)
    files = []
    for path, match in matches(location, NAME, _PATTERN, "GLASS01B01.V60.A2001001.2022010.hdf"):
        if int(match["day"]) not in COMPOSITES:
            raise InputError(f"{NAME}: {path.name} is of day {int(match['day'])}; expected 1, 9, 17 to 361.")
        start = day_of_year_date(int(match["year"]), int(match["day"]))
        files.append(SourceFile(NAME, ("lai",), start, path, chosen))
    starts = None if years is None else [day_of_year_date(year, day) for year in years for day in COMPOSITES]
    return complete(only_wanted(files, wanted, NAME, location), starts, location)


def check(file: SourceFile) -> Header:
    """The header: the data set, its shape against the corners of the grid, its scale; and that the file is whole."""
    with opened_hdf4(file) as opened:
        chosen, attributes = _lai(opened, file)
        grid = eos_grid(opened, tuple(chosen.info()[2]), file, RESOLUTION)
        _encoding(file, attributes)
    return Header(grid.latitude.centres, grid.longitude.centres, _times(file), RESOLUTION)


def read(file: SourceFile, latitudes: Band | None = None, longitudes: Band | None = None) -> xr.Dataset:
    """``lai`` (time 1, latitude, longitude) of a composite, at its first day."""
    with opened_hdf4(file) as opened:
        chosen, attributes = _lai(opened, file)
        grid = eos_grid(opened, tuple(chosen.info()[2]), file, RESOLUTION).window(latitudes, longitudes)
        encoding = _encoding(file, attributes)
        values = decoded(window_of(chosen, grid, file), attributes, encoding, file)
    found = array("lai", ("time", "latitude", "longitude"), values[None], file, "LAI")
    return xr.Dataset({"lai": found}, {"time": _times(file), **grid.coordinates}, {"source": file.path.name})


def _lai(opened: Any, file: SourceFile) -> tuple[Any, dict[str, Any]]:
    return selected(opened, file.setting("variable") or dict(file.setting("variables", ())).get("lai", "LAI"), file)


def _times(file: SourceFile) -> pd.DatetimeIndex:
    return pd.DatetimeIndex([file.start]).as_unit("ns")


def _encoding(file: SourceFile, attributes: dict[str, Any]) -> Encoding:
    """Scale and codes of missing values. Raises InputError where neither file nor version tells the scale."""
    version = re.search(r"\.V(\d+)\.", file.path.name)
    stated = attribute_numbers(attributes, "scale_factor", file)
    scale = stated[0] if stated else SCALES.get(version[1] if version else "")
    if not scale:
        raise InputError(f"{file.path.name}: LAI has no scale_factor and this version's is not known.")
    return Encoding(scale=scale, missing_below=-0.5, missing_above=round(HIGHEST / scale) + 0.5)


PRODUCT = Product(NAME, "GLASS LAI v6", ("lai",), find, check, read)
