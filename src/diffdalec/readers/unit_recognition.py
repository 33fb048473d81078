"""In which unit values are: what the file declares, held against what values in that unit can be.

The tests are physical where they can be. Radiation is compared with what reaches the top of the atmosphere on
that day at that latitude: on the clearest days 0.7 to 0.9 of it arrives anywhere on Earth, while W m-2 read
as MJ m-2 d-1 would be 12 times more. Vapour pressure deficit is compared with saturation at Tmax: it cannot
exceed it, and on the driest days it is about half of it, from the taiga to the Mediterranean, while kPa read
as hPa would be a tenth of that – so small deficits of a cold site are not taken for kPa.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from diffdalec import units as conversions
from diffdalec.errors import InputError
from diffdalec.readers.sunshine import potential_radiation
from diffdalec.readers.unit_names import UNITS, Unit
from diffdalec.variables import OBSERVATIONS, VARIABLES

LEAST_POTENTIAL_RADIATION = 5.0
"""[MJ m-2 d-1] Days darker than this say nothing about the unit of radiation."""


@dataclass(frozen=True)
class Test:
    """A statistic of the values in our unit, its words, and the range in which it must fall."""

    statistic: Callable[[np.ndarray, pd.DatetimeIndex, float, np.ndarray | None], float]
    words: str
    low: float
    high: float


def saturation_vapour_pressure(temperature: np.ndarray) -> np.ndarray:
    """[hPa] over water at a temperature in [degC] (Tetens, as in FAO-56 eq. 11)."""
    return 6.108 * np.exp(17.27 * temperature / (temperature + 237.3))


def _quantile(share: float) -> Callable:
    return lambda values, *_: float(np.nanquantile(values, share))


def _largest_temperature(values, *_) -> float:
    low, high = np.nanquantile(values, (0.01, 0.99))
    return float(low if abs(low) > abs(high) else high)


def _transmitted(values, time, latitude, _) -> float:
    potential = conversions.daily_radiation_from_watts(
        potential_radiation(latitude, time.day_of_year.to_numpy())
    )
    light = potential > LEAST_POTENTIAL_RADIATION
    return float(np.nanquantile(values[light] / potential[light], 0.99)) if light.any() else float("nan")


def _unsaturated(values, _time, _latitude, tmax) -> float:
    return float(np.nanquantile(values / saturation_vapour_pressure(tmax), 0.99))


_CARBON = Test(_quantile(0.95), "its 95th percentile", 0.1, 40.0)
_TEMPERATURE = Test(_largest_temperature, "the farther from 0 of its 1st and 99th percentile", -75.0, 60.0)

TESTS: dict[str, Test] = {
    "tmin": _TEMPERATURE,
    "tmax": _TEMPERATURE,
    "shortwave": Test(
        _transmitted, "its 99th percentile as a share of radiation above the atmosphere", 0.2, 1.1
    ),
    "vpd": Test(_unsaturated, "its 99th percentile as a share of saturation at tmax", 0.105, 1.05),
    "precipitation": Test(lambda values, *_: float(np.nanmean(values)), "its mean", 0.05, 30.0),
    "co2": Test(_quantile(0.5), "its median", 200.0, 1200.0),
    "gpp": _CARBON,
    "reco": _CARBON,
    "et": Test(_quantile(0.95), "its 95th percentile", 0.25, 15.0),
    "lai": Test(_quantile(0.99), "its 99th percentile", 0.01, 15.0),
    "evaporative_fraction": Test(_quantile(0.95), "its 95th percentile", 0.05, 1.5),
}


def in_our_unit(
    name: str,
    values: np.ndarray,
    declared: str | None,
    time: pd.DatetimeIndex,
    latitude: float,
    tmax: np.ndarray | None,
    label: str,
    file: str,
) -> tuple[np.ndarray, list[str]]:
    """Values of ``name`` in our unit and a note where they were converted.

    The declared unit is used where the values can be in it; else, or without one, the unit that the values
    show. Raises InputError for a unit that we do not know, and for values that fit no unit or, undeclared,
    more than one.
    """
    choices, ours = UNITS[name], VARIABLES[name].unit
    stated = _declared_unit(declared, choices, label, file)
    fitting = [
        unit
        for unit in choices
        if unit.told_by_values and _fits(name, unit.to_ours(values), time, latitude, tmax)
    ]
    found = f"values from {np.nanmin(values):.4g} to {np.nanmax(values):.4g}"
    if stated is not None:
        told = stated.told_by_values
        if stated in fitting or (not told and _fits(name, stated.to_ours(values), time, latitude, tmax)):
            notes = [] if stated is choices[0] else [f"{label}: converted from {stated.name} to {ours}"]
            return stated.to_ours(values), notes
        if len(fitting) == 1:
            unit = fitting[0]
            return unit.to_ours(values), [
                f"{label}: said to be in {stated.name}, but {found} only make sense in {unit.name}; "
                + (f"converted from {unit.name} to {ours}" if unit is not choices[0] else "taken as such")
            ]
        if not fitting and name in OBSERVATIONS and _within_plausible(name, stated.to_ours(values)):
            return stated.to_ours(values), [] if stated is choices[0] else [
                f"{label}: converted from {stated.name} to {ours}"
            ]
    elif choices[0] in fitting:
        return values, []
    elif len(fitting) == 1:
        return fitting[0].to_ours(values), [
            f"{label}: no unit given, {found} show {fitting[0].name}; converted to {ours}"
        ]
    if len(fitting) > 1:
        names = " or ".join(unit.name for unit in fitting)
        raise InputError(f"{file}: {label} has {found}, which could be in {names}; declare its unit.")
    test = TESTS[name]
    got = test.statistic((stated or choices[0]).to_ours(values), time, latitude, tmax)
    known = ", ".join(unit.name for unit in choices if unit.told_by_values or unit is stated)
    raise InputError(
        f"{file}: {label} has {found}, which fit none of the units {known}: as "
        f"{(stated or choices[0]).name}, "
        f"{test.words} is {got:.4g}, expected {test.low:g} to {test.high:g}"
        + (f" (latitude {latitude:g})." if name == "shortwave" else ".")
    )


def _declared_unit(declared: str | None, choices: tuple[Unit, ...], label: str, file: str) -> Unit | None:
    if declared is None:
        return None
    unit = next((unit for unit in choices if unit.matches(declared)), None)
    if unit is None:
        known = ", ".join(choice.name for choice in choices)
        raise InputError(f"{file}: {label} is declared in {declared!r}; expected one of {known}.")
    return unit


def _fits(
    name: str, values: np.ndarray, time: pd.DatetimeIndex, latitude: float, tmax: np.ndarray | None
) -> bool:
    test = TESTS[name]
    return test.low <= test.statistic(values, time, latitude, tmax) <= test.high


def _within_plausible(name: str, values: np.ndarray) -> bool:
    low, high = OBSERVATIONS[name].plausible or (-np.inf, np.inf)
    return bool(np.nanmin(values) >= low and np.nanmax(values) <= high)
