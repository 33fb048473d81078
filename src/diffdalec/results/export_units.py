"""Our units and names in those of the CF conventions: units that UDUNITS can read, standard names where one fits."""

from __future__ import annotations

import re

STANDARD_NAMES = {
    "area": "cell_area",
    "foliar": "leaf_mass_content_of_carbon",
    "root": "root_mass_content_of_carbon",
    "wood": "stem_mass_content_of_carbon",
    "litter": "litter_mass_content_of_carbon",
}
"""Names of the CF standard name table (version 85 and later) of what is the same quantity under our name."""

_SQUARE_ROOT_OF_PRESSURE = "hPa^0.5"
_MEANT = {"gC": ("g", "mass of carbon"), "kgH2O": ("kg", "mass of water")}


def cf_units(unit: str) -> tuple[str, str]:
    """A unit that UDUNITS can read, and what it cannot say, for a comment (empty where all is said).

    The substance of a mass (gC, kgH2O) goes into the comment. UDUNITS has no square root: where a unit holds that of
    a pressure, the value is the one at a pressure of 1 hPa, which is the same number.
    """
    meant: list[str] = []
    parts = []
    for part in unit.split():
        if part == _SQUARE_ROOT_OF_PRESSURE:
            meant.append("at a vapour pressure deficit of 1 hPa (in full the unit has a factor of square root of hPa)")
            continue
        base = re.match(r"[A-Za-z]+(?:2O)?", part)
        name = base.group() if base else part
        if name in _MEANT:
            written, meaning = _MEANT[name]
            if meaning not in meant:
                meant.append(meaning)
            part = written + part[len(name) :]
        parts.append(part)
    return " ".join(parts) or "1", "; ".join(meant)
