"""Maps of biomass growth curves (Xu et al. 2026): AGB(age) = maximum · (1 − exp(−rate · age))^shape, 0.5°, static.

netCDF of any name; the names of the three parameters stand in the study file (AGBmax, k and p where they do not).
Mg ha-1 of above-ground dry matter and yr-1. The three may stand in one file or in several.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from diffdalec.errors import InputError
from diffdalec.readers.products.fields import Encoding
from diffdalec.readers.products.files import Product, SourceFile, chosen_settings, matches, unique
from diffdalec.readers.products.gridded import Gridded
from diffdalec.readers.products.opening import opened

NAME = "growth_curves"
LAYOUT = Gridded(
    usual={"biomass_curve_maximum": "AGBmax", "biomass_curve_rate": "k", "biomass_curve_shape": "p"},
    resolutions=(0.5,),
    encoding=Encoding(missing_below=-900.0),
)


def find(
    location: str | Path, *, years: range | None = None, wanted: Sequence[str] | None = None, **settings: Any
) -> tuple[SourceFile, ...]:
    """The file or files that hold the three parameters; their headers are looked into."""
    chosen = chosen_settings(NAME, (), settings)
    names = dict(LAYOUT.usual) | dict(dict(chosen).get("variables", ()))
    files: list[SourceFile] = []
    for path, _ in matches(location, NAME, r".*\.nc4?", "growth_curves.nc"):
        with opened(SourceFile(NAME, (), None, path, chosen)) as dataset:
            held = tuple(name for name in LAYOUT.usual if names[name] in dataset.variables)
        if held:
            files.append(SourceFile(NAME, held, None, path, chosen))
    found = {name for file in files for name in file.variables}
    for ours in LAYOUT.usual if wanted is None else wanted:
        if ours not in found:
            raise InputError(f"{NAME}: no file at {location} has the variable {names.get(ours, ours)} for {ours}.")
    for ours in found:
        unique([file.holding(ours) for file in files if ours in file.variables], location)
    return tuple(sorted(files))


check, read = LAYOUT.check, LAYOUT.read
PRODUCT = Product(NAME, "Growth curves of Xu et al. (2026)", tuple(LAYOUT.usual), find, check, read, static=True)
