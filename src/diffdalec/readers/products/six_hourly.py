"""Units of 6-hourly forcing: what the file declares is heard, what its values show decides.

The units that a variable is found in lie so far apart over a year that they cannot be mistaken: 273 K and 0 °C,
100 000 Pa and 1000 hPa, 10 MJ m-2 in 6 hours and 500 W m-2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from diffdalec.errors import InputError
from diffdalec.units import SECONDS_PER_DAY, celsius_from_kelvin

SECONDS = SECONDS_PER_DAY / 4
"""Length of an interval [s]."""

LOWEST_KELVIN = 150.0
LOWEST_PASCAL = 2000.0
LOWEST_JOULES = 5000.0
"""Medians of temperature and pressure, and the maximum of radiation in a year, above which they are in these units."""

TEMPERATURES = ("air_temperature", "air_temperature_minimum", "air_temperature_maximum")
RADIATION = ("shortwave_flux", "longwave_flux")

_DEPTH = r"(mm|kgm-2|kg/m2)"
_AMOUNT = re.compile(_DEPTH + r"(per|/|\()?(6-?h(r|rs|our|ours|ourly)?)?(-1)?\)?(-1)?")
_RATE = re.compile(_DEPTH + r"(s-1|/s)")
_PER_DAY = re.compile(_DEPTH + r"(d-1|/d|day-1|/day|perday)")


def convert(ours: str, values: np.ndarray, attributes: Mapping, file: str) -> tuple[np.ndarray, str]:
    """Values in our unit and what was converted. Raises InputError for a unit of precipitation that is not known."""
    if not np.isfinite(values).any():
        return values, ""
    if ours in TEMPERATURES and np.nanmedian(values) > LOWEST_KELVIN:
        return celsius_from_kelvin(values), "from K, told by the magnitude"
    if ours == "surface_pressure" and np.nanmedian(values) < LOWEST_PASCAL:
        return values * np.float32(100.0), "from hPa, told by the magnitude"
    if ours in RADIATION and np.nanmax(values) > LOWEST_JOULES:
        return values / np.float32(SECONDS), "from J m-2 in 6 hours, told by the magnitude"
    if ours == "specific_humidity" and _spelling(attributes) in ("g/kg", "gkg-1"):
        return values / np.float32(1000.0), "from g kg-1"
    if ours == "precipitation_amount":
        return _amount(values, attributes, file)
    return values, ""


def _amount(values: np.ndarray, attributes: Mapping, file: str) -> tuple[np.ndarray, str]:
    declared = _spelling(attributes)
    if not declared or _AMOUNT.fullmatch(declared):
        return values, ""
    if _RATE.fullmatch(declared):
        return values * np.float32(SECONDS), "from mm s-1"
    if _PER_DAY.fullmatch(declared):
        return values / np.float32(4.0), "from mm d-1"
    raise InputError(
        f"{file}: precipitation is declared in {attributes['units']!r}; expected mm in 6 hours, mm d-1 or mm s-1."
    )


def _spelling(attributes: Mapping) -> str:
    """The declared unit without blanks, in lower case; empty where there is none."""
    return "".join(str(attributes.get("units", "")).lower().replace("**", "").replace("^", "").split())
