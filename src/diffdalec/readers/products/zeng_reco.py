"""Zeng et al. (2020) ecosystem respiration, v2020.2: 10-day means, 0.1°, 60°S to 80°N, a file for each year.

The names of the files are not settled: any netCDF with one year of 1999 to 2019 in its name, by a glob in the study
file. ``RECO`` (doy, lat, lon) [gC m-2 d-1]; ``doy`` counts the days of the year. Whether a year has the thirds of its
months (the size that NIES gives for the product is that of 36 uncompressed fields a year) or windows of 10 days from
1 January is told by it, and said in the attribute ``windows``.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from diffdalec.errors import InputError
from diffdalec.readers.products.fields import Encoding
from diffdalec.readers.products.files import (
    Band,
    Product,
    SourceFile,
    chosen_settings,
    complete,
    first_days,
    matches,
    only_wanted,
)
from diffdalec.readers.products.gridded import Gridded
from diffdalec.readers.products.opening import opened
from diffdalec.readers.products.ten_days import AXIS, window_kind, window_starts

NAME = "zeng_reco"
YEARS = range(1999, 2020)
"""Years that the product covers; other numbers in a name, such as the version's, are none."""

LAYOUT = Gridded(
    usual={"reco": "RECO"},
    resolutions=(0.1,),
    encoding=Encoding(missing_below=-900.0),
    times=window_starts,
    time_dimension=AXIS,
)


def find(
    location: str | Path, *, years: range | None = None, wanted: Sequence[str] | None = None, **settings: Any
) -> tuple[SourceFile, ...]:
    """The yearly files: of a folder, those with RECO in their names where there are any."""
    chosen = chosen_settings(NAME, (), settings)
    paths = [path for path, _ in matches(location, NAME, r".*\.nc4?", "RECO_2001.nc")]
    respiration = [path for path in paths if "reco" in path.name.lower()]
    files = [
        SourceFile(NAME, ("reco",), datetime.date(_year(path), 1, 1), path, chosen) for path in respiration or paths
    ]
    return complete(only_wanted(files, wanted, NAME, location), first_days(years), location)


def read(file: SourceFile, latitudes: Band | None = None, longitudes: Band | None = None) -> xr.Dataset:
    """``reco`` [gC m-2 d-1] (time, latitude, longitude), each mean at the first day of its window."""
    found = LAYOUT.read(file, latitudes, longitudes)
    with opened(file) as dataset:
        found["reco"].attrs["windows"] = window_kind(dataset, file)
    return found


def _year(path: Path) -> int:
    numbers = {int(text) for text in re.findall(r"(?<![\dvV])\d{4}(?!\d)", path.name)} & set(YEARS)
    if len(numbers) != 1:
        raise InputError(
            f"{NAME}: the name of {path.name} tells {'no year' if not numbers else 'more than one year'}; expected one "
            f"of {YEARS[0]} to {YEARS[-1]}."
        )
    return numbers.pop()


check = LAYOUT.check
PRODUCT = Product(NAME, "Zeng et al. (2020) ecosystem respiration", ("reco",), find, check, read)
