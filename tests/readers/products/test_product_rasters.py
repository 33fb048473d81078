"""ESA CCI Biomass in tiles named by their north-west corner or merged, and CUE on whatever grid it comes."""

from __future__ import annotations

import numpy as np
import pytest
from product_writers import axes, geotiff, grid_file, netcdf, pattern

from diffdalec.readers.products import PRODUCTS
from diffdalec.readers.products.esa_cci_biomass import corner_of_tile

CCI, CUE = PRODUCTS["esa_cci_biomass"], PRODUCTS["cue"]
PIXEL = 1 / 1125
NAME = "{}_ESACCI-BIOMASS-L4-AGB{}-MERGED-100m-2020-fv4.0.tif"


def tile(folder, corner="N62E021", *, north=62.0, west=21.0, shape=(180, 240), sd=False, numbers=None, **profile):
    latitude = north - (np.arange(shape[0]) + 0.5) * PIXEL
    longitude = west + (np.arange(shape[1]) + 0.5) * PIXEL
    if numbers is None:
        numbers = np.rint(pattern(latitude * 9, longitude * 9, None, 0, 300)).astype("u2")
        numbers[5, 7] = 0
    return geotiff(folder / NAME.format(corner, "_SD" if sd else ""), numbers, west, north, PIXEL, **profile)


def test_a_tile_lies_south_and_east_of_its_name(tmp_path, refused):
    path = tile(tmp_path)
    (file,) = CCI.find(tmp_path)
    header = CCI.check(file)
    assert header.latitude[-1] == pytest.approx(62.0 - PIXEL / 2, abs=1e-9)
    assert header.longitude[0] == pytest.approx(21.0 + PIXEL / 2, abs=1e-9)
    assert header.resolution == PIXEL
    path.rename(tmp_path / NAME.format("N52E021", ""))  # as if named by the south-west corner
    refused(CCI.check, CCI.find(tmp_path)[0], words=["N52E021", "61.84", "the corner in its name"])


def test_the_window_of_a_tile_in_our_order_zero_stays_zero(tmp_path):
    tile(tmp_path, nodata=0)
    (file,) = CCI.find(tmp_path)
    everything = CCI.read(file)["aboveground_biomass"]
    assert everything.dtype == np.float32 and not np.isnan(everything).any()
    assert float(everything[-6, 7]) == 0.0
    truth = pattern(everything["latitude"] * 9, everything["longitude"] * 9, None, 0, 300)
    assert np.sort(np.abs(everything - truth).values.ravel())[-2] < 0.51
    part = CCI.read(file, (61.9, 61.95), (21.05, 21.1))["aboveground_biomass"]
    # 0.05° is 56.25 pixels: 61.9 and 21.1 fall inside one, which overlaps and is read too.
    assert part.shape == (57, 57)
    assert CCI.read(file, (70.0, 75.0))["aboveground_biomass"].shape == (0, 240)
    np.testing.assert_array_equal(part, everything.sel(latitude=part["latitude"], longitude=part["longitude"]))


def test_tiles_of_all_hemispheres_are_kept_apart_and_the_spread_is_optional(tmp_path, refused):
    tile(tmp_path, "N62E021")
    tile(tmp_path, "N62W001", west=-1.0)
    tile(tmp_path, "S10W070", north=-10.0, west=-70.0)
    assert len(CCI.find(tmp_path)) == 3
    for file in CCI.find(tmp_path):
        CCI.check(file)
    refused(CCI.find, tmp_path, wanted=("aboveground_biomass_sd",), words=["no file", "aboveground_biomass_sd"])
    tile(tmp_path, "N62E021", sd=True)
    spread = CCI.find(tmp_path, wanted=("aboveground_biomass_sd",))
    assert [file.variables for file in spread] == [("aboveground_biomass_sd",)]
    assert list(CCI.read(spread[0], (61.99, 62.0)).data_vars) == ["aboveground_biomass_sd"]
    refused(CCI.find, tmp_path, year=2010, words=["no map of 2010"])
    refused(CCI.find, tmp_path, years=range(2020, 2021), quality=1, words=["no setting 'quality'"])


def test_the_merged_file_as_it_is_published_has_a_time_and_a_negative_fill_value(tmp_path):
    latitude, longitude = axes(PIXEL, descending=True, box=(61.84, 62.0, 21.0, 21.2))
    values = np.rint(pattern(latitude * 9, longitude * 9, None, 0, 300)).astype("i2")[None]
    values[0, 0, 0] = -32768
    name = NAME.format("", "").strip("_").replace(".tif", ".nc")
    coordinates = {"time": (np.array([43829.0]), {}), "lat": (latitude, {}), "lon": (longitude, {})}
    netcdf(tmp_path / name, "agb", values, ("time", "lat", "lon"), coordinates, fill=np.int16(-32768))
    (file,) = CCI.find(tmp_path)
    assert CCI.check(file).latitude.size == 180
    found = CCI.read(file)["aboveground_biomass"]
    assert found.dims == ("latitude", "longitude") and np.isnan(found[-1, 0]) and int(np.isnan(found).sum()) == 1
    np.testing.assert_array_equal(found[:-1], values[0, :0:-1])


