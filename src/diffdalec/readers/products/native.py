"""Quantities that only the product files have, in the manner of ``variables``."""

from __future__ import annotations

from diffdalec.variables import VARIABLES, Variable


def _rows(*rows: tuple[str, str, str, tuple[float, float]]) -> dict[str, Variable]:
    return {
        name: Variable(name, unit, long_name, "product", "", plausible) for name, unit, long_name, plausible in rows
    }


NATIVE = _rows(
    ("specific_leaf_area_sd", "m2 kg-1", "standard deviation of specific leaf area", (0.0, 100.0)),
    ("cardamom_2016_allocation_labile", "1", "NPP allocation to labile carbon, CARDAMOM 2001–2010", (0.0, 1.0)),
    ("cardamom_2016_npp", "gC m-2 d-1", "net primary productivity, CARDAMOM 2001–2010", (-1.0, 20.0)),
)
"""What readers give beside the rows of ``diffdalec.variables``."""


def variable(name: str) -> Variable:
    """The row of a quantity that a product reader gives: ours where there is one, else the product's own."""
    return VARIABLES[name] if name in VARIABLES else NATIVE[name]
