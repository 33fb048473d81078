"""GLEAM v4.2a (Miralles et al. 2025): actual and potential evaporation, daily, 0.1°, a file for each year.

``E_YYYY_GLEAM_v4.2a.nc`` and ``Ep_YYYY_GLEAM_v4.2a.nc`` hold ``E`` and ``Ep`` (time, lat, lon) [mm d-1], latitude
usually descending, missing NaN or −900 and below (−999, −9999).
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from diffdalec.readers.products.fields import Encoding
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
from diffdalec.readers.products.times import days_of_year

NAME = "gleam"
LAYOUT = Gridded(
    usual={"et": "E", "potential_evaporation": "Ep"},
    resolutions=(0.1,),
    encoding=Encoding(missing_below=-900.0),
    times=days_of_year,
)
_PATTERN = r"(?P<name>Ep?)_(?P<year>\d{4})_GLEAM_v\d+\.\d+[a-z]?\.nc"
_OURS = {theirs: ours for ours, theirs in LAYOUT.usual.items()}


def find(
    location: str | Path, *, years: range | None = None, wanted: Sequence[str] | None = None, **settings: Any
) -> tuple[SourceFile, ...]:
    """The yearly files of ``E`` and ``Ep``."""
    chosen = chosen_settings(NAME, (), settings)
    files = [
        SourceFile(NAME, (_OURS[match["name"]],), datetime.date(int(match["year"]), 1, 1), path, chosen)
        for path, match in matches(location, NAME, _PATTERN, "E_2001_GLEAM_v4.2a.nc")
    ]
    return complete(only_wanted(files, wanted, NAME, location), first_days(years), location)


check, read = LAYOUT.check, LAYOUT.read
PRODUCT = Product(NAME, "GLEAM v4.2a evaporation", tuple(LAYOUT.usual), find, check, read)
