"""On the synthetic biome's own traits: are the drivers found that its forests truly have?

Climate, soils and traits of the biome are made without products and calibrations; in it almost all of climate follows
continentality, so that the temperature of the coldest month is hard to tell from the other temperatures.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import xarray as xr

from diffdalec.analysis.attribution import AttributionSettings, attribute_trait, check_predictors, take_sample
from diffdalec.analysis.attribution.sentences import ALIKE
from diffdalec.harmonise.climate import climate_predictors
from diffdalec.synthetic.biome.climate import climate_normals
from diffdalec.synthetic.biome.domain import compact_domain
from diffdalec.synthetic.biome.environment import climate_statistics, land_fields
from diffdalec.synthetic.biome.fields import Coherence, extent_of
from diffdalec.synthetic.biome.traits import THRESHOLD, Scatter, true_traits
from diffdalec.synthetic.biome.weather import daily_weather

SEED = 3
SOILS = ("bulk_density", "clay", "ph", "carbon_nitrogen_ratio")
FORESTS = ("evergreen_needleleaf", "deciduous_broadleaf", "deciduous_needleleaf")
TRAITS = ("leaf_lifespan", "wood_turnover", "root_turnover", "allocation_leaf", "allocation_wood")


def biome_tables(cells: int) -> tuple[xr.Dataset, xr.Dataset, xr.Dataset]:
    """Predictors, true traits, and what traits would be without scatter, (cell,)."""
    domain = compact_domain(cells)
    normals, land = climate_normals(domain, SEED), land_fields(domain, SEED)
    coherence = Coherence(domain.place, extent_of(domain.place), 12.0, own=0.1)
    weather = daily_weather(normals, coherence, domain.cell, (2001, 2003), SEED)
    names = ("tmin", "tmax", "shortwave", "vpd", "precipitation")
    series = {name: (("time", "cell"), getattr(weather, name)) for name in names}
    predictors = climate_predictors(xr.Dataset(series, {"time": weather.time, "cell": domain.cell}))
    own = {name: getattr(land, name) for name in SOILS} | {f"{name}_fraction": getattr(land, name) for name in FORESTS}
    own |= {"latitude": domain.latitude, "longitude": domain.longitude}
    predictors = predictors.assign({name: ("cell", values) for name, values in own.items()})
    statistics = climate_statistics(weather)
    drawn = [
        true_traits(statistics, land, Scatter(SEED, domain.cell)),
        true_traits(statistics, land, lambda name: np.zeros(domain.cell.size)),
    ]
    made = [
        xr.Dataset({n: ("cell", getattr(traits, n)) for n in TRAITS}, {"cell": domain.cell}).assign(
            allocation_root=("cell", 1.0 - traits.allocation_leaf - traits.allocation_wood)
        )
        for traits in drawn
    ]
    return predictors, made[0], made[1]


def attributed(tables, trait: str, settings: AttributionSettings) -> tuple[xr.Dataset, float]:
    """The attribution of a true trait, and the R² that its scatter allows."""
    predictors, traits, expected = tables
    checked = check_predictors(predictors, "biome")
    counted = traits[trait].notnull()
    sample = take_sample(trait, "truth", traits[trait], counted, checked, settings)
    known = take_sample(trait, "truth", expected[trait], counted, checked, settings)
    scatter = float(np.mean((sample.response - known.response) ** 2))
    return attribute_trait(sample, settings), 1.0 - scatter / float(sample.response.var())


@pytest.fixture(scope="module")
def tables():
    return biome_tables(500)


@pytest.fixture(scope="module")
def wood(tables):
    settings = AttributionSettings(repeats=1, candidates=((4, 20),), inner_folds=2, iterations=40, learning_rate=0.2)
    return attributed(tables, "wood_turnover", settings)


def test_wood_turnover_bends_where_the_coldest_month_is_twenty_below(wood):
    ds, _ = wood
    first = ds["share"].idxmax("predictor").item()
    cold = ds.sel(predictor="coldest_month_temperature")
    assert cold["cluster"] == ds["cluster"].sel(predictor=first)
    assert abs(cold["breakpoint"].item() - THRESHOLD) < 2.0
    assert cold["breakpoint_low"].item() > THRESHOLD - 4.0 and cold["breakpoint_high"].item() < THRESHOLD + 4.0
    assert cold["breakpoint_p_holm"].item() < 0.05
    # The annual mean, which follows it to 0.99, may fit as well, but nothing fits better.
    assert cold["breakpoint_r2_segmented"].item() > ds["breakpoint_r2_segmented"].max().item() - ALIKE


def test_its_other_driver_is_found(wood):
    ds, _ = wood
    soil = ds["share"].where(ds["predictor"].isin(SOILS), drop=True)
    assert soil.idxmax("predictor").item() == "ph"
    assert ds["family_share"].idxmax("family").item() == "climate"


def test_skill_stays_below_what_the_truth_allows(wood):
    ds, allowed = wood
    assert ds["status"].item() == "explained"
    assert 0.5 * allowed < ds["r2"].sel(scheme="blocked").item() < allowed
    assert ds["r2"].sel(scheme="random").item() < allowed + 0.02


@pytest.mark.slow
def test_a_table_of_a_biome(tmp_path):
    """5,000 cells with the settings as they are, all six traits."""
    tables = biome_tables(5000)
    for trait in (*TRAITS, "allocation_root"):
        ds, allowed = attributed(tables, trait, dataclasses.replace(AttributionSettings(), seed=1))
        assert ds["r2"].sel(scheme="blocked").item() < allowed, trait
        assert ds["additivity_error"].item() < 1e-6
        if trait == "wood_turnover":
            cold = ds.sel(predictor="coldest_month_temperature")
            assert abs(cold["breakpoint"].item() - THRESHOLD) < 2.0
