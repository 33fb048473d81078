"""CARDAMOM 2001–2010 (Bloom et al. 2016): traits and fluxes retrieved with DALEC2 on 1°, means of the years.

``CARDAMOM_2001_2010_<code>.nc`` holds ``Mean``, ``Median`` and ``Standard_Deviation`` (latitude, longitude); the ocean
is 0 in place of missing. Residence times in years, allocation and the autotrophic share as fractions. The codes of
allocation are not confirmed: ``variables`` in the study file (ours: code) replaces them, ``variable`` the statistic.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from diffdalec.readers.products.fields import Encoding
from diffdalec.readers.products.files import (
    Product,
    SourceFile,
    chosen_settings,
    matches,
    only_wanted,
    unique,
)
from diffdalec.readers.products.gridded import Gridded

NAME = "cardamom_2016"
STATISTIC = "Mean"
CODES = {
    "cardamom_2016_allocation_leaf": "AF_FOL",
    "cardamom_2016_allocation_labile": "AF_LAB",
    "cardamom_2016_allocation_wood": "AF_WOO",
    "cardamom_2016_allocation_root": "AF_ROO",
    "cardamom_2016_autotrophic_fraction": "AF_AUT",
    "cardamom_2016_leaf_lifespan": "RT_FOL",
    "cardamom_2016_wood_residence_time": "RT_WOO",
    "cardamom_2016_root_residence_time": "RT_ROO",
    "cardamom_2016_lcma": "LCMA",
    "cardamom_2016_npp": "FL_NPP",
}
"""Our name -> code in the file's name."""

LAYOUT = Gridded(
    usual=dict.fromkeys(CODES, STATISTIC), resolutions=(1.0,), encoding=Encoding(fill=0.0, missing_below=-900.0)
)


def find(
    location: str | Path, *, years: range | None = None, wanted: Sequence[str] | None = None, **settings: Any
) -> tuple[SourceFile, ...]:
    """The files of the quantities that are known, of those at ``location``."""
    chosen = dict(chosen_settings(NAME, (), settings))
    codes = CODES | dict(chosen.pop("variables", ()))
    ours = {code: name for name, code in codes.items()}
    files = [
        SourceFile(NAME, (ours[match["code"]],), None, path, tuple(chosen.items()))
        for path, match in matches(
            location, NAME, r"CARDAMOM_2001_2010_(?P<code>\w+)\.nc", "CARDAMOM_2001_2010_RT_WOO.nc"
        )
        if match["code"] in ours
    ]
    return unique(only_wanted(files, wanted, NAME, location), location)


check, read = LAYOUT.check, LAYOUT.read
PRODUCT = Product(NAME, "CARDAMOM 2001–2010", tuple(CODES), find, check, read, static=True)
