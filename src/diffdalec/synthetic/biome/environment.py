"""Soils and vegetation of the cells, and the climate statistics that traits depend on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .domain import Domain
from .fields import Coherence, extent_of
from .weather import Weather

LAYER_BOTTOMS = (4.5, 9.1, 16.6, 28.9, 49.3, 82.9, 138.3, 229.6)
"""Lower bounds of the soil layers of GSDE [cm] (Shangguan et al. 2014)."""


@dataclass(frozen=True, eq=False)
class Land:
    """Soil of the upper layer and vegetation, each (cell,). Fractions are of the cell's area."""

    clay: np.ndarray  # %
    sand: np.ndarray  # %
    ph: np.ndarray  # 1
    organic_carbon: np.ndarray  # % by mass
    carbon_nitrogen_ratio: np.ndarray  # 1
    bulk_density: np.ndarray  # g cm-3
    evergreen_needleleaf: np.ndarray
    deciduous_broadleaf: np.ndarray
    deciduous_needleleaf: np.ndarray
    grass: np.ndarray

    @property
    def trees(self) -> np.ndarray:
        """Share of the area under trees."""
        return self.evergreen_needleleaf + self.deciduous_broadleaf + self.deciduous_needleleaf

    def part(self, chosen: np.ndarray | slice) -> Land:
        """Some of the cells."""
        return Land(**{name: values[chosen] for name, values in vars(self).items()})


@dataclass(frozen=True, eq=False)
class ClimateStatistics:
    """Long-term statistics of the weather, each (cell,)."""

    temperature: np.ndarray  # degC
    coldest_month: np.ndarray  # degC
    warmest_month: np.ndarray  # degC
    precipitation: np.ndarray  # mm yr-1
    shortwave: np.ndarray  # MJ m-2 d-1
    vpd: np.ndarray  # hPa


def land_fields(domain: Domain, seed: int) -> Land:
    """Soils and vegetation of a domain.

    Soil means and spreads are those of boreal 0.5° cells in a global soil map (clay 21 ± 9 %, sand 44 ± 15 %, pH
    5.8 ± 1.1, C:N 14 ± 3). Evergreen needleleaf forest gives way to larch where the coldest month is colder than about
    −28 °C, as in Siberia; broadleaf forest is patchy.
    """
    c = domain.continentality
    smooth = Coherence(domain.place, extent_of(domain.place), 7.0, own=0.35)

    def field(name: str) -> np.ndarray:
        return smooth.normal(seed, f"land/{name}", domain.cell, 1)[0].astype(float)

    texture = field("texture")
    clay = np.clip(19.0 + 4.0 * c + 7.0 * texture, 4.0, 45.0)
    ph = np.clip(5.1 + 1.0 * c + 0.5 * field("ph") + 0.15 * texture, 4.2, 8.0)
    carbon_nitrogen = np.clip(17.0 - 3.0 * c - 0.9 * (ph - 5.6) + 2.2 * field("carbon nitrogen"), 9.0, 30.0)
    organic_carbon = np.clip(np.exp(0.9 + 0.05 * (carbon_nitrogen - 14.0) + 0.5 * field("organic carbon")), 0.4, 35.0)
    bulk_density = np.clip(1.48 - 0.16 * np.log(organic_carbon) + 0.05 * field("bulk density"), 0.3, 1.8)

    broadleaf = 1.0 / (1.0 + np.exp(1.5 + 0.6 * c - 1.0 * field("broadleaf")))
    larch = (1.0 - broadleaf) / (1.0 + np.exp(-(c - 0.66) / 0.07 - 0.5 * field("larch")))
    trees = np.clip(0.76 + 0.08 * field("trees") - 0.10 * c, 0.5, 0.93)
    return Land(
        clay=clay,
        sand=np.clip(85.0 - clay - 0.9 * clay * np.exp(0.3 * field("silt")), 8.0, 90.0),
        ph=ph,
        organic_carbon=organic_carbon,
        carbon_nitrogen_ratio=carbon_nitrogen,
        bulk_density=bulk_density,
        evergreen_needleleaf=trees * (1.0 - broadleaf - larch),
        deciduous_broadleaf=trees * broadleaf,
        deciduous_needleleaf=trees * larch,
        grass=0.7 * (1.0 - trees),
    )


def climate_statistics(weather: Weather) -> ClimateStatistics:
    """Statistics over all years of the weather; months are calendar months."""
    monthly = pd.DataFrame(weather.temperature).groupby(weather.time.month).mean()
    years = len(np.unique(weather.time.year))
    return ClimateStatistics(
        temperature=weather.temperature.mean(axis=0, dtype=float),
        coldest_month=monthly.min().to_numpy(dtype=float),
        warmest_month=monthly.max().to_numpy(dtype=float),
        precipitation=weather.precipitation.sum(axis=0, dtype=float) / years,
        shortwave=weather.shortwave.mean(axis=0, dtype=float),
        vpd=weather.vpd.mean(axis=0, dtype=float),
    )
