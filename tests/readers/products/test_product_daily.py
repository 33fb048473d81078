"""FluxSat, GLEAM and Zeng: orientation, missing values, quality, leap days, windows of ten days, months and years."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from product_writers import axes, fluxsat, gleam, grid_file, pattern, zeng

from diffdalec.readers.products import PRODUCTS

GLEAM, FLUXSAT, ZENG = PRODUCTS["gleam"], PRODUCTS["fluxsat"], PRODUCTS["zeng_reco"]


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("year", [2003, 2004])
def test_gleam_either_way_round_with_leap_days(tmp_path, year, descending):
    for name in ("E", "Ep"):
        gleam(tmp_path, name, year, descending=descending)
    evaporation, potential = GLEAM.find(tmp_path, years=range(year, year + 1))
    assert (evaporation.variables, potential.variables) == (("et",), ("potential_evaporation",))
    header = GLEAM.check(evaporation)
    assert len(header.times) == 365 + (year == 2004) and header.latitude[0] < header.latitude[-1]
    found = GLEAM.read(evaporation, (61.0, 62.0), (22.0, 22.5))["et"]
    assert found.shape == (len(header.times), 10, 5)
    truth = pattern(found["latitude"], found["longitude"], np.arange(len(header.times)), 0.0, 4.0)
    np.testing.assert_allclose(found, truth, atol=1e-5)
    assert pd.Timestamp(found["time"].values[-1]) == pd.Timestamp(year, 12, 31)
    corner = GLEAM.read(potential)["potential_evaporation"].isel(longitude=0, latitude=-1 if descending else 0)
    assert np.isnan(corner[:2]).all() and np.isfinite(corner[2:]).all()  # −999 and NaN


def test_an_empty_window_is_an_empty_dataset(tmp_path):
    gleam(tmp_path, "E", 2003)
    (file,) = GLEAM.find(tmp_path)
    assert GLEAM.read(file, (80.0, 85.0))["et"].shape == (365, 0, 30)


def test_a_short_year_and_a_foreign_year_are_refused_by_check(tmp_path, refused):
    path = gleam(tmp_path, "E", 2003, days=364)
    (file,) = GLEAM.find(tmp_path)
    refused(GLEAM.check, file, words=[path.name, "lacks 2003-12-31"])
    gleam(tmp_path, "E", 2004).rename(path)
    refused(GLEAM.check, file, words=[path.name, "holds 2004-01-01"])


def test_a_missing_year_of_one_variable_is_named(tmp_path, refused):
    for name, year in (("E", 2003), ("E", 2004), ("Ep", 2003)):
        gleam(tmp_path, name, year, days=4)
    refused(GLEAM.find, tmp_path, years=range(2003, 2005), words=["gleam", "potential_evaporation of 2004"])
    refused(GLEAM.find, tmp_path, years=range(1999, 2005), words=["et of 1999", "and 5 more"])
    assert len(GLEAM.find(tmp_path, years=range(2003, 2005), wanted=["et"])) == 2


@pytest.mark.parametrize("form", ["v2_{}.nc4", "v2.0_{}.nc"])
@pytest.mark.parametrize("descending", [True, False])
def test_fluxsat_under_both_names_and_orders(tmp_path, form, descending):
    fluxsat(tmp_path, 2004, 2, form=form, descending=descending)
    (file,) = FLUXSAT.find(tmp_path)
    assert (file.start.year, file.start.month) == (2004, 2)
    assert len(FLUXSAT.check(file).times) == 29
    found = FLUXSAT.read(file, (61.0, 61.5), (22.0, 22.5))["gpp"]
    assert found.shape == (29, 10, 10)
    truth = pattern(found["latitude"], found["longitude"], np.arange(29), 0.0, 12.0)
    np.testing.assert_allclose(found, truth, atol=1e-5)
    missing = np.isnan(FLUXSAT.read(file)["gpp"]).sum("time")
    assert missing.sum() == 29 and missing[-1 if descending else 0, 1] == 29


def test_quality_above_the_maximum_is_left_out_and_counted(tmp_path, refused):
    fluxsat(tmp_path, 2001, 1)
    (every,) = FLUXSAT.find(tmp_path)
    (good,) = FLUXSAT.find(tmp_path, maximum_quality=3)
    all_kept, few_kept = (FLUXSAT.read(file)["gpp"] for file in (every, good))
    assert all_kept.attrs["maximum_quality"] == 8 and few_kept.attrs["maximum_quality"] == 3
    rows = np.arange(few_kept.sizes["latitude"]) % 9 <= 3
    np.testing.assert_array_equal(few_kept[:, rows], all_kept[:, rows])
    assert np.isnan(few_kept[:, ~rows]).all()
    assert few_kept.attrs["left_out_by_quality"] == 31 * (~rows).sum() * few_kept.sizes["longitude"]
    refused(FLUXSAT.find, tmp_path, maximum_quality=9, words=["maximum_quality is 9"])


def test_a_missing_month_is_named(tmp_path, refused):
    for month in range(1, 13):
        if month != 7:
            (tmp_path / f"GPP_FluxSat_daily_v2_2003{month:02d}.nc4").write_text("")
    refused(FLUXSAT.find, tmp_path, years=range(2003, 2004), words=["fluxsat", "gpp of 2003-07-01"])


def test_a_few_wild_observations_are_left_out_and_counted_and_many_are_refused(tmp_path, refused):
    latitude, longitude = axes(0.05)
    values = pattern(latitude, longitude, np.arange(31), 0.0, 12.0).astype("f4")
    values[3, 4, 5] = 400.0
    fluxsat(tmp_path, 2003, 1, values=values)
    (file,) = FLUXSAT.find(tmp_path)
    found = FLUXSAT.read(file)["gpp"]
    assert found.attrs["left_out_as_implausible"] == 1 and np.isnan(found[3, 4, 5])
    path = fluxsat(tmp_path, 2003, 1, values=values * 100)
    refused(FLUXSAT.read, file, words=[path.name, "GPP", "gC m-2 d-1", "-20 to 50"])


@pytest.mark.parametrize("first", [1, 5, 10])
@pytest.mark.parametrize("name", ["RECO_2004_v2020.2.nc", "Zeng_2020_RECO.2004.v2020.nc"])
def test_zengs_windows_begin_on_1_january_wherever_doy_stands(tmp_path, name, first):
    zeng(tmp_path, name, first=first)
    (file,) = ZENG.find(tmp_path)
    assert file.year == 2004
    header = ZENG.check(file)
    assert header.times[0] == pd.Timestamp(2004, 1, 1) and header.times[-1] == pd.Timestamp(2004, 12, 26)
    found = ZENG.read(file, (61.0, 61.5))["reco"]
    assert found.attrs["windows"] == "10 days from 1 January"
    np.testing.assert_allclose(
        found, pattern(found["latitude"], found["longitude"], np.arange(37), 0, 6), atol=1e-5
    )
    assert int(np.isnan(ZENG.read(file)["reco"]).sum()) == 1


@pytest.mark.parametrize("stamp", ["first", "middle", "last", "no leap"])
def test_thirds_of_the_months_are_told_from_windows_of_ten_days(tmp_path, stamp):
    year = 2003 if stamp == "no leap" else 2004
    firsts = [pd.Timestamp(year, month, day) for month in range(1, 13) for day in (1, 11, 21)]
    lasts = [*(day - pd.Timedelta(days=1) for day in firsts[1:]), pd.Timestamp(year, 12, 31)]
    middles = [first + (last - first) / 2 for first, last in zip(firsts, lasts, strict=True)]
    stamps = {"middle": middles, "last": lasts}.get(stamp, firsts)
    zeng(tmp_path, "RECO_2004.nc", days=[day.day_of_year + day.hour / 24 for day in stamps])
    found = ZENG.read(ZENG.find(tmp_path)[0], (61.0, 61.2))["reco"]
    assert found.attrs["windows"] == "days 1-10, 11-20 and 21-end of each month"
    starts = [pd.Timestamp(2004, day.month, day.day) for day in firsts]
    assert list(found["time"].to_index()) == starts


def test_zeng_ends_at_80_north(tmp_path):
    zeng(tmp_path, "RECO_2004.nc", north=80.0, windows=36)
    (file,) = ZENG.find(str(tmp_path / "RECO_*.nc"), variable="RECO")
    assert ZENG.check(file).latitude[-1] == pytest.approx(79.95)
    assert ZENG.read(file, (79.5, 80.5))["reco"].sizes["latitude"] == 5


def test_zengs_file_names_tell_one_year_and_the_variable_may_be_named(tmp_path, refused):
    zeng(tmp_path, "RECO_1999_2004.nc")
    refused(ZENG.find, tmp_path, words=["RECO_1999_2004.nc", "more than one year"])
    (tmp_path / "RECO_1999_2004.nc").rename(tmp_path / "reco.nc")
    refused(ZENG.find, tmp_path, words=["reco.nc", "no year"])
    (tmp_path / "reco.nc").unlink()
    zeng(tmp_path, "reco_2003.nc", name="ER")
    zeng(tmp_path, "gpp_2003.nc", name="GPP")
    (file,) = ZENG.find(tmp_path, variable="ER")
    assert ZENG.check(file).resolution == 0.1
    refused(ZENG.check, ZENG.find(tmp_path)[0], words=["reco_2003.nc", "no variable RECO", "ER"])


def test_other_windows_are_refused(tmp_path, refused):
    path = zeng(tmp_path, "RECO_2003.nc", windows=12)
    refused(ZENG.check, ZENG.find(tmp_path)[0], words=[path.name, "doy has 12 values"])


def test_only_the_window_is_read_from_disk(tmp_path, monkeypatch):
    """The selection reaches the file library as slices of the stored array."""
    import xarray as xr

    gleam(tmp_path, "E", 2003)
    (file,) = GLEAM.find(tmp_path)
    shapes = []
    values = xr.Variable.values.fget

    def watched(self):
        found = values(self)
        shapes.append(found.shape)
        return found

    monkeypatch.setattr(xr.Variable, "values", property(watched))
    GLEAM.read(file, (61.0, 61.3), (22.0, 22.2))
    assert max(np.prod(shape) for shape in shapes) == 365 * 3 * 2


def test_a_field_without_time_is_refused(tmp_path, refused):
    path = grid_file(tmp_path / "E_2003_GLEAM_v4.2a.nc", "E", lambda *place: pattern(*place), 0.1)
    refused(GLEAM.check, GLEAM.find(tmp_path)[0], words=[path.name, "dimensions lat, lon", "time"])
