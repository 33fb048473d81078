"""Root biomass, soil, plant functional types, growth curves and CARDAMOM: fields that do not change with time."""

from __future__ import annotations

import netCDF4
import numpy as np
import pytest
from product_writers import axes, grid_file, netcdf, pattern

from diffdalec.readers.products import PRODUCTS
from diffdalec.readers.products.gsde_soil import LAYER_BOTTOMS

ROOTS, SOIL, PFT = (PRODUCTS[name] for name in ("root_biomass", "gsde_soil", "pft"))
GROWTH, CARDAMOM = PRODUCTS["growth_curves"], PRODUCTS["cardamom_2016"]
BOX = (60.0, 61.0, 21.0, 22.0)


def field(low, high, dtype="f4"):
    return lambda latitude, longitude: pattern(latitude, longitude, None, low, high).astype(dtype)


def roots(folder, name, variable, low, high, **changes):
    def made(latitude, longitude):
        values = field(low, high)(latitude, longitude)
        values[0, 0] = np.nan
        return values

    path, dims = folder / f"pergridarea_{name}.nc", ("LAT", "LON")
    return grid_file(path, variable, made, 1 / 120, dims=dims, box=BOX, **changes)


@pytest.mark.parametrize("descending", [True, False])
def test_roots_and_shoots_come_from_their_own_files(tmp_path, refused, descending):
    roots(tmp_path, "bgb", "AROOT", 5.0, 40.0, descending=descending)
    refused(ROOTS.find, tmp_path, words=["no file", "aboveground_biomass"])
    roots(tmp_path, "agb", "whatever", 20.0, 150.0, descending=descending)
    shoots, below = ROOTS.find(tmp_path)
    assert (shoots.variables, below.variables) == (("aboveground_biomass",), ("belowground_biomass",))
    found = ROOTS.read(below, (60.25, 60.5))["belowground_biomass"]
    assert found.shape == (30, 120)
    np.testing.assert_allclose(found, pattern(found["latitude"], found["longitude"], None, 5.0, 40.0), rtol=1e-4)
    assert float(ROOTS.read(shoots)["aboveground_biomass"].max()) > 80.0
    assert int(np.isnan(ROOTS.read(shoots)["aboveground_biomass"]).sum()) == 1


def soil(folder, name, low, high, dtype, *, fill, layers=4, variable=None, **changes):
    latitude, longitude = axes(1 / 120, descending=True, box=(60.0, 60.5, 21.0, 21.5))
    numbers = np.rint(pattern(latitude, longitude, np.arange(layers), low, high)).astype(dtype)
    numbers[:, 0, 0] = fill
    coordinates = {
        "depth": (np.arange(layers, dtype="f4"), {}), "lat": (latitude, {}), "lon": (longitude, {}),
    }  # fmt: skip
    path, dims = folder / f"{name}.nc", ("depth", "lat", "lon")
    return netcdf(path, variable or name[:-1], numbers, dims, coordinates, **changes)


@pytest.mark.parametrize(
    ("ours", "stem", "low", "high", "dtype", "fill", "scale"),
    [
        ("clay", "CLAY", 5, 60, "i1", -100, 1.0),
        ("ph", "PHH2O", 40, 80, "i1", -100, 0.1),
        ("bulk_density", "BD", 80, 160, "i2", -999, 0.01),
        ("organic_carbon", "OC", 50, 3000, "i2", -999, 0.01),
        ("total_nitrogen", "TN", 5, 300, "i2", -999, 0.01),
    ],
)
def test_soil_layers_come_scaled_with_their_depths(tmp_path, ours, stem, low, high, dtype, fill, scale):
    soil(tmp_path, f"{stem}1", low, high, dtype, fill=fill)
    soil(tmp_path, f"{stem}2", low, high, dtype, fill=fill, variable=f"{stem}2")
    upper, lower = SOIL.find(tmp_path)
    assert upper.variables == lower.variables == (ours,)
    assert SOIL.check(upper).latitude.size == 60
    found = SOIL.read(upper, (60.1, 60.2), (21.1, 21.2))
    np.testing.assert_allclose(found["layer_bottom"], LAYER_BOTTOMS[:4])
    np.testing.assert_allclose(SOIL.read(lower)["layer_bottom"], LAYER_BOTTOMS[4:])
    truth = pattern(found["latitude"], found["longitude"], np.arange(4), low, high) * scale
    np.testing.assert_allclose(found[ours], truth, atol=0.51 * scale)
    missing = np.isnan(SOIL.read(upper)[ours])
    assert int(missing.sum()) == 4 and bool(missing[:, -1, 0].all())