@pytest.mark.parametrize("descending", [True, False])
def test_the_merged_file_reads_like_the_tiles(tmp_path, refused, descending):
    box = (61.84, 62.0, 21.0, 21.2)

    def field(latitude, longitude):
        return np.rint(pattern(latitude * 9, longitude * 9, None, 0, 300)).astype("u2")

    name = NAME.format("", "").strip("_").replace(".tif", ".nc")
    spread = {"agb_se": np.ones((180, 225), "u2")}
    path = grid_file(tmp_path / name, "agb", field, PIXEL, box=box, descending=descending, extra=spread)
    biomass, spread = CCI.find(tmp_path)
    assert (biomass.variables, spread.variables) == (("aboveground_biomass",), ("aboveground_biomass_sd",))
    np.testing.assert_allclose(CCI.check(biomass).latitude, axes(PIXEL, box=box)[0], atol=1e-6)
    found = CCI.read(biomass, (61.9, 61.95))["aboveground_biomass"]
    np.testing.assert_array_equal(found, field(found["latitude"], found["longitude"]))
    assert float(CCI.read(spread)["aboveground_biomass_sd"].mean()) == 1.0
    tile(tmp_path)
    refused(CCI.find, tmp_path, words=["both tiles and a merged netCDF"])
    path.write_bytes(path.read_bytes()[:-2000])
    refused(CCI.find, path, words=[name, "truncated"])


def test_a_damaged_projected_or_coarser_tile_is_refused(tmp_path, refused):
    path = tile(tmp_path)
    (file,) = CCI.find(tmp_path)
    whole = path.read_bytes()
    for share in (0.0, 0.3, 0.95):
        path.write_bytes(whole[: int(share * len(whole))])
        for call in (CCI.check, CCI.read):
            refused(call, file, words=[path.name, "GeoTIFF"])
    tile(tmp_path, crs="EPSG:3035")
    refused(CCI.check, file, words=[path.name, "EPSG:3035", "latitude and longitude"])
    geotiff(path, np.ones((20, 20), "u2"), 21.0, 62.0, 0.01)
    refused(CCI.check, file, words=[path.name, "spacing of 0.01", "0.000888889"])
    tile(tmp_path, numbers=np.full((180, 240), 60000, "u2"))
    refused(CCI.read, file, words=[path.name, "aboveground_biomass", "Mg ha-1"])


def test_65535_is_missing(tmp_path):
    numbers = np.full((180, 240), 80, "u2")
    numbers[0, 0] = 65535
    tile(tmp_path, numbers=numbers)
    assert int(np.isnan(CCI.read(CCI.find(tmp_path)[0])["aboveground_biomass"]).sum()) == 1


def test_cue_as_a_raster_and_as_netcdf(tmp_path, refused):
    latitude, longitude = axes(0.25)
    field = pattern(latitude[::-1], longitude, None, 0.3, 0.7).astype("f4")
    field[0, 0] = -9999.0
    path = geotiff(tmp_path / "CUE.tif", field, 21.0, 63.0, 0.25, nodata=-9999.0)
    (file,) = CUE.find(tmp_path)
    assert CUE.check(file).resolution == 0.25
    found = CUE.read(file, (61.0, 63.0))["carbon_use_efficiency"]
    truth = pattern(latitude[4:], longitude, None, 0.3, 0.7)
    truth[-1, 0] = np.nan
    np.testing.assert_allclose(found, truth, rtol=1e-5)
    path.unlink()
    grid_file(tmp_path / "cue.nc", "CUE", lambda *at: pattern(*at, None, 0.3, 0.7), 0.1, descending=True)
    (file,) = CUE.find(tmp_path)
    assert CUE.read(file, (61.0, 61.5))["carbon_use_efficiency"].shape == (5, 30)
    grid_file(
        tmp_path / "cue.nc", "CUE", lambda *at: pattern(*at, None, 0.3, 0.7), 0.1, extra={"NPP": np.ones((30, 30))}
    )
    refused(CUE.check, file, words=["cue.nc", "2 variables", "CUE", "NPP", "carbon_use_efficiency"])
    assert CUE.check(CUE.find(tmp_path, variable="CUE")[0]).resolution == pytest.approx(0.1)
    percent = CUE.find(tmp_path, variable="NPP")[0]
    grid_file(tmp_path / "cue.nc", "NPP", lambda *at: pattern(*at, None, 30, 70), 0.1)
    refused(CUE.read, percent, words=["cue.nc", "0 to 1"])


def test_without_the_library_the_extra_is_named(tmp_path, refused, monkeypatch):
    import sys

    tile(tmp_path)
    (file,) = CCI.find(tmp_path)
    monkeypatch.setitem(sys.modules, "rasterio", None)
    refused(CCI.check, file, words=["needs the library rasterio", 'pip install "diffdalec[products]"'])


@pytest.mark.parametrize(
    ("latitude", "longitude", "corner"),
    [(59.75, 10.25, "N60E010"), (60.25, -0.25, "N70W010"), (0.25, 0.25, "N10E000"), (-0.25, 179.75, "N00E170"),
     (-10.25, -179.75, "S10W180")],
)  # fmt: skip
def test_the_tile_of_a_place_is_named_by_its_corner(latitude, longitude, corner):
    assert corner_of_tile(latitude, longitude) == corner
