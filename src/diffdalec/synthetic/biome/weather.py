"""Daily weather of many cells at once, coherent in space, each with a climate of its own.

The scheme is that of :mod:`diffdalec.synthetic.weather` (Richardson 1981: wet and dry days drive the rest), with
latent Gaussian fields in place of chains, so that neighbouring cells share their fronts, spells, cold winters and dry
summers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaincinv, ndtr, ndtri

from ..chains import season
from ..weather import CLEAREST_SKY, DARKEST_SKY, extraterrestrial_radiation, saturation_pressure
from .climate import Climate
from .fields import Coherence, persistent

WET_MEMORY = 0.52
"""Lag-1 autocorrelation of the latent wetness; that of wet days themselves is then about a third."""

COLDEST_NIGHT = -66.0
"""No night is colder [degC]: the lowest that stations of Siberia have measured is about -68."""

WARMING = 0.035
"""[K yr-1] over the years: about what boreal land saw from 1985 to 2020 (0.3–0.5 K a decade in CRU TS)."""

_SHAPE = 0.62
_UNIFORM = np.linspace(0.0, 1.0, 4001)
_GAMMA = gammaincinv(_SHAPE, np.minimum(_UNIFORM, 0.9997)) / _SHAPE


@dataclass(frozen=True, eq=False)
class Weather:
    """Daily weather, each (day, cell) float32; ``time`` (day,) is a DatetimeIndex."""

    time: pd.DatetimeIndex
    tmin: np.ndarray  # degC
    tmax: np.ndarray  # degC
    shortwave: np.ndarray  # MJ m-2 d-1
    vpd: np.ndarray  # hPa
    precipitation: np.ndarray  # mm d-1
    pressure: np.ndarray  # hPa

    @property
    def temperature(self) -> np.ndarray:
        """Daily mean [degC]."""
        return 0.5 * (self.tmin + self.tmax)


def daily_weather(
    climate: Climate, coherence: Coherence, cell: np.ndarray, years: tuple[int, int], seed: int
) -> Weather:
    """The weather of the calendar ``years`` (first and last) at the cells of ``climate``, whose ids are ``cell``."""
    time = pd.date_range(f"{years[0]}-01-01", f"{years[1]}-12-31", freq="D")
    day = time.day_of_year.to_numpy(dtype=np.float32)[:, None]
    year = time.year.to_numpy() - years[0]

    def noise(name: str, memory: float = 0.0) -> np.ndarray:
        white = coherence.normal(seed, f"weather/{name}", cell, len(time))
        return persistent(white, memory) if memory else white

    def by_year(name: str) -> np.ndarray:
        return coherence.normal(seed, f"weather/{name}", cell, year[-1] + 1)[year]

    wet_share = season(day, climate.wet_fraction, 0.08, climate.wettest_day)
    wet = noise("wet", WET_MEMORY) < ndtri(wet_share)
    precipitation = np.where(wet, _amounts(climate, day, noise("amount"), by_year("wetness")), 0.0)

    cloud_of_rain = season(day, 0.88, 0.27, 150.0)
    mean_clearness = season(day, climate.clearness, 0.65, 150.0) - wet_share * cloud_of_rain
    fronts = 0.85 * noise("fronts", 0.33) - (wet - wet_share) * cloud_of_rain
    clearness = mean_clearness + 0.2 + fronts + 0.42 * noise("spells", 0.95)
    transmissivity = _transmissivity(clearness)
    sun = extraterrestrial_radiation(np.arange(1.0, 367.0)[:, None], climate.latitude)
    shortwave = transmissivity * sun[time.day_of_year.to_numpy() - 1]

    course = season(day, climate.temperature, climate.amplitude, climate.warmest_day)
    trend = WARMING * (year - year.mean())[:, None]
    anomaly = _temperature_anomaly(climate, day, fronts, noise("temperature"))
    temperature = course + trend + anomaly + 0.6 * by_year("warmth")

    usual = _transmissivity(mean_clearness)
    mean_range = climate.diurnal_range * season(day, 1.0, 0.35, 150.0) + 12.0 * (transmissivity - usual)
    scatter = np.exp(season(day, 0.32, 0.12, 0.0) * noise("diurnal range") - 0.05)
    diurnal_range = np.minimum(np.maximum(mean_range, 1.0) * scatter, 26.0)

    temperature = np.maximum(temperature, COLDEST_NIGHT + 0.5 * diurnal_range)
    depression = np.exp(season(day, climate.dryness, 0.85, 160.0) + 0.34 * noise("humidity", 0.5) - 0.10 * wet)
    depression *= (diurnal_range / season(day, 6.9, 2.4, 150.0)) ** 0.7
    vpd = saturation_pressure(temperature) - saturation_pressure(temperature - depression)
    pressure = 1013.0 * np.exp(-climate.elevation / 8200.0) + season(day, 8.0, 3.0, 15.0) * noise("pressure", 0.8)
    values = {
        "tmin": temperature - 0.5 * diurnal_range,
        "tmax": temperature + 0.5 * diurnal_range,
        "shortwave": shortwave,
        "vpd": vpd,
        "precipitation": precipitation,
        "pressure": pressure,
    }
    return Weather(time=time, **{name: value.astype(np.float32) for name, value in values.items()})


def _amounts(climate: Climate, day, latent, wetness) -> np.ndarray:
    """[mm d-1] of a wet day: at least 0.1, gamma-distributed beyond, so that a year brings the normal on average."""
    days = np.arange(1.0, 366.0)[:, None]
    share = season(days, climate.wet_fraction, 0.08, climate.wettest_day)
    course = season(days, 1.0, climate.rain_seasonality, 205.0)
    mean = (climate.annual_precipitation - 0.1 * share.sum(axis=0)) / (share * course).sum(axis=0)
    drawn = np.interp(ndtr(latent), _UNIFORM, _GAMMA)
    return 0.1 + mean * season(day, 1.0, climate.rain_seasonality, 205.0) * drawn * np.exp(0.10 * wetness - 0.005)


def _transmissivity(clearness) -> np.ndarray:
    """Daily transmissivity of the atmosphere [1]."""
    return DARKEST_SKY + (CLEAREST_SKY - DARKEST_SKY) / (1.0 + np.exp(-clearness))


def _temperature_anomaly(climate: Climate, day, fronts, white) -> np.ndarray:
    """[K]: persistent, wide and skewed to cold in winter; clear is cold in winter and warm in summer."""
    winter = season(day, 0.5, 0.5, 20.0)
    spread = season(day, 3.15, 0.5, 145.0) + climate.winter_spread * winter**2
    follows_cloud = 0.40 - 0.95 * winter
    driven = (follows_cloud * fronts + np.sqrt(1.0 - follows_cloud**2) * white).astype(np.float32)
    anomaly = persistent(driven, 0.80)
    skew = 0.05 - 0.12 * winter
    return spread * (anomaly + skew * (np.minimum(anomaly**2, 9.0) - 1.0)) / np.sqrt(1.0 + 2.0 * skew**2)
