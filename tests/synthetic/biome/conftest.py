"""A domain and its weather, made once for the tests of this folder; no model is run here."""

from __future__ import annotations

import numpy as np
import pytest

from diffdalec.synthetic.biome.climate import Climate, climate_normals
from diffdalec.synthetic.biome.domain import Domain, compact_domain
from diffdalec.synthetic.biome.environment import Land, climate_statistics, land_fields
from diffdalec.synthetic.biome.fields import Coherence, extent_of
from diffdalec.synthetic.biome.weather import Weather, daily_weather

SEED = 3
YEARS = (1985, 2020)


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
