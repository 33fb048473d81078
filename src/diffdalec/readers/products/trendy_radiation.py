"""Downward shortwave radiation as given to the TRENDY models: 6-hourly, 0.5°, no leap days, a file for each year.

``tswrf_v10_YYYY.nc`` holds ``tswrf`` [W m-2]. Its land mask is not that of CRU-JRA.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from diffdalec.readers.products.files import (
    Product,
    SourceFile,
    chosen_settings,
    complete,
    first_days,
    matches,
    only_wanted,
)
from diffdalec.readers.products.gridded import Gridded
from diffdalec.readers.products.six_hourly import convert
from diffdalec.readers.products.times import six_hours_of_year

NAME = "trendy_radiation"
LAYOUT = Gridded(
    usual={"shortwave_flux": "tswrf"},
    resolutions=(0.5,),
    times=six_hours_of_year,
    convert=convert,
    strict=True,
)
_PATTERN = r"tswrf_v\d+_(?P<year>\d{4})\.nc"


def find(
    location: str | Path, *, years: range | None = None, wanted: Sequence[str] | None = None, **settings: Any
) -> tuple[SourceFile, ...]:
    """The yearly files."""
    chosen = chosen_settings(NAME, (), settings)
    files = [
        SourceFile(NAME, tuple(LAYOUT.usual), datetime.date(int(match["year"]), 1, 1), path, chosen)
        for path, match in matches(location, NAME, _PATTERN, "tswrf_v10_2001.nc")
    ]
    return complete(only_wanted(files, wanted, NAME, location), first_days(years), location)


check, read = LAYOUT.check, LAYOUT.read
PRODUCT = Product(NAME, "TRENDY downward shortwave radiation", tuple(LAYOUT.usual), find, check, read)
