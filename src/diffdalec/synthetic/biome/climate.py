"""Normals of the climate of each cell: what its weather scatters around.

From an oceanic coast (coldest month about −5 °C, 800 mm) to a cold pole (−40 °C, 260 mm). The ranges are those of
boreal 0.5° cells in a global climatology (13,222 cells of Köppen class Dfc and its neighbours: coldest month
−26 ± 9 °C, warmest 13.5 ± 2.8 °C, 461 ± 230 mm); the tests compare.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .domain import CENTRE_LATITUDE, Domain
from .fields import Coherence, extent_of

MONTH_MEAN = 0.9886
"""Extreme monthly mean of a sinusoid over its amplitude: sin(π/12)/(π/12)."""


@dataclass(frozen=True, eq=False)
class Climate:
    """Normals, each (cell,). Angles of the year are days of the year of the maximum."""

    latitude: np.ndarray  # degrees_north
    elevation: np.ndarray  # m
    temperature: np.ndarray  # degC, annual mean
    amplitude: np.ndarray  # K, half the range of the annual course
    warmest_day: np.ndarray
    winter_spread: np.ndarray  # K, sd of a winter day beyond that of a summer day
    diurnal_range: np.ndarray  # K, annual mean
    annual_precipitation: np.ndarray  # mm
    wet_fraction: np.ndarray  # 1, share of days with rain or snow
    wettest_day: np.ndarray
    rain_seasonality: np.ndarray  # 1, relative amplitude of what falls on a wet day
    clearness: np.ndarray  # 1, of the sky on a logistic scale
    dryness: np.ndarray  # 1, logarithm of the depression of the dew point [K]

    def part(self, chosen: np.ndarray | slice) -> Climate:
        """The normals of some of the cells."""
        return Climate(**{name: values[chosen] for name, values in vars(self).items()})


def climate_normals(domain: Domain, seed: int) -> Climate:
    """The :class:`Climate` of a domain: courses along continentality and latitude, and smooth anomalies of each."""
    c, north = domain.continentality, domain.latitude - CENTRE_LATITUDE
    smooth = Coherence(domain.place, extent_of(domain.place), 12.0, own=0.1)

    def anomaly(name: str) -> np.ndarray:
        return smooth.normal(seed, f"climate/{name}", domain.cell, 1)[0].astype(float)

    elevation = np.maximum(250.0 + 250.0 * c + 140.0 * anomaly("elevation"), 5.0)
    lapse = -0.0045 * (elevation - 250.0 - 250.0 * c)
    coldest = -5.0 - 34.5 * c - 0.30 * north + 0.8 * anomaly("coldest") + lapse
    warmest = 14.6 + 2.6 * c - 0.35 * north + 0.9 * anomaly("warmest") + lapse
    return Climate(
        latitude=domain.latitude,
        elevation=elevation,
        temperature=0.5 * (coldest + warmest),
        amplitude=0.5 * (warmest - coldest) / MONTH_MEAN,
        warmest_day=207.0 - 11.0 * c,
        winter_spread=3.0 + 0.7 * c,
        diurnal_range=6.2 + 4.6 * c + 0.4 * anomaly("diurnal range"),
        annual_precipitation=830.0 * np.exp(-1.12 * c + 0.14 * anomaly("precipitation")),
        wet_fraction=np.clip(0.56 - 0.22 * c + 0.02 * anomaly("wet days"), 0.25, 0.65),
        wettest_day=310.0 - 105.0 * np.clip(2.0 * c, 0.0, 1.0),
        rain_seasonality=0.35 + 0.40 * c,
        clearness=0.30 + 0.38 * c + 0.06 * anomaly("clearness"),
        dryness=0.82 + 0.92 * c - 0.012 * north + 0.10 * anomaly("dryness"),
    )
