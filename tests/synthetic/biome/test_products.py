"""Are the files laid out as the products' are, and do they hold what the biome gave, with its gaps and codes?

Files are opened with the plain libraries here; the project's own readers open them in ``tests/workflows/test_synth``.
"""

from __future__ import annotations

import gzip

import netCDF4
import numpy as np
import pandas as pd
import pytest
import rasterio
from pyhdf.SD import SD, SDC

from diffdalec.synthetic.biome.domain import compact_domain
from diffdalec.synthetic.biome.products import (
    cardamom_2016,
    co2,
    cru_jra,
    cue,
    esa_cci_biomass,
    field_allocation,
    fluxsat,
    glass_lai,
    gleam,
    growth_curves,
    gsde_soil,
    pft,
    root_biomass,
    sla,
    zeng_reco,
)

CELLS = 6
"""Cells of the biome of the fixtures."""


def _box(biome, per_degree):
    """Which pixels of a grid of the box are land, from the south."""
    return np.repeat(np.repeat(biome.domain.land, per_degree // 2, 0), per_degree // 2, 1)


def test_cru_jra(biome, tmp_path):
    cru_jra.write(tmp_path, biome)
    assert {p.name for p in tmp_path.iterdir()} == set(cru_jra.UNITS)
    path = tmp_path / "dswrf" / "crujra.v2.2.5d.dswrf.2004.365d.noc.nc.gz"
    plain = tmp_path / "plain.nc"
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    with netCDF4.Dataset(plain) as file:
        file.set_auto_mask(False)
        assert file["dswrf"].dimensions == ("time", "lat", "lon") and file["dswrf"].shape == (1460, 2, 4)
        assert file["time"].units.startswith("days since 1901-01-01") and file["time"].calendar == "noleap"
        assert np.all(np.diff(file["time"][:]) == 0.25) and file["time"][0] == 365.0 * 103
        assert np.all(np.diff(file["lat"][:]) > 0) and np.all(np.diff(file["lon"][:]) == 0.5)
        values = file["dswrf"][:]
        assert np.all(values[:, ~biome.domain.land] > 1e30)
        day = values[:, biome.domain.land].reshape(365, 4, CELLS).sum(axis=1) * 1e-6
        kept = ~((biome.time.month == 2) & (biome.time.day == 29))
        np.testing.assert_allclose(day, biome.forcing["shortwave"][kept], rtol=1e-4, atol=1e-4)


def test_fluxsat(biome, tmp_path):
    fluxsat.write(tmp_path, biome)
    names = sorted(p.name for p in tmp_path.iterdir())
    assert len(names) == 12 and names[1] == "GPP_FluxSat_daily_v2_200402.nc4"
    with netCDF4.Dataset(tmp_path / "GPP_FluxSat_daily_v2_200406.nc4") as file:
        file.set_auto_mask(False)
        assert file["GPP"].dimensions == ("time", "lat", "lon") and file["GPP"].shape == (30, 20, 40)
        assert file["time"].units == "days since 2000-01-01" and file["time"][0] == 1613
        gpp, quality = file["GPP"][:], file["BRDF_Quality"][:]
        gone = gpp <= -9999.0
        sea = np.broadcast_to(~_box(biome, 20)[::-1], gpp.shape)
        assert np.all(gone[sea]) and 0.0 < gone[~sea].mean() < 0.2
        assert np.all(quality[gone] == 8) and np.all((quality[~gone] >= 0) & (quality[~gone] < 8))
        assert np.all(gpp[~gone] >= 0) and 2.0 < gpp[~gone].mean() < 9.0
        assert {"GPP_uncertainty", "Percent_Inputs"} <= set(file.variables)
    with netCDF4.Dataset(tmp_path / "GPP_FluxSat_daily_v2_200412.nc4") as file:
        file.set_auto_mask(False)
        assert np.all(file["GPP"][:] <= -9999.0)  # the noon sun is below 12° all December at 61°N


def test_gleam(biome, tmp_path):
    gleam.write(tmp_path, biome)
    with netCDF4.Dataset(tmp_path / "E" / "E_2004_GLEAM_v4.2a.nc") as file:
        file.set_auto_mask(False)
        assert file["E"].shape == (366, 10, 20)
        assert np.all(np.diff(file["lat"][:]) < 0)
        sea = np.broadcast_to(~_box(biome, 10)[::-1], (366, 10, 20))
        assert np.all(np.isnan(file["E"][:]) == sea)
    with netCDF4.Dataset(tmp_path / "Ep" / "Ep_2004_GLEAM_v4.2a.nc") as file:
        file.set_auto_mask(False)
        assert 1.8 < np.nanmean(file["Ep"][:]) < 2.2


def test_zeng_reco(biome, tmp_path):
    zeng_reco.write(tmp_path, biome)
    with netCDF4.Dataset(tmp_path / "RECO_2004.nc") as file:
        assert file["RECO"].dimensions == ("doy", "lat", "lon")
        assert list(file["doy"][:3]) == [1, 11, 21] and file["doy"][-1] == 361
        assert 0.8 < file["RECO"][:].mean() < 2.6


def test_glass_lai(biome, tmp_path):
    glass_lai.write(tmp_path, biome)
    files = sorted((tmp_path / "2004").iterdir())
    assert len(files) == 46 and files[1].name.startswith("GLASS01B01.V60.A2004009.")
    opened = SD(str(files[20]), SDC.READ)
    data = opened.select("LAI")
    assert data.attributes()["scale_factor"] == 0.1 and data.attributes()["valid_range"] == [0, 100]
    assert data.getfillvalue() == 255
    stored = data.get()
    assert stored.dtype == np.uint8 and stored.shape == (20, 40)
    land = _box(biome, 20)[::-1]
    assert np.all(stored[~land] == 255) and (stored[land] <= 100).mean() > 0.97
    structure = opened.attributes()["StructMetadata.0"]
    assert "UpperLeftPointMtrs=(98000000.000000,62000000.000000)" in structure
    opened.end()


def test_esa_cci_biomass(biome, tmp_path):
    esa_cci_biomass.write(tmp_path, biome)
    name = "_ESACCI-BIOMASS-L4-AGB{}-MERGED-100m-2020-fv4.0.tif"
    assert {p.name for p in tmp_path.iterdir()} == {"N70E090" + name.format(s) for s in ("", "_SD")}
    with rasterio.open(tmp_path / ("N70E090" + name.format(""))) as raster:
        assert raster.dtypes == ("uint16",) and raster.shape == (1125, 2250)
        assert raster.transform.a == pytest.approx(1 / 1125) and raster.transform.e == pytest.approx(-1 / 1125)
        assert (raster.transform.c, raster.transform.f) == (98.0, 62.0)
        agb = raster.read(1)
    with rasterio.open(tmp_path / ("N70E090" + name.format("_SD"))) as raster:
        assert np.all((raster.read(1) > 0) == (agb > 0))
    # The first column of the box is ocean; east of it the map follows the true biomass of its lattice points.
    assert np.all(agb[:, :560] == 0)
    truth = biome.lattice_biomass[::-1][:, 100:]
    shown = agb[:, 1125:].reshape(1125, 1125)[5::11, 5::11]
    assert 0.7 < shown.mean() / np.nanmean(truth) < 1.3


def test_boxes_of_every_size_are_cut_into_tiles(biome, tmp_path):
    assert compact_domain(48).longitude_axis.bounds == (98.0, 105.0)  # two tiles: E090 and E100


def test_static_maps(biome, tmp_path):
    for writer in (root_biomass, cue, gsde_soil, pft):
        writer.write(tmp_path / writer.NAME, biome)
    with netCDF4.Dataset(tmp_path / "root_biomass" / "pergridarea_bgb.nc") as bgb:
        assert bgb["AROOT"].dimensions == ("LAT", "LON") and bgb["AROOT"].shape == (120, 240)
        roots = np.ma.filled(bgb["AROOT"][:], np.nan)
    with netCDF4.Dataset(tmp_path / "root_biomass" / "pergridarea_agb.nc") as agb:
        shoots = np.ma.filled(agb["AGB"][:], np.nan)
    ratio = np.nansum(roots) / np.nansum(shoots)
    assert 0.2 < ratio < 0.42 and np.isnan(roots[:, 0]).all()
    with netCDF4.Dataset(tmp_path / "cue" / "CUE.nc") as file:
        assert 0.4 < file["CUE"][:].mean() < 0.65
    for name, low, high, scale in (("CLAY", 4, 45, 1.0), ("PHH2O", 4.0, 8.2, 0.1), ("BD", 0.3, 2.0, 0.01)):
        with netCDF4.Dataset(tmp_path / "gsde_soil" / f"{name}1.nc") as file:
            assert file[name].shape == (4, 120, 240)
            assert low < scale * file[name][:].mean() < high
    with netCDF4.Dataset(tmp_path / "pft" / "PFTmap_2004.nc") as file:
        assert file["maxvegetfrac"].dimensions == ("time_counter", "veget", "lat", "lon")
        assert file["maxvegetfrac"].shape == (1, 15, 4, 8)
        whole = file["maxvegetfrac"][:].sum(axis=1)
        np.testing.assert_allclose(whole.compressed(), 1.0, atol=2e-3)


def test_tables(biome, tmp_path):
    for writer in (sla, co2, field_allocation):
        writer.write(tmp_path / writer.NAME, biome)
    table = pd.read_csv(tmp_path / "sla" / "sla.csv")
    assert list(table) == ["lon", "lat", "mean", "sd"] and len(table) == CELLS
    assert set(np.abs(table["lat"]) % 1) <= {0.25, 0.75} and table["mean"].between(2, 30).all()
    lines = (tmp_path / "co2" / "global_co2_ann_1700_2004.txt").read_text().splitlines()
    assert lines[0].split()[0] == "1700" and lines[-1].split()[0] == "2004" and 370 < float(lines[-1].split()[1]) < 382
    plots = pd.read_csv(tmp_path / "field_allocation" / "allocation.csv")
    np.testing.assert_allclose(plots[["f_leaf", "f_wood", "f_root"]].sum(axis=1), 1.0, atol=2e-3)


def test_cardamom_is_global_with_an_ocean_of_zeros(biome, tmp_path):
    cardamom_2016.write(tmp_path, biome)
    with netCDF4.Dataset(tmp_path / "CARDAMOM_2001_2010_RT_WOO.nc") as file:
        file.set_auto_mask(False)
        values = file["Mean"][:]
        assert values.shape == (180, 360) and np.all(np.diff(file["latitude"][:]) == 1.0)
        assert {"Median", "Standard_Deviation"} <= set(file.variables)
    land = np.flatnonzero(values[151] > 0) - 180  # 61–62°N
    assert list(land) == [98, 99] and (values > 0).sum() == 2
    assert np.all((values[values > 0] > 8) & (values[values > 0] < 120))


def test_growth_curves_are_missing_where_nothing_was_fitted(biome, tmp_path):
    fitted = {name: np.full(CELLS, 0.5) for name in growth_curves.UNITS}
    fitted["AGBmax"][2] = np.nan
    growth_curves.write(tmp_path, biome, fitted)
    with netCDF4.Dataset(tmp_path / "growth_curves.nc") as file:
        shown = file["AGBmax"][:]
        assert shown.shape == (2, 4) and shown.count() == CELLS - 1 and file["k"][:].count() == CELLS
