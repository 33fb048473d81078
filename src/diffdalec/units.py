"""Unit conversions, each in one place. Arrays and numbers alike; no state."""

from __future__ import annotations

DAYS_PER_YEAR = 365.25
"""Length of the phenological year [d]."""

CARBON_FRACTION = 0.5
"""Carbon per dry matter [gC g-1]: the paper's value for wood and leaves (Wu et al., section 2.2)."""

LATENT_HEAT_OF_VAPORISATION = 2.45
"""[MJ kg-1], the constant of FAO-56 (Allen et al. 1998)."""

SECONDS_PER_DAY = 86_400.0

_GRAMS_C_PER_M2 = 100.0  # 1 Mg ha-1 = 1e6 g / 1e4 m2


def carbon_from_dry_matter(dry_matter, carbon_fraction: float = CARBON_FRACTION):
    """Biomass carbon [gC m-2] of dry matter [Mg ha-1]."""
    return dry_matter * (_GRAMS_C_PER_M2 * carbon_fraction)


def dry_matter_from_carbon(carbon, carbon_fraction: float = CARBON_FRACTION):
    """Dry matter [Mg ha-1] of biomass carbon [gC m-2]."""
    return carbon / (_GRAMS_C_PER_M2 * carbon_fraction)


def grams_carbon_from_megagrams(carbon):
    """[gC m-2] from [MgC ha-1]."""
    return carbon * _GRAMS_C_PER_M2


def megagrams_carbon_from_grams(carbon):
    """[MgC ha-1] from [gC m-2]."""
    return carbon / _GRAMS_C_PER_M2


def daily_radiation_from_watts(flux):
    """Daily sum [MJ m-2 d-1] of a mean flux [W m-2]."""
    return flux * (SECONDS_PER_DAY * 1e-6)


def evaporation_from_latent_heat(flux):
    """Evapotranspiration [mm d-1] of a mean latent heat flux [W m-2]."""
    return daily_radiation_from_watts(flux) / LATENT_HEAT_OF_VAPORISATION


def celsius_from_kelvin(temperature):
    """[degC] from [K]."""
    return temperature - 273.15


def hectopascal_from_kilopascal(pressure):
    """[hPa] from [kPa]."""
    return pressure * 10.0


def hectopascal_from_pascal(pressure):
    """[hPa] from [Pa]."""
    return pressure / 100.0
