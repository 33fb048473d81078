"""A seeded daily weather generator for a boreal site.

Richardson's scheme (1981): a chain of wet and dry days drives the rest; cloud follows wetness, radiation
follows cloud and the sun's height, temperature anomalies persist and follow cloud (clear is cold in winter
and warm in summer), the diurnal range and the air's dryness follow cloud and the spell since rain. The
numbers were set to lie between Hyytiälä (FLUXNET2015 FI-Hyy) and Sotkamo (Finnish Meteorological Institute,
1985–2014), 62–64° N; the tests compare.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from ..variables import FORCING, SITE
from .chains import YEAR, autoregressive, days_since, gaussian_chain, season, two_state_chain

SOLAR_CONSTANT = 0.0820  # MJ m-2 min-1, FAO-56
CLEAREST_SKY = 0.76  # highest daily transmissivity
DARKEST_SKY = 0.04


def boreal_weather(
    years: tuple[int, int] = (2004, 2012),
    latitude: float = 62.0,
    mean_temperature: float = 2.8,
    seed: int = 0,
) -> xr.Dataset:
    """Daily weather of the calendar years ``years`` (first and last), from one random generator of ``seed``.

    Returns a Dataset (time) with ``tmin tmax shortwave vpd precipitation co2`` and the scalar ``latitude``,
    in our units. ``latitude`` [degrees_north] sets the sun, ``mean_temperature`` [degC] the annual mean that
    years scatter around.
    """
    rng = np.random.default_rng(seed)
    time = pd.date_range(f"{years[0]}-01-01", f"{years[1]}-12-31", freq="D", unit="ns")
    day = time.day_of_year.to_numpy(dtype=float)
    year = time.year.to_numpy() - years[0]

    precipitation = _precipitation(rng, day, year)
    wet = precipitation > 0.0
    clearness, fronts = _clearness(rng, day, wet)
    transmissivity = _transmissivity(clearness)
    shortwave = transmissivity * extraterrestrial_radiation(day, latitude)
    temperature = season(day, mean_temperature, 13.2, 202.0) + _temperature_anomaly(rng, day, year, fronts)
    diurnal_range = _diurnal_range(rng, day, transmissivity)
    values = {
        "tmin": temperature - 0.5 * diurnal_range,
        "tmax": temperature + 0.5 * diurnal_range,
        "shortwave": shortwave,
        "vpd": _vpd(rng, day, temperature, diurnal_range, days_since(wet)),
        "precipitation": precipitation,
        "co2": _co2(time.year.to_numpy() + (day - 1.0) / YEAR, day),
    }
    weather = xr.Dataset(
        {name: ("time", values[name], FORCING[name].attributes) for name in FORCING}, {"time": time}
    )
    weather["latitude"] = ((), float(latitude), SITE["latitude"].attributes)
    weather.attrs["seed"] = seed
    return weather


def extraterrestrial_radiation(day_of_year: np.ndarray, latitude: float | np.ndarray) -> np.ndarray:
    """Daily solar radiation above the atmosphere [MJ m-2 d-1], 0 in polar night (FAO-56, eqs 21–25)."""
    angle = 2.0 * np.pi * day_of_year / 365.0
    distance = 1.0 + 0.033 * np.cos(angle)
    declination = 0.409 * np.sin(angle - 1.39)
    phi = np.deg2rad(latitude)
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(declination), -1.0, 1.0))
    height = sunset * np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.sin(sunset)
    return 24.0 * 60.0 / np.pi * SOLAR_CONSTANT * distance * np.maximum(height, 0.0)


def saturation_pressure(temperature: np.ndarray) -> np.ndarray:
    """Saturation vapour pressure over water [hPa] at ``temperature`` [degC] (FAO-56, eq. 11)."""
    return 6.108 * np.exp(17.27 * temperature / (temperature + 237.3))


def wet_fraction(day_of_year: np.ndarray) -> np.ndarray:
    """Share of days with at least 0.1 mm of precipitation [1]: most in November, least in May."""
    return season(day_of_year, 0.51, 0.08, 310.0)


def _precipitation(rng, day, year) -> np.ndarray:
    """[mm d-1]: most falls on a wet day in late summer, and some years are wetter than others."""
    wet = two_state_chain(rng, wet_fraction(day), persistence=0.33)
    shape = 0.62
    amounts = 0.1 + rng.gamma(shape, season(day, 3.2, 1.3, 222.0) / shape)
    wetness = np.exp(0.10 * rng.standard_normal(year[-1] + 1))
    return np.where(wet, amounts * wetness[year], 0.0)


def _clearness(rng, day, wet) -> tuple[np.ndarray, np.ndarray]:
    """Clearness of the sky on a logistic scale [1], and the part of its departure from the season's mean that
    fronts make.

    Lower in winter and on wet days; fronts pass in days, besides spells that last for weeks.
    """
    rain_cloud = (wet - wet_fraction(day)) * _cloud_of_rain(day)
    fronts = 0.85 * gaussian_chain(rng, day.size, 0.33) - rain_cloud
    spells = 0.42 * gaussian_chain(rng, day.size, 0.95)
    return _mean_clearness(day) + fronts + spells, fronts


def _mean_clearness(day) -> np.ndarray:
    """Climatological mean of the clearness over wet and dry days."""
    return season(day, 0.42, 0.65, 150.0) - wet_fraction(day) * _cloud_of_rain(day)


def _cloud_of_rain(day) -> np.ndarray:
    """Clearness of a dry day less that of a wet one."""
    return season(day, 0.88, 0.27, 150.0)


def _transmissivity(clearness) -> np.ndarray:
    """Daily transmissivity of the atmosphere [1]."""
    return DARKEST_SKY + (CLEAREST_SKY - DARKEST_SKY) / (1.0 + np.exp(-clearness))


def _temperature_anomaly(rng, day, year, fronts) -> np.ndarray:
    """[K]: AR(1), wide and skewed to cold in winter, and an anomaly of each year."""
    memory = 0.80
    winter = season(day, 0.5, 0.5, 20.0)
    spread = season(day, 3.15, 0.5, 145.0) + 3.8 * winter**2
    follows_cloud = 0.40 - 0.95 * winter
    weather = follows_cloud * fronts + np.sqrt(1.0 - follows_cloud**2) * rng.standard_normal(day.size)
    anomaly = autoregressive(np.sqrt(1.0 - memory**2) * weather, memory)
    skew = 0.05 - 0.15 * winter
    skewed = (anomaly + skew * (np.minimum(anomaly**2, 9.0) - 1.0)) / np.sqrt(1.0 + 2.0 * skew**2)
    return spread * skewed + 0.6 * rng.standard_normal(year[-1] + 1)[year]


def _diurnal_range(rng, day, transmissivity) -> np.ndarray:
    """tmax − tmin [K]: widest in clear weather, more so in spring and summer; always above 0."""
    usual = _transmissivity(_mean_clearness(day))
    mean = season(day, 6.9, 2.4, 150.0) + season(day, 9.5, 4.5, 150.0) * (transmissivity - usual)
    shape = 1.0 / season(day, 0.34, 0.14, 0.0) ** 2
    return np.maximum(mean, 1.0) * rng.gamma(shape, 1.0 / shape)


def _vpd(rng, day, temperature, diurnal_range, dry_days) -> np.ndarray:
    """Daily mean vapour pressure deficit [hPa], from the dew point.

    The dew point lies below the day's mean by about half the diurnal range (it stays near tmin), by more in
    spring and early summer and late in a dry spell; the depression is above 0, hence so is the deficit.
    """
    usual = np.exp(season(day, 1.02, 0.97, 157.0))
    spell = np.exp(0.05 * (np.minimum(dry_days, 8) - 1.2))
    scatter = np.exp(0.36 * gaussian_chain(rng, day.size, 0.5))
    depression = usual * (diurnal_range / season(day, 6.9, 2.4, 150.0)) ** 0.8 * spell * scatter
    return saturation_pressure(temperature) - saturation_pressure(temperature - depression)


def _co2(decimal_year, day) -> np.ndarray:
    """[ppm]: 377.5 at the start of 2004 and 2 ppm more each year (NOAA's global mean), with a northern
    seasonal cycle.
    """
    return 377.5 + 2.0 * (decimal_year - 2004.0) + season(day, 0.0, 6.0, 45.0)
