"""How numbers, names and units are written in the report."""

from __future__ import annotations

import math
from typing import SupportsFloat

from ..analysis.findings import signed_percent

_SUPERSCRIPTS = str.maketrans("-0123456789.", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹·")
MISSING = "–"

PERIODS = {"validation": "held-out years", "calibration": "calibration years"}
"""What the periods are called, the one that is looked at first in front."""


def significant(value: SupportsFloat, digits: int = 3) -> str:
    """A number with so many significant digits, in powers of ten where it is very small or large."""
    value = float(value)
    if not math.isfinite(value):
        return MISSING
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(value)))
    if _needs_power(exponent):
        return f"{_minus(f'{value / 10.0**exponent:.{digits - 1}f}')} × {_power(exponent)}"
    return _minus(f"{value:,.{max(0, digits - 1 - exponent)}f}".replace(",", "\u202f"))


def span(lowest: SupportsFloat, highest: SupportsFloat, digits: int = 3) -> str:
    """Two numbers as a range, with one power of ten for both."""
    lowest, highest = float(lowest), float(highest)
    if not (math.isfinite(lowest) and math.isfinite(highest)):
        return MISSING
    largest = max(abs(lowest), abs(highest))
    exponent = math.floor(math.log10(largest)) if largest > 0 else 0
    if not _needs_power(exponent):
        return f"{significant(lowest, digits)} to {significant(highest, digits)}"
    low, high = (_minus(f"{value / 10.0**exponent:.{digits - 1}f}") for value in (lowest, highest))
    return f"{low} to {high} × {_power(exponent)}"


def decimals(value: SupportsFloat, digits: int) -> str:
    """A number with so many decimals."""
    value = float(value)
    if not math.isfinite(value):
        return MISSING
    # Adding zero takes the sign from a rounded minus zero.
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")


def percent(value: SupportsFloat) -> str:
    """A share as a signed percentage."""
    return signed_percent(value) if math.isfinite(float(value)) else MISSING


def unit(text: str) -> str:
    """A unit with superscript exponents; empty for a pure number."""
    if text in ("", "1"):
        return ""
    parts = []
    for part in text.replace("degC", "°C").split():
        head, caret, power = part.partition("^")
        if not caret:
            head = part.rstrip("-0123456789")
            power = part[len(head) :]
        parts.append(head + power.translate(_SUPERSCRIPTS))
    return " ".join(parts).replace("H2O", "H₂O")


def with_unit(title: str, units: str) -> str:
    """A title with its unit in square brackets; the title alone for a pure number."""
    written = unit(units)
    return f"{title} [{written}]" if written else title


def _needs_power(exponent: int) -> bool:
    return exponent < -3 or exponent > 5


def _power(exponent: int) -> str:
    return f"10{str(exponent).translate(_SUPERSCRIPTS)}"


def _minus(written: str) -> str:
    return written.replace("-", "−")


def experiment(name: str) -> str:
    """An experiment's name as text."""
    return str(name).replace("_", "-")


def stream(name: str) -> str:
    """The name of a stream, or of what else a cost term is of, as text: up to four letters are an abbreviation."""
    written = str(name).replace("_", " ")
    return written.upper() if len(written) <= 4 else written


def term(name: str) -> str:
    """A cost term's name as text."""
    if name.startswith("edc"):
        return f"EDC {name.removeprefix('edc')}"
    kind, _, rest = name.partition(":")
    return f"{kind}: {stream(rest)}"
