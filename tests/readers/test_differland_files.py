"""DifferLand netCDF: made-up files with every quirk, then the real ones."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from diffdalec.errors import InputError
from diffdalec.readers import open_site
from diffdalec.readers.differland import VARIABLES


def test_names_units_and_the_epoch_that_no_attribute_tells(differland_file, weather):
    site = open_site(differland_file(weather), calibration_years=1)
    assert str(site["time"].values[0])[:10] == "2001-01-01"
    assert site.attrs["reader"] == "differland" and site.attrs["site"] == "XX-Abc"
    assert float(site["latitude"]) == 62.0
    np.testing.assert_allclose(site["shortwave"], weather["shortwave"])


def test_codes_and_nan_in_observations(differland_file, weather):
    def change(dataset):
        dataset["GPP"][10:20] = -9999.0
        dataset["GPP"][20:25] = np.nan
        dataset["RECO"][:] = -9999.0
        return dataset

    site = open_site(differland_file(weather, change), calibration_years=1)
    assert int(site["gpp"].isnull().sum()) == 15
    assert "reco" not in site and "reco (RECO): all values are missing" in site.attrs["notes"]


def test_temperature_in_kelvin_although_the_format_has_celsius(differland_file, weather):
    def change(dataset):
        dataset["T2M_MIN"] = dataset["T2M_MIN"] + 273.15
        dataset["T2M_MAX"] = (dataset["T2M_MAX"] + 273.15).assign_attrs(units="K")
        return dataset

    site = open_site(differland_file(weather, change), calibration_years=1)
    np.testing.assert_allclose(site["tmin"], weather["tmin"])
    np.testing.assert_allclose(site["tmax"], weather["tmax"])
    assert any("tmin (T2M_MIN): said to be in degC" in note for note in site.attrs["notes"])


@pytest.mark.parametrize("theirs", ["T2M_MIN", "T2M_MAX", "SSRD", "VPD", "TOTAL_PREC"])
def test_a_missing_driver_is_named(differland_file, weather, theirs):
    ours = next(name for name, (label, _) in VARIABLES.items() if label == theirs)
    path = differland_file(weather, lambda dataset: dataset.drop_vars(theirs))
    with pytest.raises(InputError, match=f"XX-Abc.nc: {ours} is missing; looked for {theirs}, found"):
        open_site(path, calibration_years=1)


@pytest.mark.parametrize("format", ["NETCDF4", "NETCDF3_64BIT"])
@pytest.mark.parametrize("kept", [0.02, 0.5, 0.98])
def test_a_truncated_file_is_told_in_one_sentence(differland_file, weather, tmp_path, format, kept):
    whole = tmp_path / "whole.nc"
    with xr.open_dataset(differland_file(weather), decode_times=False) as dataset:
        dataset.load().to_netcdf(whole, format=format)
    path = tmp_path / "cut.nc"
    content = whole.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(InputError, match=r"cut\.nc: cannot be read as netCDF, it is truncated or damaged"):
        open_site(path, calibration_years=1)


def test_a_monthly_file_is_refused(differland_file, weather):
    with pytest.raises(InputError, match="is not daily"):
        open_site(differland_file(weather.resample("MS").mean()), calibration_years=1)


def test_half_hourly_goes_with_fluxnet_only(differland_file, weather, tmp_path):
    with pytest.raises(InputError, match="half_hourly goes with FLUXNET2015"):
        open_site(differland_file(weather), calibration_years=1, half_hourly=tmp_path / "x.csv")


SITES = {"FI-Hyy": 2006, "DE-Tha": 2008, "NL-Loo": 2002, "US-Ha1": 1999, "FR-Pue": 2001, "US-Var": 2002}


@pytest.mark.parametrize("name", SITES)
def test_the_real_sites_open_untouched(shared_data, name):
    path = shared_data / "sites" / f"{name}.nc"
    site = open_site(path)
    assert site.attrs["calibration_years"] == f"{SITES[name]}-{SITES[name] + 4}"
    assert site["time"].size in (3287, 3288) and site.attrs["absent_streams"] == ""
    with xr.open_dataset(path, decode_times=False) as raw:
        for ours, (theirs, _) in VARIABLES.items():
            np.testing.assert_array_equal(site[ours], raw[theirs].where(raw[theirs] > -9990))
    assert site.attrs["notes"] == []


def test_the_golden_numbers_ran_on_this_forcing(shared_data, golden):
    """Golden columns: met (days, 18). Every forcing series must be one of them, on the same days."""
    site = open_site(shared_data / "sites" / "FI-Hyy.nc")
    met = np.load(golden)["met"]
    assert met.shape[0] == site.sizes["time"]
    for name in ("tmin", "tmax", "shortwave", "vpd", "precipitation", "co2"):
        departure = np.abs(met - site[name].values[:, None]).max(axis=0)
        assert departure.min() < 1e-9, name
