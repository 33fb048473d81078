"""Cell by cell, what the products' methods would make of the true streams: smoothed, biased, damped, noisy in time.

Errors of single pixels come later, with the files (:mod:`diffdalec.synthetic.biome.products`). The sizes of errors are
listed with their grounds in ``docs/theory/synthetic_biome.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...units import LATENT_HEAT_OF_VAPORISATION
from ..chains import season
from ..weather import extraterrestrial_radiation, saturation_pressure
from .fields import Coherence, persistent
from .traits import Scatter
from .weather import Weather

COMPOSITES = range(1, 362, 8)
"""First days of the year of 8-day composites."""

WINDOWS = range(1, 362, 10)
"""First days of the year of 10-day windows; the last holds 5 or 6 days."""


@dataclass(frozen=True, eq=False)
class Seen:
    """Streams of the mature forest of a cell as products report them, float32.

    ``gpp`` [gC m-2 d-1], ``et`` and ``potential_evaporation`` [mm d-1], ``cloud`` (standard normal; high is hidden),
    each (day, cell); ``reco`` [gC m-2 d-1] (window, cell); ``lai`` [m2 m-2] (composite, cell), year after year.
    """

    gpp: np.ndarray
    et: np.ndarray
    potential_evaporation: np.ndarray
    cloud: np.ndarray
    reco: np.ndarray
    lai: np.ndarray


class Errors:
    """Random errors, coherent in space and persistent in time; ``of_cell`` gives those that a cell has for good."""

    def __init__(self, seed: int, coherence: Coherence, cell: np.ndarray) -> None:
        self._seed, self._coherence, self._cell = seed, coherence, cell
        self.of_cell = Scatter(seed, cell, "product")

    def __call__(self, name: str, length: int, memory: float = 0.0) -> np.ndarray:
        white = self._coherence.normal(self._seed, f"product/{name}", self._cell, length)
        return persistent(white, memory) if memory else white


def seen_by_products(
    daily: Mapping[str, np.ndarray], weather: Weather, latitude: np.ndarray, needle_share: np.ndarray, errors: Errors
) -> Seen:
    """:class:`Seen` of the true ``daily`` GPP, RECO, ET and LAI (day, cell) under ``weather`` of the same days.

    ``latitude`` [degrees_north] and ``needle_share``, evergreen needles' share of the trees, are of the cells.
    """
    time = weather.time
    day = time.day_of_year.to_numpy(dtype=float)[:, None]
    count = len(time)

    def systematic(name: str, constant: float, seasonal: float) -> np.ndarray:
        peak = 180.0 + 60.0 * errors.of_cell(f"{name} season")
        return np.exp(constant * errors.of_cell(name)) * season(day, 1.0, seasonal, peak)

    gpp = daily["gpp"] * systematic("gpp", 0.08, 0.06) * np.exp(0.12 * errors("gpp", count, 0.85) - 0.007)
    et = daily["et"] * systematic("et", 0.09, 0.07) * np.exp(0.11 * errors("et", count, 0.8) - 0.006)
    demand = potential_evaporation(weather, latitude)
    demand = demand * systematic("ep", 0.05, 0.04) * np.exp(0.06 * errors("ep", count, 0.5))
    values = {
        "gpp": np.maximum(gpp + 0.08 * errors("gpp floor", count, 0.6), 0.0),
        "et": np.maximum(et + 0.05 * errors("et floor", count, 0.6), 0.0),
        "potential_evaporation": demand,
        "cloud": errors("cloud", count, 0.6) + season(day, 0.0, 0.35, 345.0),
        "reco": _upscaled_respiration(daily["reco"], time, errors),
        "lai": _retrieved_lai(daily["lai"], weather, needle_share, errors),
    }
    return Seen(**{name: np.asarray(value, dtype=np.float32) for name, value in values.items()})


def potential_evaporation(weather: Weather, latitude: np.ndarray) -> np.ndarray:
    """Priestley–Taylor evaporation [mm d-1] (day, cell), 1.26 Δ/(Δ + γ) Rn/λ, not below 0.

    Net radiation from shortwave (albedo 0.13) and FAO-56's net longwave (eq. 39); ground heat is left out.
    """
    t = weather.temperature.astype(float)
    clear = 0.76 * extraterrestrial_radiation(np.arange(1.0, 367.0)[:, None], latitude)
    clear = clear[weather.time.day_of_year.to_numpy() - 1]
    cloudless = np.clip(weather.shortwave / np.maximum(clear, 0.3), 0.3, 1.0)
    vapour = np.maximum(saturation_pressure(t) - weather.vpd, 0.0) * 0.1  # kPa
    longwave = 4.903e-9 * (t + 273.15) ** 4 * (0.34 - 0.14 * np.sqrt(vapour)) * (1.35 * cloudless - 0.35)
    slope = 4098.0 * saturation_pressure(t) / (t + 237.3) ** 2
    psychrometric = 0.000665 * weather.pressure
    net = 0.87 * weather.shortwave - longwave
    return np.maximum(1.26 * slope / (slope + psychrometric) * net / LATENT_HEAT_OF_VAPORISATION, 0.0)


def period_starts(time: pd.DatetimeIndex, starts: range) -> np.ndarray:
    """Positions in ``time`` of the days of the year ``starts``, year after year."""
    return np.flatnonzero(np.isin(time.day_of_year, list(starts)))


def period_means(values: np.ndarray, starts: np.ndarray, length: int) -> np.ndarray:
    """Means (period, cell) of the days from each start to the next (day, cell); the last period has what is left."""
    sums = np.add.reduceat(values, starts, axis=0, dtype=float)
    return sums / np.diff([*starts, length])[:, None]


def _upscaled_respiration(reco: np.ndarray, time: pd.DatetimeIndex, errors: Errors) -> np.ndarray:
    """10-day RECO as machine learning upscales it from towers, in ignorance of the GPP that another product has.

    Its own bias and seasonal amplitude (it regresses to the mean of its towers), and only 60 % of the anomalies of
    single years: upscaled fluxes are known to vary too little from year to year (Jung et al. 2020).
    """
    truth = period_means(reco, period_starts(time, WINDOWS), len(time))
    windows = len(WINDOWS)
    by_year = truth.reshape(-1, windows, truth.shape[1])
    usual = by_year.mean(axis=0)
    level = usual.mean(axis=0)
    amplitude = 0.90 + 0.06 * errors.of_cell("reco amplitude")
    seasonal = level + amplitude * (usual - level)
    damped = (seasonal + 0.6 * (by_year - usual)).reshape(truth.shape)
    noise = np.exp(0.12 * errors.of_cell("reco") + 0.06 * errors("reco", truth.shape[0], 0.5))
    return np.maximum(damped * noise, 0.02)


def _retrieved_lai(lai: np.ndarray, weather: Weather, needle_share: np.ndarray, errors: Errors) -> np.ndarray:
    """8-day LAI of a recurrent network: smooth in time, biased, and too low where snow lies on evergreens."""
    starts = period_starts(weather.time, COMPOSITES)
    truth = period_means(lai, starts, len(weather.time))
    padded = np.pad(truth, ((1, 1), (0, 0)), mode="edge")
    smooth = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
    temperature = period_means(weather.temperature, starts, len(weather.time))
    snow = 1.0 / (1.0 + np.exp((temperature + 1.0) / 1.5))
    noise = np.exp(0.12 * errors.of_cell("lai") + 0.07 * errors("lai", truth.shape[0], 0.6))
    return smooth * (1.0 - 0.30 * needle_share * snow) * noise
