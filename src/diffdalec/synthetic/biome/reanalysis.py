"""What a reanalysis makes of the true weather: daily fields with its errors, then the six-hourly fields of its files.

Sizes of errors are a judgement: temperature about 1 K from day to day, radiation 13 %, precipitation mostly on the
right days but in other amounts; long-term means are close, since CRU-JRA is tied to station data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...grid import cell_centre
from ..weather import extraterrestrial_radiation, saturation_pressure
from .fields import Coherence, persistent
from .weather import Weather

STEPS = 4
HOURS = 24 // STEPS
WARMEST_HOUR = 15.0  # local solar time

DRY_AIR = 0.622
"""Molecular mass of water vapour over that of dry air."""


def reanalysed(weather: Weather, coherence: Coherence, cell: np.ndarray, seed: int) -> Weather:
    """The daily weather that the reanalysis believes in, on the same days and cells."""
    days = len(weather.time)

    def error(name: str, memory: float) -> np.ndarray:
        return persistent(coherence.normal(seed, f"reanalysis/{name}", cell, days), memory)

    def bias(name: str) -> np.ndarray:
        return coherence.normal(seed, f"reanalysis bias/{name}", cell, 1)

    shift = 0.4 * bias("temperature") + 1.0 * error("temperature", 0.7)
    half = 0.5 * (weather.tmax - weather.tmin) * np.exp(0.04 * bias("range") + 0.12 * error("range", 0.3))
    middle = weather.temperature + shift
    sun = weather.shortwave * np.exp(0.04 * bias("sun") + 0.13 * error("sun", 0.3) - 0.008)
    amounts = weather.precipitation * np.exp(0.07 * bias("rain") + 0.40 * error("amounts", 0.0) - 0.08)
    drizzle = error("drizzle", 0.2)  # a tenth of the dry days of the stations have a little rain in a reanalysis
    rain = np.where((weather.precipitation == 0.0) & (drizzle > 1.28), 0.4 * (drizzle - 1.28), amounts)
    ceiling = 0.80 * _sun_above(weather.time, cell_centre(cell)[0])
    vpd = weather.vpd * np.exp(0.06 * bias("humidity") + 0.14 * error("humidity", 0.4) - 0.01)
    values = {
        "tmin": middle - half,
        "tmax": middle + half,
        "shortwave": np.minimum(sun, ceiling),
        "vpd": np.minimum(vpd, 0.97 * saturation_pressure(middle)),
        "precipitation": rain,
        "pressure": weather.pressure + 1.0 * error("pressure", 0.5),
    }
    return Weather(time=weather.time, **{name: value.astype(np.float32) for name, value in values.items()})


@dataclass(frozen=True)
class DayShape:
    """The shape of the day at cells, by six-hourly step of UTC.

    ``mean``, ``lowest``, ``highest`` (step, cell): of the course of temperature, −1 at its minimum, 1 at its maximum.
    ``sun`` (366, step, cell): share of the day's radiation.
    """

    mean: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray
    sun: np.ndarray


def day_shape(latitude: np.ndarray, longitude: np.ndarray) -> DayShape:
    """The :class:`DayShape` at ``latitude``, ``longitude`` (cell,) [degrees]."""
    minutes = np.arange(5.0, 24 * 60.0, 10.0)
    hour = (minutes[:, None] / 60.0 + longitude / 15.0) % 24.0  # local solar time
    course = np.cos(2.0 * np.pi * (hour - WARMEST_HOUR) / 24.0)
    course = (course / np.abs(course).max(axis=0)).reshape(STEPS, -1, longitude.size)

    day = np.arange(1.0, 367.0)[:, None, None]
    declination = 0.409 * np.sin(2.0 * np.pi * day / 365.0 - 1.39)
    phi = np.deg2rad(latitude)
    angle = np.deg2rad(15.0 * (hour[::3] - 12.0))
    height = np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(angle)
    sun = np.maximum(height, 0.0).reshape(366, STEPS, -1, longitude.size).sum(axis=2)
    whole = sun.sum(axis=1, keepdims=True)
    return DayShape(
        mean=course.mean(axis=1),
        lowest=course.min(axis=1),
        highest=course.max(axis=1),
        sun=np.where(whole > 0.0, sun / np.where(whole > 0.0, whole, 1.0), 1.0 / STEPS).astype(np.float32),
    )


def six_hourly(daily: Weather, shape: DayShape, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Six-hourly fields (day · 4, cell) float32 in the names and units of CRU-JRA, of any stretch of days.

    ``tmp tmin tmax`` [K], ``pre`` [mm per 6 h], ``dswrf`` [J m-2 per 6 h], ``spfh`` [kg kg-1], ``pres`` [Pa]. Their
    daily extremes, sums, and the mean over the steps of saturation less actual vapour pressure (not below 0) are the
    daily values.
    """
    half = 0.5 * (daily.tmax - daily.tmin)[:, None, :]
    middle = daily.temperature[:, None, :]
    mean = middle + half * (shape.mean - shape.mean.mean(axis=0))
    mean = np.clip(mean, daily.tmin[:, None, :], daily.tmax[:, None, :])
    lowest, highest = middle + half * shape.lowest, middle + half * shape.highest
    saturated = saturation_pressure(mean)
    vapour = np.minimum(_vapour_pressure(saturated, daily.vpd)[:, None, :], saturated)  # no air above saturation
    pressure = np.broadcast_to(daily.pressure[:, None, :], vapour.shape)
    bursts = rng.exponential(size=mean.shape) ** 2
    share = bursts / bursts.sum(axis=1, keepdims=True)
    sun = shape.sun[daily.time.day_of_year.to_numpy() - 1] * daily.shortwave[:, None, :]
    fields = {
        "tmp": mean + 273.15,
        "tmin": np.minimum(lowest, mean) + 273.15,
        "tmax": np.maximum(highest, mean) + 273.15,
        "pre": daily.precipitation[:, None, :] * share,
        "dswrf": sun * 1e6,
        "spfh": DRY_AIR * vapour / (pressure - (1.0 - DRY_AIR) * vapour),
        "pres": pressure * 100.0,
    }
    return {name: field.reshape(-1, field.shape[-1]).astype(np.float32) for name, field in fields.items()}


def _vapour_pressure(saturated: np.ndarray, vpd: np.ndarray) -> np.ndarray:
    """The vapour pressure e [hPa] (day, cell) with which the mean over steps of max(es − e, 0) is ``vpd``.

    ``saturated`` es (day, step, cell). The mean is piecewise linear and falls with e: with the k moistest steps dry,
    e = (Σ of the k largest es − 4 vpd)/k, and the right k is the one that leaves e between the k-th and the next es.
    """
    ordered = -np.sort(-saturated, axis=1)
    found = np.full(vpd.shape, np.nan)
    for k in range(1, STEPS + 1):
        e = (ordered[:, :k].sum(axis=1) - STEPS * vpd) / k
        floor = ordered[:, k] if k < STEPS else -np.inf
        found = np.where(np.isnan(found) & (e >= floor), e, found)
    return np.maximum(found, 1e-4)


def _sun_above(time: pd.DatetimeIndex, latitude: np.ndarray) -> np.ndarray:
    table = extraterrestrial_radiation(np.arange(1.0, 367.0)[:, None], latitude)
    return table[time.day_of_year.to_numpy() - 1]
