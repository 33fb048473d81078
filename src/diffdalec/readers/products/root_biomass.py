"""Root and above-ground biomass of Huang et al. (2021): about 1 km, static.

``pergridarea_bgb.nc`` holds ``AROOT`` (LAT, LON), ``pergridarea_agb.nc`` one variable (LAT, LON), both in Mg ha-1 of
dry matter, missing NaN. Their quotient is the root:shoot ratio, which is harmonisation's to form.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from diffdalec.readers.products.fields import ONLY_FIELD, Encoding
from diffdalec.readers.products.files import Product, SourceFile, chosen_settings, matches, only_wanted, unique
from diffdalec.readers.products.gridded import Gridded

NAME = "root_biomass"
LAYOUT = Gridded(
    usual={"belowground_biomass": "AROOT", "aboveground_biomass": ONLY_FIELD},
    resolutions=(1 / 120, 0.01),
    encoding=Encoding(missing_below=-1.0),
    aligned=False,
)
_OURS = {"bgb": "belowground_biomass", "agb": "aboveground_biomass"}


def find(
    location: str | Path, *, years: range | None = None, wanted: Sequence[str] | None = None, **settings: Any
) -> tuple[SourceFile, ...]:
    """The two files; both are needed where nothing is said in ``wanted``."""
    chosen = chosen_settings(NAME, (), settings)
    files = [
        SourceFile(NAME, (_OURS[match["name"]],), None, path, chosen)
        for path, match in matches(location, NAME, r"pergridarea_(?P<name>[ab]gb)\.nc", "pergridarea_bgb.nc")
    ]
    return unique(only_wanted(files, tuple(LAYOUT.usual) if wanted is None else wanted, NAME, location), location)


check, read = LAYOUT.check, LAYOUT.read
PRODUCT = Product(NAME, "Root biomass of Huang et al. (2021)", tuple(LAYOUT.usual), find, check, read, static=True)
