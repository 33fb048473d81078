"""How a study's quantities are written and in which unit they are drawn."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from ...units import DAYS_PER_YEAR
from ...variables import OBSERVATIONS, PREDICTORS, TRAITS
from ..style import axis_label, quantity_label

DRY_MATTER = "Mg ha-1"

SHORT: Mapping[str, str] = {
    "wood_turnover": "wood turnover rate",
    "root_turnover": "fine-root turnover rate",
    "leaf_lifespan": "leaf lifespan",
    "wood_residence_time": "wood residence time",
    "root_residence_time": "fine-root residence time",
    "carbon_use_efficiency": "carbon-use efficiency",
    "allocation_leaf": "NPP allocation to leaf",
    "allocation_wood": "NPP allocation to wood",
    "allocation_root": "NPP allocation to fine roots",
    "lcma": "leaf carbon mass per area",
    "biomass_curve_maximum": "aboveground biomass, asymptote",
    "biomass_curve_rate": "growth rate",
    "biomass_curve_shape": "shape",
    "root_shoot": "root:shoot ratio",
    "evergreen_needleleaf_fraction": "ENF fraction",
    "deciduous_broadleaf_fraction": "DBF fraction",
    "deciduous_needleleaf_fraction": "DNF fraction",
    "carbon_nitrogen_ratio": "soil C:N ratio",
    "mean_annual_temperature": "annual mean temperature",
    "coldest_month_temperature": "coldest-month temperature",
    "temperature_seasonality": "temperature seasonality",
    "annual_precipitation": "annual precipitation",
    "precipitation_seasonality": "precipitation seasonality",
    "mean_vpd": "mean VPD",
    "vpd_seasonality": "VPD seasonality",
    "mean_shortwave": "solar radiation",
    "shortwave_seasonality": "radiation seasonality",
    "ph": "soil pH",
    "biomass_100": "biomass at 100 years",
    "clay": "clay content",
    "bulk_density": "bulk density",
}
"""Names for panels and axes, shorter than the long names; ENF, DBF and DNF are explained in captions."""

STREAMS: Mapping[str, str] = {"gpp": "GPP", "reco": "RECO", "et": "ET", "lai": "LAI"}

RATES = ("wood_turnover", "root_turnover")
"""Rates: over cells they differ by factors."""

SHARES = ("allocation_leaf", "allocation_wood", "allocation_root", "carbon_use_efficiency")
"""Quantities that end at 0 and at 1."""


def name_of(quantity: str) -> str:
    """A quantity's name as it is written on a figure."""
    if quantity in SHORT:
        return SHORT[quantity]
    row = TRAITS.get(quantity) or PREDICTORS.get(quantity)
    return row.long_name if row else STREAMS.get(quantity, quantity_label(quantity))


def sentence(text: str) -> str:
    """With a capital at the beginning."""
    return text[:1].upper() + text[1:]


def drawn(values: xr.DataArray) -> tuple[np.ndarray, str]:
    """Values in the unit in which they are drawn, and that unit: rates per day [d-1] are drawn per year."""
    units = str(values.attrs.get("units", ""))
    array = values.values.astype(float)
    return (array * DAYS_PER_YEAR, "yr-1") if units == "d-1" else (array, units)


def drawn_factor(units: str) -> tuple[float, str]:
    """What values in ``units`` are multiplied by to be drawn, and the unit then."""
    return (DAYS_PER_YEAR, "yr-1") if units == "d-1" else (1.0, units)


def quantity_axis(quantity: str, units: str, prefix: str = "") -> str:
    """A quantity with its unit for an axis or a bar; shares and ratios are marked as such by [–]."""
    text = f"{prefix}{name_of(quantity)}"
    return axis_label(text, units) if units not in ("", "1") else f"{text} [–]"


def unit_of(quantity: str) -> str:
    """The unit that this project declares for a trait, predictor or observation; empty where it declares none."""
    row = TRAITS.get(quantity) or PREDICTORS.get(quantity) or OBSERVATIONS.get(quantity)
    return row.unit if row else ""
