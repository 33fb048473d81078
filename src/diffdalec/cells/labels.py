"""Arrays of results -> labelled variables, with units, bounds and names from the one declaration of each."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from ..model import INITIAL_POOLS, PARAMETERS, UNIDENTIFIABLE, Quantity
from ..units import DAYS_PER_YEAR
from ..variables import TRAITS, VARIABLES


def searched_variables(values: Mapping[str, np.ndarray], dims: tuple[str, ...]) -> dict[str, xr.Variable]:
    """Parameters and initial pools as variables; circular ones as day of year in [0, 365.25)."""
    rows = [(q, "parameter") for q in PARAMETERS.values()] + [(q, "initial_pool") for q in INITIAL_POOLS.values()]
    return {q.name: xr.Variable(dims, _reported(q, values[q.name]), _attributes(q, group)) for q, group in rows}


def trait_variables(values: Mapping[str, np.ndarray], dims: tuple[str, ...]) -> dict[str, xr.Variable]:
    """Derived traits as variables."""
    return {name: xr.Variable(dims, values[name], {**row.attributes, "group": "trait"}) for name, row in TRAITS.items()}


def output_variables(values: Mapping[str, np.ndarray], dims: tuple[str, ...]) -> dict[str, xr.Variable]:
    """Model outputs as variables."""
    return {name: xr.Variable(dims, value, VARIABLES[name].attributes) for name, value in values.items()}


def _reported(q: Quantity, value: np.ndarray) -> np.ndarray:
    return np.mod(value, DAYS_PER_YEAR) if q.circular else value


def _attributes(q: Quantity, group: str) -> dict:
    prefix = "initial " if group == "initial_pool" else ""
    return {
        "units": q.unit,
        "long_name": prefix + q.long_name,
        "group": group,
        "lower": q.lower,
        "upper": q.upper,
        "circular": q.circular,
        "identifiable": q.name not in UNIDENTIFIABLE,
    }
