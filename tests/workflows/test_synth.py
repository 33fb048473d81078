"""Does a synthetic biome live, can every product be read by its reader, and does the seed alone decide?"""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import xarray as xr

from diffdalec.errors import InputError
from diffdalec.harmonise.growth_curve import DRY_MATTER, GrowthCurve
from diffdalec.model import INITIAL_POOLS, PARAMETERS
from diffdalec.readers.products import PRODUCTS
from diffdalec.study import load_study
from diffdalec.variables import PREDICTORS, TRAITS
from diffdalec.workflows.synth import synthesise

CELLS, YEARS, OBSERVED = 6, (2015, 2018), (2016, 2018)


def _made(folder, seed=4, years=YEARS, observed=OBSERVED):
    return synthesise(folder, cells=CELLS, seed=seed, years=years, observations=observed)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return load_study(_made(tmp_path_factory.mktemp("biome")))


@pytest.fixture(scope="module")
def truth(study):
    return xr.open_zarr(study.archive.parent / "truth.zarr", consolidated=False).load()


def test_every_forest_lives_and_grows(truth):
    """107 years and more from almost bare ground: alive, growing, and no giant."""
    biomass = truth["total_biomass"].transpose("age", "cell")
    assert truth.sizes["age"] >= 100 and truth.sizes["cell"] == CELLS
    at = biomass.sel(age=100) / 50.0
    assert np.all((at > 45.0) & (at < 450.0))
    assert np.all(biomass.sel(age=50) > 2.0 * biomass.sel(age=10))
    living = sum(truth[name] for name in ("labile", "foliar", "root", "wood"))
    assert np.all(living < 600.0)


def test_truth_has_the_names_of_the_store(truth):
    assert set(PARAMETERS) | set(INITIAL_POOLS) | set(TRAITS) <= set(truth.data_vars)
    assert {"coldest_month_temperature", "mean_vpd", "evergreen_needleleaf_fraction"} <= set(PREDICTORS) & set(truth)
    for rows in (PARAMETERS, INITIAL_POOLS):
        for name, row in rows.items():
            assert np.all((truth[name] >= row.lower) & (truth[name] <= row.upper)), name
    assert truth["coldest_month_temperature"].max() > -16 and truth["coldest_month_temperature"].min() < -28


def test_every_product_is_read_by_its_reader(study, truth):
    years = range(OBSERVED[0], OBSERVED[1] + 1)
    latitudes, longitudes = study.domain.latitude, study.domain.longitude
    for name, settings in study.products.items():
        product = PRODUCTS[name]
        given = {"variables": settings.variables} if settings.variables else {}
        files = product.find(study.location(name), years=years, **given)
        assert files, name
        header = product.check(files[0])
        assert name == "co2" or header.latitude.size > 0
        found = product.read(files[0], latitudes, longitudes)
        for variable, values in found.data_vars.items():
            if files[0].year is None or files[0].start.month in (1, 6):
                assert np.isfinite(values).any() or name == "fluxsat", (name, variable)


def test_the_reanalysis_has_the_climate_of_the_truth(study, truth):
    product = PRODUCTS["cru_jra"]
    files = product.find(study.location("cru_jra"), years=range(YEARS[0], YEARS[1] + 1), wanted=["air_temperature"])
    values = [product.read(file)["air_temperature"].mean("time") for file in files]
    mean = xr.concat(values, "year").mean("year")
    for cell in range(CELLS):
        here = mean.sel(latitude=truth["latitude"][cell], longitude=truth["longitude"][cell])
        assert abs(float(here - truth["mean_annual_temperature"][cell])) < 1.8


def test_curves_are_near_the_truth_but_not_the_truth(study, truth):
    product = PRODUCTS["growth_curves"]
    (file,) = product.find(study.location("growth_curves"), variables=study.products["growth_curves"].variables)
    curves = product.read(file)
    ratios = []
    for cell in range(CELLS):
        here = curves.sel(latitude=truth["latitude"][cell], longitude=truth["longitude"][cell])
        curve = GrowthCurve(*(float(here[f"biomass_curve_{n}"]) for n in ("maximum", "rate", "shape")), unit=DRY_MATTER)
        true = truth["total_biomass"].isel(cell=cell).sel(age=80) / 50.0 / (1.0 + truth["root_shoot"][cell])
        ratios.append(float(curve(80.0) / true))
    assert np.all((np.array(ratios) > 0.6) & (np.array(ratios) < 1.6)) and np.std(ratios) > 0.005


def test_the_seed_alone_decides(study, truth, tmp_path):
    again = load_study(_made(tmp_path / "again"))
    same = xr.open_zarr(tmp_path / "again" / "truth.zarr", consolidated=False).load()
    for name in truth.data_vars:
        np.testing.assert_array_equal(truth[name], same[name], err_msg=name)
    for path in sorted(study.archive.rglob("*.csv")) + sorted(study.archive.rglob("*.txt")):
        assert path.read_bytes() == (again.archive / path.relative_to(study.archive)).read_bytes()
    product = PRODUCTS["fluxsat"]
    first, second = (
        product.read(product.find(s.location("fluxsat"), years=range(2017, 2018))[5])["gpp"].values
        for s in (study, again)
    )
    np.testing.assert_array_equal(first, second)
    other = load_study(_made(tmp_path / "other", seed=5))
    different = xr.open_zarr(other.archive.parent / "truth.zarr", consolidated=False).load()
    assert np.all(different["wood_turnover"] != truth["wood_turnover"])
    shutil.rmtree(tmp_path / "other")


def test_nothing_is_left_behind_or_overwritten(study):
    folder = study.archive.parent
    assert {p.name for p in folder.iterdir()} == {"archive", "truth.zarr", "study.yaml"}
    with pytest.raises(InputError, match="holds archive already"):
        _made(folder)


@pytest.mark.parametrize("observed", [(2014, 2016), (2016, 2016), (2016, 2019)])
def test_years_that_no_study_can_use_are_refused(tmp_path, observed):
    with pytest.raises(InputError, match="within the forcing's"):
        _made(tmp_path / "new", observed=observed)
    assert not (tmp_path / "new" / "archive").exists()
