"""FLUXNET2015 daily CSV: quality flags, partitioning, temperature extremes, latitude; the real US-Prr."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest

from diffdalec.errors import InputError
from diffdalec.readers import open_site
from diffdalec.readers.fluxnet_temperature import half_range_of_night_and_day, half_range_of_radiation
from diffdalec.readers.sunshine import (
    daylight_fraction,
    latitude_from_potential_radiation,
    potential_radiation,
)


def notes(site) -> str:
    return "\n".join(site.attrs["notes"])


def test_conversions_flags_and_name(fluxnet_file, weather):
    def change(table):
        table.loc[10:19, "NEE_VUT_REF_QC"] = 0.2
        table.loc[30:34, "LE_F_MDS_QC"] = -9999
        return table

    site = open_site(fluxnet_file(weather, change), calibration_years=1)
    np.testing.assert_allclose(site["shortwave"], weather["shortwave"])
    good = np.ones(730, bool)
    good[10:20] = False
    np.testing.assert_allclose(site["gpp"].values, np.where(good, weather["gpp"], np.nan))
    np.testing.assert_allclose(site["et"].values[:30], weather["et"][:30])
    assert np.isnan(site["et"].values[30:35]).all()
    assert "gpp: 10 of 730 days left out with NEE_VUT_REF_QC below 0.5" in notes(site)
    assert site.attrs["site"] == "XX-Abc" and site.attrs["reader"] == "FLUXNET2015"
    assert site.attrs["absent_streams"] == "lai"
    expected = site["et"] / (2 * site["et"] + 10 * 0.0864 / 2.45)
    found = site["evaporative_fraction"].dropna("time")
    np.testing.assert_allclose(found, expected.sel(time=found.time))


def test_the_latitude_is_found_from_potential_radiation(fluxnet_file, weather):
    site = open_site(fluxnet_file(weather), calibration_years=1)
    assert float(site["latitude"]) == pytest.approx(62.0, abs=0.05)
    assert "found from SW_IN_POT" in notes(site)
    asked = open_site(fluxnet_file(weather), calibration_years=1, latitude=61.8)
    assert float(asked["latitude"]) == 61.8 and "SW_IN_POT" not in "".join(
        n for n in asked.attrs["notes"] if n.startswith("latitude")
    )


@pytest.mark.parametrize("latitude", [-75.0, -33.3, 0.0, 12.0, 45.0, 65.12, 69.1, 78.2])
def test_latitudes_all_over_the_earth_come_back(latitude):
    day = np.arange(1, 366)
    found, misfit = latitude_from_potential_radiation(1.01 * potential_radiation(latitude, day), day)
    assert found == pytest.approx(latitude, abs=0.02) and misfit < 1e-3


def test_days_on_which_the_partitioning_failed_are_left_out(fluxnet_file, weather):
    def change(table):
        table.loc[40:44, "GPP_NT_VUT_REF"] += 15.0
        return table

    site = open_site(fluxnet_file(weather, change), calibration_years=1)
    assert np.isnan(site["gpp"].values[40:45]).all() and np.isnan(site["reco"].values[40:45]).all()
    assert "gpp: 5 more days left out because RECO_NT_VUT_REF − GPP_NT_VUT_REF differs" in notes(site)


def test_other_partitionings_stand_in_and_are_named(fluxnet_file, weather):
    def change(table):
        daytime = {"GPP_NT_VUT_REF": "GPP_DT_VUT_REF", "RECO_NT_VUT_REF": "RECO_DT_VUT_REF"}
        renamed = table.rename(columns=daytime)
        return renamed.assign(GPP_NT_VUT_REF=-9999, RECO_NT_VUT_REF=-9999)

    site = open_site(fluxnet_file(weather, change), calibration_years=1)
    assert "gpp, reco: from GPP_DT_VUT_REF and RECO_DT_VUT_REF" in notes(site)
    np.testing.assert_allclose(site["gpp"], weather["gpp"])


def test_extremes_from_a_half_hourly_file(fluxnet_file, weather, tmp_path):
    start = pd.date_range("2001-01-01", "2003-01-01", freq="30min", inclusive="left")
    day = (start.normalize() - start[0]).days
    hour = start.hour + start.minute / 60
    middle = ((weather.tmin + weather.tmax) / 2).to_numpy()[day]
    half = ((weather.tmax - weather.tmin) / 2).to_numpy()[day]
    values = middle + half * np.cos(2 * np.pi * (hour - 14) / 24)
    path = tmp_path / "FLX_XX-Abc_HH.csv"
    table = pd.DataFrame({"TIMESTAMP_START": start.strftime("%Y%m%d%H%M"), "TA_F": values})
    table.loc[48 * 5 : 48 * 5 + 30, "TA_F"] = -9999
    table.to_csv(path, index=False)
    site = open_site(fluxnet_file(weather), calibration_years=1, half_hourly=path)
    whole = np.arange(730) != 5
    np.testing.assert_allclose(site["tmax"].values[whole], weather["tmax"][whole])
    np.testing.assert_allclose(site["tmin"].values[whole], weather["tmin"][whole])
    assert "of the half-hourly values of FLX_XX-Abc_HH.csv on 729 days" in notes(site)
    assert "ASSUMPTION" in notes(site) and "on 1 of 730 days" in notes(site)
    assert "FLX_XX-Abc_HH.csv" in site.attrs["companions"]


def test_a_half_hourly_file_of_other_years_or_kind_is_refused(fluxnet_file, weather, tmp_path):
    path = tmp_path / "other.csv"
    start = pd.date_range("1995-01-01", periods=96, freq="30min")
    pd.DataFrame({"TIMESTAMP_START": start.strftime("%Y%m%d%H%M"), "TA_F": 1.0}).to_csv(path, index=False)
    with pytest.raises(InputError, match=r"other\.csv: has no whole day of TA_F between 2001-01-01"):
        open_site(fluxnet_file(weather), calibration_years=1, half_hourly=path)
    with pytest.raises(InputError, match="half-hourly temperature is missing"):
        open_site(fluxnet_file(weather), calibration_years=1, half_hourly=fluxnet_file(weather, name="d.csv"))
    with pytest.raises(InputError, match="no such half-hourly file"):
        open_site(fluxnet_file(weather), calibration_years=1, half_hourly=tmp_path / "absent.csv")


def test_extremes_from_night_and_day_means_keep_the_daily_mean(fluxnet_file, weather):
    middle = (weather.tmin + weather.tmax).to_numpy() / 2

    def change(table):
        return table.assign(TA_F_NIGHT=middle - 2.0, TA_F_DAY=middle + 1.0)

    site = open_site(fluxnet_file(weather, change), calibration_years=1)
    np.testing.assert_allclose((site["tmin"] + site["tmax"]) / 2, middle)
    np.testing.assert_allclose(site["tmax"] - site["tmin"], 6.0)
    assert "from TA_F_NIGHT and TA_F_DAY, on 730 of 730 days" in notes(site)


@pytest.mark.parametrize("day_length", [4.0, 8.0, 12.0, 16.0, 20.0])
def test_night_and_day_give_back_the_range_of_a_sine(day_length):
    hour = np.arange(0, 24, 0.05)
    temperature = 5.0 + 4.0 * np.cos(2 * np.pi * (hour - 14) / 24)
    light = np.abs(hour - 12) < day_length / 2
    columns = {
        "": temperature.mean(keepdims=True),
        "_NIGHT": temperature[~light].mean(keepdims=True),
        "_DAY": temperature[light].mean(keepdims=True),
    }
    assert half_range_of_night_and_day(columns, None)[0] == pytest.approx(4.0, rel=0.11)
    columns |= {
        "_NIGHT_SD": temperature[~light].std(keepdims=True),
        "_DAY_SD": temperature[light].std(keepdims=True),
    }
    known = half_range_of_night_and_day(columns, np.array([day_length / 24]))
    assert known[0] == pytest.approx(4.0, rel=0.01)


def test_polar_day_without_night_means():
    columns = {k: np.array([v]) for k, v in {"": 10.0, "_NIGHT": np.nan, "_DAY": 10.0}.items()}
    assert np.isnan(half_range_of_night_and_day(columns, None)[0])
    columns |= {"_NIGHT_SD": np.array([np.nan]), "_DAY_SD": np.array([2.0])}
    assert half_range_of_night_and_day(columns, daylight_fraction(75.0, np.array([172])))[0] == pytest.approx(
        8**0.5
    )


def test_the_range_from_radiation_agrees_with_hyytiala(shared_data):
    site = open_site(shared_data / "sites" / "FI-Hyy.nc")
    potential = potential_radiation(61.85, site["time"].dt.dayofyear.values) * 0.0864
    estimated = 2 * half_range_of_radiation(site["shortwave"].values, potential)
    observed = (site["tmax"] - site["tmin"]).values
    assert estimated.mean() == pytest.approx(observed.mean(), rel=0.2)
    assert np.corrcoef(estimated, observed)[0, 1] > 0.6


@pytest.mark.parametrize(("stamp", "says"), [("%Y%m", "is monthly"), ("%Y", "is yearly")])
def test_coarser_files_are_named(fluxnet_file, weather, stamp, says):
    path = fluxnet_file(weather, lambda t: t.assign(TIMESTAMP=weather.index.strftime(stamp)))
    with pytest.raises(InputError, match=says):
        open_site(path, calibration_years=1)


def test_a_half_hourly_file_in_place_of_the_daily_one(fluxnet_file, weather):
    path = fluxnet_file(weather, lambda table: table.rename(columns={"TIMESTAMP": "TIMESTAMP_START"}))
    with pytest.raises(InputError, match=r"expected the daily file \(DD\)"):
        open_site(path, calibration_years=1)


@pytest.mark.parametrize(
    ("column", "ours"), [("SW_IN_F", "shortwave"), ("P_F", "precipitation"), ("TA_F", "tmin, tmax")]
)
def test_a_missing_column_is_named(fluxnet_file, weather, column, ours):
    path = fluxnet_file(weather, lambda table: table.drop(columns=column))
    with pytest.raises(InputError, match=f"{ours} is missing; looked for {column}"):
        open_site(path, calibration_years=1)


def test_without_fluxes_there_is_nothing_to_calibrate(fluxnet_file, weather):
    def change(table):
        return table.drop(columns=["GPP_NT_VUT_REF", "LE_F_MDS"])

    with pytest.raises(InputError, match="every observation stream is missing"):
        open_site(fluxnet_file(weather, change), calibration_years=1)


def us_prr(shared_data):
    return next((shared_data / "flux").glob("FLX_US-Prr_*SUBSET_DD*.csv"))


def test_poker_flat_with_its_reanalysis_file_beside_it(shared_data):
    site = open_site(us_prr(shared_data))
    assert site.attrs["site"] == "US-Prr" and site.attrs["calibration_years"] == "2010-2014"
    assert float(site["latitude"]) == pytest.approx(65.124, abs=0.1)
    assert "ERAI_DD" in site.attrs["companions"]
    assert -3.5 < float(site["mean_temperature"]) < -1.5
    assert bool((site["tmax"] >= site["tmin"]).all())
    for name in ("tmin", "tmax", "shortwave", "vpd", "precipitation", "co2"):
        assert bool(np.isfinite(site[name]).all())
    winter = site["gpp"].where(site["time"].dt.month.isin([12, 1, 2]))
    assert float(winter.max()) < 2.0, "the failed partitioning of February 2012 must be gone"
    assert 1000 < int(site["gpp"].count()) < 1300
    assert "global annual means of NOAA GML" in notes(site)


def test_poker_flat_alone_says_what_it_assumes(shared_data, tmp_path):
    shutil.copy(us_prr(shared_data), tmp_path)
    site = open_site(tmp_path / us_prr(shared_data).name, calibration_years=(2011, 2013))
    assert site.attrs["companions"] == "" and "ASSUMPTION" in notes(site)
    ranges = (site["tmax"] - site["tmin"]).groupby("time.month").mean()
    assert 4.0 < float(ranges.sel(month=1)) < 12.0 and 6.0 < float(ranges.sel(month=7)) < 14.0


def test_the_reanalysis_file_itself_has_no_fluxes(shared_data):
    path = next((shared_data / "flux").glob("FLX_US-Prr_*ERAI_DD*.csv"))
    with pytest.raises(InputError, match="shortwave is missing; looked for SW_IN_F"):
        open_site(path)
