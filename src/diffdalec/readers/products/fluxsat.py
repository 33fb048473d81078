"""FluxSat GPP v2 (Joiner and Yoshida 2021): daily, 0.05°, a file for each month.

``GPP_FluxSat_daily_v2_YYYYMM.nc4`` or ``GPP_FluxSat_daily_v2.0_YYYYMM.nc`` holds ``GPP`` (time, lat, lon)
[gC m-2 d-1], missing −9999 and below, beside ``BRDF_Quality`` from 0 (best) to 8.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from diffdalec.errors import InputError
from diffdalec.readers.products.fields import Encoding
from diffdalec.readers.products.files import (
    Band,
    Product,
    SourceFile,
    chosen_settings,
    complete,
    matches,
    only_wanted,
)
from diffdalec.readers.products.gridded import Gridded
from diffdalec.readers.products.times import days_of_month

NAME = "fluxsat"
WORST_QUALITY = 8
"""``maximum_quality`` where none is set: every retrieval is kept, 0 to 8."""

LAYOUT = Gridded(
    usual={"gpp": "GPP", "gpp_uncertainty": "GPP_uncertainty", "gpp_quality": "BRDF_Quality"},
    resolutions=(0.05,),
    encoding=Encoding(missing_below=-9999.0),
    times=days_of_month,
)
_PATTERN = r"GPP_FluxSat_daily_v2(\.\d+)?_(?P<year>\d{4})(?P<month>0[1-9]|1[0-2])\.nc4?"


def find(
    location: str | Path, *, years: range | None = None, wanted: Sequence[str] | None = None, **settings: Any
) -> tuple[SourceFile, ...]:
    """The monthly files. Setting ``maximum_quality``: values of a ``BRDF_Quality`` above it are left out."""
    chosen = chosen_settings(NAME, ("maximum_quality",), settings)
    highest = settings.get("maximum_quality", WORST_QUALITY)
    if highest not in range(WORST_QUALITY + 1):
        raise InputError(f"{NAME}: maximum_quality is {highest!r}; expected 0 (best) to {WORST_QUALITY}.")
    files = [
        SourceFile(NAME, ("gpp",), datetime.date(int(match["year"]), int(match["month"]), 1), path, chosen)
        for path, match in matches(location, NAME, _PATTERN, "GPP_FluxSat_daily_v2_200101.nc4")
    ]
    starts = None if years is None else [datetime.date(year, month, 1) for year in years for month in range(1, 13)]
    return complete(only_wanted(files, wanted, NAME, location), starts, location)


def read(file: SourceFile, latitudes: Band | None = None, longitudes: Band | None = None) -> xr.Dataset:
    """``gpp`` [gC m-2 d-1] (time, latitude, longitude) of a month, of the quality accepted."""
    found = LAYOUT.read(file, latitudes, longitudes)
    highest = file.setting("maximum_quality", WORST_QUALITY)
    if highest < WORST_QUALITY:
        quality = LAYOUT.read(file.holding("gpp_quality"), latitudes, longitudes)["gpp_quality"].values
        poor = ~(quality <= highest) & np.isfinite(found["gpp"].values)
        found["gpp"].values[poor] = np.nan
        found["gpp"].attrs["left_out_by_quality"] = int(poor.sum())
    found["gpp"].attrs["maximum_quality"] = highest
    return found


check = LAYOUT.check
PRODUCT = Product(NAME, "FluxSat v2 GPP", ("gpp",), find, check, read, ("maximum_quality",))
