"""Quantities that only the product files have, in the manner of ``variables``."""

from __future__ import annotations

from diffdalec.variables import VARIABLES, Variable


def _rows(*rows: tuple[str, str, str, tuple[float, float]]) -> dict[str, Variable]:
    return {
        name: Variable(name, unit, long_name, "product", "", plausible) for name, unit, long_name, plausible in rows
    }


NATIVE = _rows(
    ("gpp_quality", "1", "quality of the reflectances behind GPP, 0 (best) to 8", (0.0, 255.0)),
    ("gpp_uncertainty", "gC m-2 d-1", "uncertainty of gross primary productivity", (0.0, 50.0)),
)
"""What readers give beside the rows of ``diffdalec.variables``."""


def variable(name: str) -> Variable:
    """The row of a quantity that a product reader gives: ours where there is one, else the product's own."""
    return VARIABLES[name] if name in VARIABLES else NATIVE[name]
