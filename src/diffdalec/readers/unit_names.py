"""Units as site files write them, and their way to ours."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from diffdalec import units

_GRAMS_OF_CARBON_PER_MOLE = 12.011

_SYNONYMS = {
    "day": "d", "days": "d", "sec": "s", "second": "s", "seconds": "s", "hr": "h", "hour": "h",
    "joule": "j", "watt": "w", "mbar": "hpa", "mb": "hpa", "µmol": "umol", "μmol": "umol",
    "celsius": "degc", "c": "degc", "kelvin": "k", "degk": "k", "fahrenheit": "degf", "f": "degf",
    "ppmv": "ppm", "percent": "%", "dimensionless": "1", "unitless": "1", "fraction": "1", "-": "1",
}  # fmt: skip

_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³", "-0123")


def signature(unit: str) -> tuple[tuple[str, int], ...]:
    """A spelling-independent form:

    ``MJ/m2/day``, ``MJ m-2 d-1`` and ``MJ m^-2 d^-1`` give the same. () is a pure number.
    """
    text = unit.strip().lower().translate(_SUPERSCRIPTS).replace("**", "").replace("^", "").replace("_", " ")
    text = re.sub(r"(degrees?|deg|°)\s*(celsius|fahrenheit|kelvin|c|f|k)\b", lambda m: f"deg{m[2][0]}", text)
    text = re.sub(r"\b(k?g)\s*c\b", r"\1c", text)
    text = re.sub(r"mol\s*co2\b", "mol", text).replace("kg h2o", "kg").replace("kgh2o", "kg")
    powers: dict[str, int] = {}
    for sign, token in re.findall(r"(/?)\s*([^\s/·*]+)", text):
        exponent = re.search(r"-?\d+$", token)
        base = token[: exponent.start()] if exponent else token
        base = _SYNONYMS.get(base or "1", base or "1")
        if base != "1":
            powers[base] = powers.get(base, 0) + int(exponent[0] if exponent else 1) * (-1 if sign else 1)
    return tuple(sorted((base, power) for base, power in powers.items() if power))


@dataclass(frozen=True)
class Unit:
    """``name`` as we write it; ``to_ours`` converts an array; ``spellings`` mean the same for a daily value.

    ``told_by_values``: whether values alone can show that they are in this unit.
    """

    name: str
    to_ours: Callable = lambda values: values
    spellings: tuple[str, ...] = ()
    told_by_values: bool = True

    def matches(self, declared: str) -> bool:
        """Whether ``declared`` is a spelling of this unit."""
        wanted = signature(declared)
        return any(signature(spelling) == wanted for spelling in (self.name, *self.spellings))


_TEMPERATURE = (
    Unit("degC"),
    Unit("K", units.celsius_from_kelvin),
    Unit("degF", lambda values: (values - 32.0) / 1.8, told_by_values=False),
)
_CARBON_FLUX = (
    Unit("gC m-2 d-1", spellings=("g m-2 d-1", "gC m-2")),
    Unit("kgC m-2 d-1", lambda values: values * 1e3, ("kg m-2 d-1",)),
    Unit("gC m-2 s-1", lambda values: values * units.SECONDS_PER_DAY, ("g m-2 s-1",)),
    Unit("kgC m-2 s-1", lambda values: values * (1e3 * units.SECONDS_PER_DAY), ("kg m-2 s-1",)),
    Unit(
        "umol m-2 s-1",
        lambda values: values * (1e-6 * _GRAMS_OF_CARBON_PER_MOLE * units.SECONDS_PER_DAY),
        told_by_values=False,
    ),
)

UNITS: dict[str, tuple[Unit, ...]] = {
    "tmin": _TEMPERATURE,
    "tmax": _TEMPERATURE,
    "shortwave": (
        Unit("MJ m-2 d-1", spellings=("MJ m-2",)),
        Unit("W m-2", units.daily_radiation_from_watts, ("J m-2 s-1",)),
        Unit("kJ m-2 d-1", lambda values: values * 1e-3, ("kJ m-2",)),
        Unit("J m-2 d-1", lambda values: values * 1e-6, ("J m-2",)),
    ),
    "vpd": (
        Unit("hPa"),
        Unit("kPa", units.hectopascal_from_kilopascal),
        Unit("Pa", units.hectopascal_from_pascal),
    ),
    "precipitation": (
        Unit("mm d-1", spellings=("mm", "kg m-2 d-1", "kg m-2", "l m-2 d-1")),
        Unit("kg m-2 s-1", lambda values: values * units.SECONDS_PER_DAY, ("mm s-1",)),
        Unit("m d-1", lambda values: values * 1e3, ("m",)),
        Unit("cm d-1", lambda values: values * 10.0, ("cm",), told_by_values=False),
        Unit("mm h-1", lambda values: values * 24.0, told_by_values=False),
    ),
    "co2": (
        Unit("ppm", spellings=("umol mol-1", "1e-6")),
        Unit("mol mol-1", lambda values: values * 1e6, ("1",)),
    ),
    "gpp": _CARBON_FLUX,
    "reco": _CARBON_FLUX,
    "et": (
        Unit("mm d-1", spellings=("mm", "kg m-2 d-1", "kg m-2")),
        Unit("W m-2", units.evaporation_from_latent_heat),
        Unit("kg m-2 s-1", lambda values: values * units.SECONDS_PER_DAY, ("mm s-1",)),
        Unit("m d-1", lambda values: values * 1e3, ("m",), told_by_values=False),
    ),
    "lai": (Unit("m2 m-2", spellings=("1",)),),
    "evaporative_fraction": (Unit("1"), Unit("%", lambda values: values / 100.0, told_by_values=False)),
}
"""The units we know for each variable; the first is ours.

Every conversion is a factor but for temperature.
"""
