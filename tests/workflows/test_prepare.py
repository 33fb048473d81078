"""``prepare`` from files to cell set: numbers by hand, what is wrong told at once, restarts, partial archives."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import rasterio
import xarray as xr
from small_archive import SOUTH, WEST, evaporation, is_mature, temperature, write_archive

from diffdalec.errors import InputError
from diffdalec.grid import cell_centre, cell_id
from diffdalec.harmonise.humidity import vapour_pressure_deficit
from diffdalec.study import load_study
from diffdalec.workflows.prepare import prepare


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    """The folder of the small archive and its study file, with a cell set in ``out``."""
    folder = tmp_path_factory.mktemp("small")
    prepare(load_study(write_archive(folder)))
    return folder


@pytest.fixture(scope="module")
def cells(archive) -> xr.Dataset:
    return xr.open_zarr(archive / "out" / "cells.zarr", consolidated=False, chunks=None).load()


@pytest.fixture
def copy(archive, tmp_path) -> Path:
    """A copy of the archive and of what was made of it, to be spoilt."""
    shutil.copytree(archive, tmp_path / "copy")
    return tmp_path / "copy"


def test_the_cells_are_those_with_a_growth_curve(cells):
    everywhere = {cell_id(SOUTH + 0.25 + 0.5 * i, WEST + 0.25 + 0.5 * j).item() for i in range(2) for j in range(4)}
    assert set(cells["cell"].values.tolist()) == everywhere - {cell_id(SOUTH + 0.25, WEST + 0.25).item()}
    np.testing.assert_allclose(cells["latitude"], cell_centre(cells["cell"].values)[0])
    np.testing.assert_allclose(cells["biomass_curve_maximum"], 150.0)


def test_days_of_meteorology_by_hand(cells):
    one = cells.isel(cell=2)
    steps = temperature(2003).ravel().reshape(365, 4)
    of_2003 = one.sel(time="2003")
    np.testing.assert_allclose(of_2003["tmin"], steps.min(1), atol=1e-4)
    np.testing.assert_allclose(of_2003["tmax"], steps.max(1), atol=1e-4)
    np.testing.assert_allclose(of_2003["vpd"], vapour_pressure_deficit(steps, 0.001, 1000.0).mean(1), rtol=1e-4)
    np.testing.assert_allclose(one["shortwave"], 10.0, rtol=1e-6)  # 4 + 6 MJ m-2 in the two light quarters
    np.testing.assert_allclose(of_2003["precipitation"].values[:4], [3, 0, 3, 0], rtol=1e-6)
    leap = one.sel(time=["2004-02-28", "2004-02-29", "2004-03-01"])["tmin"].values
    assert leap[1] == pytest.approx((leap[0] + leap[2]) / 2, abs=1e-5)
    assert json.loads(cells.attrs["repairs"])["tmin"]["filled_leap_days"] == 1
    assert cells["co2"].sel(time="2004-07-01").item() == 368.0


def test_streams_are_means_over_mature_pixels_on_their_own_dates(cells):
    np.testing.assert_allclose(cells["mature_fraction"], 0.1)
    day = cells["time"].dt.dayofyear.values
    np.testing.assert_allclose(cells["gpp"], np.broadcast_to(day / 50.0, cells["gpp"].shape), rtol=1e-5)
    composite = (day - 1) % 8 == 0
    assert np.isnan(cells["lai"].values[:, ~composite]).all()
    expected = (10 + day[composite] // 8) / 10.0
    np.testing.assert_allclose(cells["lai"].values[0, composite], expected, rtol=1e-5)
    np.testing.assert_allclose(cells["reco"].values[3], ((day - 1) // 10 + 1) / 10, rtol=1e-5)
    assert cells["reco"].attrs["windows"] == "10 days from 1 January"
    np.testing.assert_allclose(cells["evaporative_fraction"], 0.5, rtol=1e-5)


def test_evaporation_is_replicated_onto_the_pixels_before_it_is_masked(cells):
    """Independent of the code: the 0.1° field at each mature 0.05° pixel, weighted by the sines of its edges."""
    for position in (0, 4, 6):
        latitude, longitude = (float(cells[name][position]) for name in ("latitude", "longitude"))
        lat = latitude - 0.25 + (np.arange(10) + 0.5) / 20
        lon = longitude - 0.25 + (np.arange(10) + 0.5) / 20
        tenth_lat, tenth_lon = (np.floor(v * 10 + 1e-6) / 10 + 0.05 for v in (lat, lon))
        field = evaporation(tenth_lat, tenth_lon, np.arange(366))
        weight = np.sin(np.radians(lat + 0.025)) - np.sin(np.radians(lat - 0.025))
        weight = np.where(is_mature(lat, lon), weight[:, None], 0.0)
        expected = (field * weight).sum((1, 2)) / weight.sum()
        np.testing.assert_allclose(cells["et"].values[position, 365:], expected, rtol=1e-5)


def test_biomass_roots_and_priors(cells):
    # Mature pixels are 120; the quarter pixels at their edges belong to the neighbours: a little less comes out.
    agb = cells["aboveground_biomass_2020"].values
    assert (agb > 117).all() and (agb <= 120).all()
    np.testing.assert_allclose(cells["root_shoot"], 0.25, rtol=1e-6)
    np.testing.assert_allclose(cells["total_biomass_2020"], agb * 1.25 * 50, rtol=1e-5)
    np.testing.assert_allclose(cells["lcma_prior"], 500 / 8.0, rtol=1e-6)
    np.testing.assert_allclose(cells["autotrophic_fraction_prior"], 0.55, rtol=1e-6)


def test_predictors_and_references(cells):
    layers = (4.5 + 4.6 + 7.5 + 2 * 12.3) / 28.9  # stored 1, 1, 1, 2 over the four layers
    for name, top in {"clay": 20, "bulk_density": 1.2, "ph": 5.5}.items():
        np.testing.assert_allclose(cells[name], top * layers, rtol=1e-5)
    np.testing.assert_allclose(cells["carbon_nitrogen_ratio"], 20.0, rtol=1e-5)
    np.testing.assert_allclose(cells["evergreen_needleleaf_fraction"], 0.5, rtol=1e-5)  # mean of 0.4 and 0.6
    assert cells["mean_annual_temperature"].values == pytest.approx(0.05, abs=0.06)
    np.testing.assert_allclose(cells["annual_precipitation"], 3 * 183.25, rtol=0.01)
    np.testing.assert_allclose(cells["cardamom_2016_allocation_leaf"], 0.3, rtol=1e-6)  # foliar and labile
    np.testing.assert_allclose(cells["cardamom_2016_wood_residence_time"], 30.0)
    plots = cells.sel(cell=cell_id(SOUTH + 0.75, WEST + 0.25))
    assert plots["field_allocation_plots"] == 2 and plots["field_allocation_wood"] == pytest.approx(0.5)
    assert cells["field_allocation_plots"].sum() == 2


def test_the_set_tells_where_it_comes_from_and_what_is_missing(cells, archive):
    inputs = json.loads(cells.attrs["inputs"])
    assert len(inputs["glass_lai"]) == 92 and len(inputs["cru_jra"]) == 10
    name, size, digest = inputs["co2"][0]
    assert (archive / "archive" / "co2" / name).stat().st_size == size and len(digest) == 64
    assert str(archive) not in json.dumps(cells.attrs)
    for stream in ("gpp", "et", "reco", "lai", "evaporative_fraction"):
        np.testing.assert_allclose(cells[f"coverage_{stream}"], 1.0)
    assert (cells["missing"] == "").all()


def test_a_second_run_reads_nothing_and_gives_the_same(archive, monkeypatch):
    study = load_study(archive / "study.yaml")
    before = {path: path.stat().st_mtime_ns for path in (archive / "out" / "parts").rglob("part.json")}
    before[study.cell_set] = study.cell_set.stat().st_mtime_ns
    headers = []
    monkeypatch.setattr("diffdalec.workflows.prepare.sources._header", headers.append)
    assert prepare(study) == study.cell_set
    assert before == {path: path.stat().st_mtime_ns for path in before} and len(before) > 10
    assert not headers


def test_a_lost_cell_set_is_made_of_the_parts_again_the_same(copy):
    study = load_study(copy / "study.yaml")
    stored = xr.open_zarr(study.cell_set, consolidated=False).load()
    shutil.rmtree(study.cell_set)
    again = xr.open_zarr(prepare(study), consolidated=False).load()
    xr.testing.assert_equal(stored, again)
    assert {k: v for k, v in stored.attrs.items() if k != "created"} == {
        k: v for k, v in again.attrs.items() if k != "created"
    }


def test_a_check_opens_headers_afresh(copy, monkeypatch):
    opened = []
    monkeypatch.setattr(
        "diffdalec.workflows.prepare.sources._header", lambda file: opened.append(file) or [None, None, 1, []]
    )
    prepare(load_study(copy / "study.yaml"), check=True)
    assert len(opened) == 150


def test_an_input_that_changed_is_read_again_and_no_other(copy):
    study = load_study(copy / "study.yaml")
    parts = copy / "out" / "parts"
    before = {path.parent: path.stat().st_mtime_ns for path in parts.rglob("part.json")}
    file = copy / "archive" / "zeng" / "RECO_2004.nc"
    with xr.open_dataset(file) as dataset:
        changed = (dataset.load() * 2).assign_coords(doy=dataset["doy"])
    changed.to_netcdf(file)
    prepare(study)
    made = {path.parent for path in parts.rglob("part.json") if before.get(path.parent) != path.stat().st_mtime_ns}
    assert made == {parts / "zeng_reco" / "2004"}
    cells = xr.open_zarr(study.cell_set, consolidated=False)
    assert cells["reco"].sel(time="2004-01-05").values == pytest.approx(0.2)
    assert cells["reco"].sel(time="2003-01-05").values == pytest.approx(0.1)


def test_a_touched_file_is_not_read_again(copy):
    parts = copy / "out" / "parts"
    before = {path: path.stat().st_mtime_ns for path in parts.rglob("part.json")}
    for file in (copy / "archive").rglob("*.nc"):
        file.touch()
    prepare(load_study(copy / "study.yaml"))
    assert before == {path: path.stat().st_mtime_ns for path in parts.rglob("part.json")}


def test_a_setting_that_makes_numbers_makes_parts_anew(copy):
    file = copy / "study.yaml"
    file.write_text(file.read_text() + "prepare: {mature_minimum: 500}\n")
    with xr.open_zarr(prepare(load_study(file)), consolidated=False) as cells:
        assert np.isnan(cells["gpp"].values).all()
        assert all(text.startswith("no mature forest; ") for text in cells["missing"].values)
        assert "gpp" in cells["missing"].values[0] and "root_shoot" not in cells["missing"].values[0]


def test_an_interrupted_run_goes_on_where_it_stood(copy):
    study = load_study(copy / "study.yaml")
    shutil.rmtree(study.out)

    def interrupt(name: str, done: int, total: int) -> None:
        if name.startswith("GLEAM") and done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(study, progress=interrupt)
    assert not study.cell_set.exists()
    kept = {path.parent: path.stat().st_mtime_ns for path in (study.out / "parts").rglob("part.json")}
    assert study.out / "parts" / "forcing" / "2003" in kept
    prepare(study)
    for path, time in kept.items():
        assert (path / "part.json").stat().st_mtime_ns == time
    assert not list((study.out / "parts").glob("*/.*"))


def test_all_problems_of_an_archive_are_told_at_once_before_anything_is_read(copy):
    archive = copy / "archive"
    shutil.rmtree(copy / "out")
    (archive / "fluxsat" / "GPP_FluxSat_daily_v2_200307.nc4").unlink()
    whole = (archive / "gleam" / "E_2004_GLEAM_v4.2a.nc").read_bytes()
    (archive / "gleam" / "E_2004_GLEAM_v4.2a.nc").write_bytes(whole[: len(whole) // 2])
    shutil.rmtree(archive / "sla")
    with pytest.raises(InputError) as caught:
        prepare(load_study(copy / "study.yaml"), check=True)
    text = str(caught.value)
    assert "3 problems" in text
    assert "gpp of 2003-07-01" in text and "E_2004_GLEAM_v4.2a.nc" in text and "sla" in text
    assert not list((copy / "out" / "parts").rglob("part.json"))


def test_a_check_of_a_good_archive_makes_no_cell_set(copy):
    study = load_study(copy / "study.yaml")
    shutil.rmtree(study.out)
    assert prepare(study, check=True) == study.archive
    assert not study.cell_set.exists()


def test_products_that_are_needed_are_asked_for(copy):
    file = copy / "study.yaml"
    text = file.read_text()
    file.write_text(text.replace("  co2: co2\n", "").replace("  esa_cci_biomass: biomass\n", ""))
    with pytest.raises(InputError, match=r"co2: the study gives no place(?s:.*)fluxsat: is averaged over mature"):
        prepare(load_study(file))


def test_a_study_of_less_makes_a_set_of_less(copy):
    file = copy / "study.yaml"
    text = file.read_text()
    for line in ("  gleam: gleam\n", "  glass_lai: glass\n", "  sla: sla\n", "  pft: pft\n"):
        assert line in text
        text = text.replace(line, "")
    file.write_text(text)
    with xr.open_zarr(prepare(load_study(file)), consolidated=False) as cells:
        assert not {"et", "lai", "evaporative_fraction", "lcma_prior"} & set(cells.data_vars)
        assert {"gpp", "reco", "clay"} <= set(cells.data_vars)


def test_cells_without_meteorology_are_left_out_and_named(copy):
    gone = cell_id(SOUTH + 0.75, WEST + 1.75).item()
    for file in (copy / "archive" / "cru_jra" / "dswrf").glob("*2004*.nc"):
        with xr.open_dataset(file, decode_times=False) as dataset:
            changed = dataset.load()
        changed["dswrf"][:, 1, 3] = 9.96921e36
        changed.to_netcdf(file, encoding={n: {"_FillValue": None} for n in changed.variables})
    with xr.open_zarr(prepare(load_study(copy / "study.yaml")), consolidated=False) as cells:
        assert gone not in cells["cell"].values and cells.sizes["cell"] == 6
        assert json.loads(cells.attrs["excluded_cells"]) == {"no meteorology on some days": [gone]}


def test_cells_can_be_asked_for_by_id(copy):
    file = copy / "study.yaml"
    wanted, without = cell_id(SOUTH + 0.75, WEST + 0.75).item(), cell_id(SOUTH + 0.25, WEST + 0.25).item()
    text = file.read_text().replace("latitude: [50, 72]", f"latitude: [50, 72], cells: [{wanted}, {without}]")
    file.write_text(text)
    with xr.open_zarr(prepare(load_study(file)), consolidated=False) as cells:
        assert cells["cell"].values.tolist() == [wanted]
        assert json.loads(cells.attrs["excluded_cells"]) == {"no growth curve": [without]}


def test_a_domain_without_forest_is_told(copy):
    file = copy / "study.yaml"
    file.write_text(file.read_text().replace("latitude: [50, 72]", "latitude: [70, 72]"))
    with pytest.raises(InputError, match="no cell of the domain"):
        prepare(load_study(file))


def test_too_little_memory_is_told(copy):
    file = copy / "study.yaml"
    file.write_text(file.read_text() + "prepare: {memory: 20 MiB}\n")
    with pytest.raises(InputError, match=r"prepare.memory is 20 MiB, expected at least \d+ MiB"):
        prepare(load_study(file))


def test_a_setting_of_a_product_reaches_its_reader(copy):
    file = copy / "study.yaml"
    before = file.read_text()
    file.write_text(before.replace("fluxsat: fluxsat", "fluxsat: {path: fluxsat, settings: {maximum_quality: 9}}"))
    with pytest.raises(InputError, match="maximum_quality is 9; expected 0"):
        prepare(load_study(file), check=True)
    of_2010 = "esa_cci_biomass: {path: biomass, settings: {year: 2010}}"
    file.write_text(before.replace("esa_cci_biomass: biomass", of_2010))
    with pytest.raises(InputError, match="holds no map of 2010"):
        prepare(load_study(file), check=True)


def test_a_tile_that_cells_need_and_that_is_not_there_is_told_before_all_else(copy):
    biomass = copy / "archive" / "biomass"
    for file in biomass.iterdir():
        file.unlink()
    write_tile(biomass, "N60E020", north=60.0, west=24.0)
    study = load_study(copy / "study.yaml")
    with pytest.raises(InputError) as caught:
        prepare(study, check=True)
    text = str(caught.value)
    assert "lacks the tile N70E020 (7 cells); found are N60E020" in text and str(biomass) in text
    write_tile(biomass, "N70E020", north=61.0, west=24.0)
    assert prepare(study, check=True) == study.archive


def write_tile(folder: Path, corner: str, *, north: float, west: float) -> None:
    """A small part of a tile of ESA CCI Biomass."""
    profile = {"driver": "GTiff", "count": 1, "dtype": "uint16", "crs": "EPSG:4326", "height": 90, "width": 90}
    transform = rasterio.transform.from_origin(west, north, 1 / 1125, 1 / 1125)
    name = folder / f"{corner}_ESACCI-BIOMASS-L4-AGB-MERGED-100m-2020-fv4.0.tif"
    with rasterio.open(name, "w", transform=transform, **profile) as raster:
        raster.write(np.full((1, 90, 90), 80, "u2"))