def test_the_files_own_scale_of_soil_takes_over(tmp_path):
    soil(tmp_path, "BD1", 80, 160, "i2", fill=-999, attributes={"scale_factor": 0.001, "add_offset": 1.0})
    found = SOIL.read(SOIL.find(tmp_path)[0])["bulk_density"]
    assert float(found.min()) >= 1.08 and float(found.max()) <= 1.16


def test_soil_without_its_upper_layers_or_with_others_is_refused(tmp_path, refused):
    soil(tmp_path, "CLAY2", 5, 60, "i1", fill=-100)
    refused(SOIL.find, tmp_path, words=["CLAY2.nc", "lacks the upper four layers"])
    path = soil(tmp_path, "CLAY1", 5, 60, "i1", fill=-100, layers=8)
    upper = SOIL.find(tmp_path)[0]
    refused(SOIL.check, upper, words=[path.name, "8 layers"])
    refused(SOIL.find, tmp_path, wanted=("clay", "ph"), words=["no file", "ph"])
    soil(tmp_path, "CLAY1", -90, 60, "i1", fill=-100)
    refused(SOIL.read, upper, words=[path.name, "CLAY has values from -", "clay, 0 to 100"])


def pft(folder, year, *, types=15, resolution=0.25, dims=("time_counter", "veget", "lat", "lon"), scale=1.0):
    latitude, longitude = axes(resolution, descending=True)
    shares = np.stack([pattern(latitude, longitude, None, 0.01 * at, 0.01 * at + 0.05) for at in range(types)])
    shares = (scale * shares).astype("f4")
    shares[:, 0, 0] = 1e20
    values = shares[None] if len(dims) == 4 else shares
    coordinates = {"lat": (latitude, {}), "lon": (longitude, {})}
    return netcdf(folder / f"PFTmap_{year}.nc", "maxvegetfrac", values, dims, coordinates, fill=np.float32(1e20))


@pytest.mark.parametrize("dims", [("time_counter", "veget", "lat", "lon"), ("veget", "lat", "lon")])
@pytest.mark.parametrize("resolution", [0.25, 0.05])
def test_three_forest_types_of_fifteen(tmp_path, dims, resolution):
    pft(tmp_path, 2003, dims=dims, resolution=resolution)
    (file,) = PFT.find(tmp_path)
    assert file.year == 2003 and PFT.check(file).resolution == resolution
    found = PFT.read(file, (61.0, 62.0))
    place = (found["latitude"], found["longitude"], None)
    for name, at in (
        ("evergreen_needleleaf_fraction", 6), ("deciduous_broadleaf_fraction", 7), ("deciduous_needleleaf_fraction", 8),
    ):  # fmt: skip
        np.testing.assert_allclose(found[name], pattern(*place, 0.01 * at, 0.01 * at + 0.05), rtol=1e-5)
    assert int(np.isnan(PFT.read(file)["deciduous_needleleaf_fraction"]).sum()) == 1


def test_years_of_types_and_other_numbers_of_them(tmp_path, refused):
    for year in (2001, 2002):
        pft(tmp_path, year)
    assert [file.year for file in PFT.find(tmp_path)] == [2001, 2002]
    refused(PFT.find, tmp_path, years=range(2001, 2004), words=["pft", "of 2003"])
    path = pft(tmp_path, 2001, types=13)
    refused(PFT.check, PFT.find(tmp_path)[0], words=[path.name, "13 types", "15"])
    pft(tmp_path, 2001, scale=100.0)
    refused(PFT.read, PFT.find(tmp_path)[0], words=[path.name, "maxvegetfrac[6]", "0 to 1"])


def growth(path, names, **changes):
    latitude, longitude = axes(0.5, descending=True)
    ranges = {"biomass_curve_maximum": (50, 200), "biomass_curve_rate": (0.01, 0.05), "biomass_curve_shape": (1, 4)}
    fields = {theirs: pattern(latitude, longitude, None, *ranges[ours]) for ours, theirs in names.items()}
    first, *others = fields
    coordinates = {"lat": (latitude, {}), "lon": (longitude, {})}
    extra = {name: fields[name] for name in others}
    return netcdf(path, first, fields[first], ("lat", "lon"), coordinates, extra=extra, **changes)


