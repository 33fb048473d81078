"""Our own CSV and netCDF: what is written comes back, units and latitude are found where the page says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from diffdalec.errors import InputError
from diffdalec.readers import open_site
from diffdalec.variables import FORCING, OBSERVATIONS, VARIABLES


def test_what_is_written_comes_back_in_the_layout_that_the_model_reads(csv, weather):
    path = csv(weather, name="Somewhere.csv")
    site = open_site(path, calibration_years=1)
    for name in (*FORCING, "gpp", "reco", "et", "lai"):
        np.testing.assert_allclose(site[name], weather[name])
        assert site[name].attrs["units"] == VARIABLES[name].unit
        assert site[name].dtype == np.float64
    assert site["time"].dtype == "datetime64[ns]" and site.sizes == {"time": 730}
    assert float(site["latitude"]) == 62.0
    first = weather.loc["2001"]
    assert float(site["mean_temperature"]) == pytest.approx(((first.tmin + first.tmax) / 2).mean())
    assert float(site["mean_precipitation"]) == pytest.approx(first.precipitation.mean())
    assert site.attrs["site"] == "Somewhere" and site.attrs["source"] == "Somewhere.csv"
    assert len(site.attrs["source_sha256"]) == 64
    assert site.attrs["calibration_years"] == "2001-2001"
    assert site.attrs["absent_streams"] == "evaporative_fraction"
    assert all(isinstance(note, str) for note in site.attrs["notes"])


def test_an_opened_site_saved_to_netcdf_opens_as_the_same(csv, weather, tmp_path):
    first = open_site(csv(weather), calibration_years=1, name="Hill")
    path = tmp_path / "hill.nc"
    first.to_netcdf(path)
    second = open_site(path, calibration_years=1)
    xr.testing.assert_allclose(first, second)
    assert second.attrs["site"] == "Hill" and second.attrs["reader"] == "plain netCDF"


def test_units_in_brackets_in_a_row_below_and_semicolons(csv, weather):
    kelvin = weather.assign(tmin=weather.tmin + 273.15).rename(
        columns={"tmin": "tmin [K]", "vpd": "VPD (kPa)"}
    )
    kelvin["VPD (kPa)"] /= 10
    in_brackets = open_site(csv(kelvin, sep=";"), calibration_years=1)
    np.testing.assert_allclose(in_brackets["tmin"], weather["tmin"])
    np.testing.assert_allclose(in_brackets["vpd"], weather["vpd"])
    row = pd.DataFrame([{"tmin": "K", "tmax": "degC", "shortwave": "W m-2"}], index=["unit"])
    below = weather.assign(tmin=weather.tmin + 273.15, shortwave=weather.shortwave / 0.0864)
    table = pd.concat([row, below.set_axis(below.index.strftime("%Y-%m-%d"))])
    site = open_site(csv(table), calibration_years=1)
    np.testing.assert_allclose(site["tmin"], weather["tmin"])
    np.testing.assert_allclose(site["shortwave"], weather["shortwave"])
    assert "shortwave: converted from W m-2 to MJ m-2 d-1" in site.attrs["notes"]


def test_latitude_from_a_column_from_the_argument_and_from_nowhere(csv, weather):
    column = open_site(csv(weather.assign(latitude=61.5), above=""), calibration_years=1)
    assert float(column["latitude"]) == 61.5
    asked = open_site(csv(weather), calibration_years=1, latitude=60.0)
    assert float(asked["latitude"]) == 60.0
    assert any("60" in note and "62" in note for note in asked.attrs["notes"])
    with pytest.raises(InputError, match="latitude is missing"):
        open_site(csv(weather, above=""), calibration_years=1)
    with pytest.raises(InputError, match="from -90 to 90"):
        open_site(csv(weather), calibration_years=1, latitude=161.0)


def test_a_missing_forcing_variable_is_named(csv, weather):
    with pytest.raises(InputError, match=r"stand\.csv: shortwave is missing; looked for shortwave"):
        open_site(csv(weather.drop(columns="shortwave")), calibration_years=1)


def test_a_cell_that_is_no_number_and_a_date_that_is_none(csv, weather):
    broken = weather.astype(object)
    broken.iloc[4, 0] = "3,5"
    with pytest.raises(InputError, match=r"tmin has '3,5' in data row 5; expected a number"):
        open_site(csv(broken, sep=";"), calibration_years=1)
    mistyped = weather.set_axis(["2001-13-01", *weather.index.strftime("%Y-%m-%d")[1:]])
    with pytest.raises(InputError, match=r"time has '2001-13-01' in data row 1"):
        open_site(csv(mistyped), calibration_years=1)


def test_columns_that_are_not_ours_are_named_in_a_note(csv, weather):
    site = open_site(csv(weather.assign(wind=2.0)), calibration_years=1)
    assert "columns not used: wind" in site.attrs["notes"]


def test_a_site_without_observations_is_refused(csv, weather):
    with pytest.raises(InputError, match="no observation of gpp, reco, et, lai"):
        open_site(csv(weather.drop(columns=[n for n in OBSERVATIONS if n in weather])), calibration_years=1)


def test_an_all_missing_stream_is_left_out_and_said(csv, weather):
    site = open_site(csv(weather.assign(lai=-9999)), calibration_years=1)
    assert "lai" not in site and "lai" in site.attrs["absent_streams"]
    assert "lai: all values are missing" in site.attrs["notes"]


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "hello"])
def test_what_is_no_site_file_is_told_in_a_sentence(tmp_path, content):
    path = tmp_path / "strange.csv"
    path.write_text(content)
    with pytest.raises(InputError, match=r"strange\.csv: is (empty|in no site format we know)"):
        open_site(path)


def test_no_file_and_bytes_that_are_no_text(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        open_site(tmp_path / "absent.csv")
    path = tmp_path / "bytes.csv"
    path.write_bytes(bytes([200, 201, 0, 7] * 40))
    with pytest.raises(InputError, match=r"bytes\.csv: is neither netCDF nor text"):
        open_site(path)


def test_a_netcdf_without_leap_days_is_refused(csv, weather, tmp_path):
    site = open_site(csv(weather), calibration_years=1).drop_vars("time")
    site["time"] = ("time", np.arange(730), {"units": "days since 2001-01-01", "calendar": "noleap"})
    site.to_netcdf(tmp_path / "noleap.nc")
    with pytest.raises(InputError, match="calendar 'noleap'"):
        open_site(tmp_path / "noleap.nc", calibration_years=1)
