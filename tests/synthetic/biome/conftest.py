"""A domain and its weather, made once for the tests of this folder; no model is run here."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diffdalec.synthetic.biome.biome import Biome
from diffdalec.synthetic.biome.climate import Climate, climate_normals
from diffdalec.synthetic.biome.domain import Domain, compact_domain
from diffdalec.synthetic.biome.environment import ClimateStatistics, Land, climate_statistics, land_fields
from diffdalec.synthetic.biome.fields import Coherence, extent_of
from diffdalec.synthetic.biome.landscape import draw_landscape
from diffdalec.synthetic.biome.weather import Weather, daily_weather

SEED = 3
YEARS = (1985, 2020)
BIOME_CELLS = 6


@pytest.fixture(scope="session")
def domain() -> Domain:
    return compact_domain(12)


@pytest.fixture(scope="session")
def coherence(domain) -> Coherence:
    return Coherence(domain.place, extent_of(domain.place), 12.0, own=0.1)


@pytest.fixture(scope="session")
def normals(domain) -> Climate:
    return climate_normals(domain, SEED)


@pytest.fixture(scope="session")
def land(domain) -> Land:
    return land_fields(domain, SEED)


@pytest.fixture(scope="session")
def weather(domain, normals, coherence) -> Weather:
    return daily_weather(normals, coherence, domain.cell, YEARS, SEED)


@pytest.fixture(scope="session")
def statistics(weather):
    return climate_statistics(weather)


@pytest.fixture
def summer(weather) -> np.ndarray:
    return np.isin(weather.time.month, [6, 7, 8])


@pytest.fixture
def winter(weather) -> np.ndarray:
    return np.isin(weather.time.month, [12, 1, 2])


@pytest.fixture(scope="session")
def biome() -> Biome:
    """A biome of one leap year whose forests are given by hand."""
    domain = compact_domain(BIOME_CELLS)
    time = pd.date_range("2004-01-01", "2004-12-31", freq="D")
    days = len(time)
    season = (1.0 - np.cos(2 * np.pi * np.arange(days) / days))[:, None].astype(np.float32)
    one = np.ones((days, BIOME_CELLS), dtype=np.float32)
    forcing = {
        "tmin": 20.0 * season - 35.0, "tmax": 20.0 * season - 22.0, "shortwave": 10.0 * season, "vpd": 3.0 * season,
        "precipitation": one, "pressure": 990.0 * one,
    }  # fmt: skip
    cloud = np.random.default_rng(0).standard_normal((days, BIOME_CELLS))
    seen = {"gpp": 4.0 * season, "et": season, "potential_evaporation": 2.0 * season, "cloud": cloud}
    seen |= {"reco": 2.0 * np.ones((37, BIOME_CELLS), np.float32), "lai": 2.5 * np.ones((46, BIOME_CELLS), np.float32)}
    statistics = dict(
        temperature=-2.0, coldest_month=-20.0, warmest_month=16.0, precipitation=450.0, shortwave=9.0, vpd=2.5
    )
    land = land_fields(domain, 0)
    growth = 100.0 * (1.0 - np.exp(-0.03 * np.arange(1, 181)))[:, None] ** 1.5 * np.linspace(0.8, 1.2, BIOME_CELLS)
    return Biome(
        domain=domain,
        seed=0,
        time=time,
        observed=time,
        land=land,
        climate=ClimateStatistics(**{k: np.full(BIOME_CELLS, v) for k, v in statistics.items()}),
        landscape=draw_landscape(domain, np.full(BIOME_CELLS, 100.0), land.trees, 0),
        forcing={name: np.broadcast_to(v, (days, BIOME_CELLS)).astype(np.float32) for name, v in forcing.items()},
        seen={name: np.broadcast_to(v, (v.shape[0], BIOME_CELLS)).astype(np.float32) for name, v in seen.items()},
        relative=dict.fromkeys(("gpp", "reco", "et", "lai"), growth / growth[-1]),
        biomass=growth,
        root_shoot=np.full(BIOME_CELLS, 0.3),
        allocation={part: np.full(BIOME_CELLS, share) for part, share in (("leaf", 0.3), ("wood", 0.4), ("root", 0.3))},
    )