def test_growth_curves_under_the_names_of_the_study_in_one_file_or_three(tmp_path, refused):
    names = {"biomass_curve_maximum": "A", "biomass_curve_rate": "rate", "biomass_curve_shape": "p"}
    growth(tmp_path / "curves.nc", names)
    refused(GROWTH.find, tmp_path, words=["growth_curves", "AGBmax", "biomass_curve_maximum"])
    (file,) = GROWTH.find(tmp_path / "curves.nc", variables=names)
    assert file.variables == tuple(names) and GROWTH.check(file).resolution == 0.5
    found = GROWTH.read(file, (61.0, 62.0))
    assert set(found.data_vars) == set(names) and found["biomass_curve_rate"].attrs["units"] == "yr-1"
    place = (found["latitude"], found["longitude"], None)
    np.testing.assert_allclose(found["biomass_curve_maximum"], pattern(*place, 50, 200), rtol=1e-5)
    (tmp_path / "curves.nc").unlink()
    for ours, theirs in names.items():
        growth(tmp_path / f"{theirs}.nc", {ours: theirs})
    assert [file.variables for file in GROWTH.find(tmp_path, variables=names)] == [(ours,) for ours in sorted(names)]
    growth(tmp_path / "again.nc", {"biomass_curve_shape": "p"})
    refused(GROWTH.find, tmp_path, variables=names, words=["again.nc", "p.nc", "hold the same biomass_curve_shape"])


def cardamom(folder, code, values, **changes):
    def made(latitude, longitude):
        found = values(latitude, longitude)
        found[:, :3] = 0.0
        return found

    layers = {"Median": np.ones((10, 10)), "Standard_Deviation": np.ones((10, 10))}
    return grid_file(
        folder / f"CARDAMOM_2001_2010_{code}.nc", "Mean", made, 1.0, dims=("latitude", "longitude"),
        box=(55.0, 65.0, 18.0, 28.0), extra=layers, **changes,
    )  # fmt: skip


def test_cardamoms_ocean_is_missing_and_its_statistic_is_chosen(tmp_path, refused):
    cardamom(tmp_path, "RT_WOO", field(20.0, 60.0))
    cardamom(tmp_path, "AF_WOO", field(0.2, 0.5))
    cardamom(tmp_path, "FL_RHE", field(0.2, 0.5))
    wood, residence = CARDAMOM.find(tmp_path)
    assert wood.variables == ("cardamom_2016_allocation_wood",)
    found = CARDAMOM.read(residence)["cardamom_2016_wood_residence_time"]
    assert found.shape == (10, 10) and found.attrs["units"] == "yr"
    assert np.isnan(found[:, :3]).all() and np.isfinite(found[:, 3:]).all()
    land = found[:, 3:]
    np.testing.assert_allclose(land, pattern(land["latitude"], land["longitude"], None, 20, 60), rtol=1e-5)
    (_, median) = CARDAMOM.find(tmp_path, variable="Median")
    assert float(CARDAMOM.read(median)["cardamom_2016_wood_residence_time"].max()) == 1.0
    renamed = CARDAMOM.find(tmp_path, variables={"cardamom_2016_allocation_leaf": "FL_RHE"})
    assert ("cardamom_2016_allocation_leaf",) in {file.variables for file in renamed}
    refused(CARDAMOM.find, tmp_path, wanted=("cardamom_2016_lcma",), words=["cardamom_2016_lcma"])


def test_a_variable_on_swapped_dimensions_is_put_right(tmp_path):
    path = tmp_path / "CARDAMOM_2001_2010_LCMA.nc"
    latitude, longitude = axes(1.0, box=(55.0, 65.0, 18.0, 28.0))
    with netCDF4.Dataset(path, "w") as file:
        for name, values in (("longitude", longitude), ("latitude", latitude)):
            file.createDimension(name, values.size)
            file.createVariable(name, "f8", (name,))[:] = values
        file.createVariable("Mean", "f8", ("longitude", "latitude"))[:] = pattern(latitude, longitude, None, 40, 120).T
    found = CARDAMOM.read(CARDAMOM.find(tmp_path)[0], (60.0, 62.0))["cardamom_2016_lcma"]
    np.testing.assert_allclose(found, pattern(found["latitude"], found["longitude"], None, 40, 120), rtol=1e-6)
