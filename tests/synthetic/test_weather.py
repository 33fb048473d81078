"""Is the weather possible, repeatable, boreal, and like that of real boreal sites?"""

import time as clock

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from diffdalec.synthetic.weather import boreal_weather, extraterrestrial_radiation, saturation_pressure
from diffdalec.variables import FORCING


@pytest.fixture(scope="module")
def weather():
    """Nine years, as the demo has."""
    return boreal_weather(seed=0)


@pytest.fixture(scope="module")
def climate():
    """Thirty years, for statistics."""
    return boreal_weather(years=(1985, 2014), seed=1)


def test_names_units_and_days(weather):
    assert set(FORCING) <= set(weather.data_vars)
    for name, variable in FORCING.items():
        assert weather[name].attrs["units"] == variable.unit
        assert weather[name].dtype == np.float64
        low, high = variable.plausible
        assert np.all((weather[name] >= low) & (weather[name] <= high))
    assert weather["time"].dtype == "datetime64[ns]"
    assert np.all(np.diff(weather["time"].values) == np.timedelta64(1, "D"))
    assert weather.sizes["time"] == 3288  # 2004–2012 with three leap days


def test_same_seed_same_weather_and_quickly():
    start = clock.perf_counter()
    first = boreal_weather(seed=5)
    assert clock.perf_counter() - start < 1.0
    xr.testing.assert_identical(first, boreal_weather(seed=5))
    assert not np.allclose(first["tmin"], boreal_weather(seed=6)["tmin"])


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("latitude", [55.0, 62.0, 70.0])
def test_physically_possible(seed, latitude):
    w = boreal_weather(latitude=latitude, seed=seed)
    assert np.all(w["tmax"] > w["tmin"])
    assert np.all(w["vpd"] >= 0)
    assert np.all(w["vpd"] <= saturation_pressure(w["tmax"]))
    assert np.all(w["precipitation"] >= 0)
    above = extraterrestrial_radiation(w["time"].dt.dayofyear.values.astype(float), latitude)
    assert np.all((w["shortwave"] >= 0) & (w["shortwave"] <= 0.8 * above))
    assert all(np.all(np.isfinite(w[name])) for name in FORCING)


def test_extraterrestrial_radiation_agrees_with_fao56():
    # Allen et al. (1998), example 8: 3 September, 20° S, 32.2 MJ m-2 d-1; and polar night.
    assert extraterrestrial_radiation(np.array([246.0]), -20.0)[0] == pytest.approx(32.2, abs=0.05)
    assert extraterrestrial_radiation(np.array([355.0]), 70.0)[0] == 0.0


@pytest.mark.parametrize("seed", range(5))
def test_boreal_climate(seed):
    w = boreal_weather(years=(1985, 2014), seed=seed)
    monthly = (0.5 * (w["tmin"] + w["tmax"])).groupby("time.month").mean()
    assert -15 < monthly.min() < -8
    assert 15 < monthly.max() < 17.5
    assert 500 < w["precipitation"].mean() * 365.25 < 700
    assert float(monthly.mean()) == pytest.approx(2.8, abs=0.7)


def test_clear_days_are_cold_in_winter_warm_in_summer_and_have_a_wide_range(climate):
    day = climate["time"].dt.dayofyear.values.astype(float)
    clear = climate["shortwave"].values / extraterrestrial_radiation(day, 62.0)
    temperature = 0.5 * (climate["tmin"] + climate["tmax"]).values
    diurnal_range = (climate["tmax"] - climate["tmin"]).values
    month = climate["time"].dt.month.values
    assert np.corrcoef(clear[month == 1], temperature[month == 1])[0, 1] < -0.2
    assert np.corrcoef(clear[month == 7], temperature[month == 7])[0, 1] > 0.15
    assert np.corrcoef(clear[month == 6], diurnal_range[month == 6])[0, 1] > 0.5
    wet = climate["precipitation"].values > 0
    summer = (month >= 5) & (month <= 9)
    assert clear[summer & wet].mean() < 0.8 * clear[summer & ~wet].mean()
    assert climate["vpd"].values[summer & wet].mean() < climate["vpd"].values[summer & ~wet].mean()


def test_years_differ(climate):
    annual = (0.5 * (climate["tmin"] + climate["tmax"])).groupby("time.year").mean()
    assert 0.5 < float(annual.std()) < 1.6
    rain = climate["precipitation"].groupby("time.year").sum()
    assert 50 < float(rain.std()) < 180


def test_co2_rises_and_has_a_northern_season(climate):
    annual = climate["co2"].groupby("time.year").mean()
    assert np.all(np.diff(annual) > 1.5)
    monthly = climate["co2"].groupby("time.month").mean()
    assert int(monthly.values.argmin()) + 1 in (7, 8, 9)
    assert 5 < float(monthly.max() - monthly.min()) < 15


def _statistics(ds: pd.DataFrame) -> pd.DataFrame:
    """Monthly statistics of a table of daily tmin, tmax, shortwave, vpd and precipitation."""
    month = ds.index.month
    temperature = 0.5 * (ds["tmin"] + ds["tmax"])
    angle = 2 * np.pi * ds.index.day_of_year.to_numpy()[:, None] / 365.25 * np.arange(1, 4)
    basis = np.hstack([np.ones((len(ds), 1)), np.cos(angle), np.sin(angle)])
    anomaly = temperature - basis @ np.linalg.lstsq(basis, temperature.to_numpy(), rcond=None)[0]
    return pd.DataFrame({
        "temperature": temperature.groupby(month).mean(),
        "temperature_sd": anomaly.groupby(month).std(),
        "persistence": anomaly.groupby(month).apply(lambda x: x.autocorr(1)),
        "diurnal_range": (ds["tmax"] - ds["tmin"]).groupby(month).mean(),
        "wet": (ds["precipitation"] >= 0.1).groupby(month).mean(),
        "rain": ds["precipitation"].groupby(month).mean(),
        "shortwave": ds["shortwave"].groupby(month).mean(),
        "shortwave_sd": ds["shortwave"].groupby(month).std(),
        "vpd": ds["vpd"].groupby(month).mean(),
        "vpd_sd": ds["vpd"].groupby(month).std(),
    })  # fmt: skip


def _hyytiala(shared_data) -> pd.DataFrame:
    names = {
        "tmin": "T2M_MIN",
        "tmax": "T2M_MAX",
        "shortwave": "SSRD",
        "vpd": "VPD",
        "precipitation": "TOTAL_PREC",
    }
    with xr.open_dataset(shared_data / "sites" / "FI-Hyy.nc", decode_times=False) as raw:
        days = pd.Timestamp("2001-01-01") + pd.to_timedelta(raw["time"].values, unit="D")
        return pd.DataFrame({ours: raw[theirs].values for ours, theirs in names.items()}, index=days)


def _sotkamo(shared_data) -> pd.DataFrame:
    raw = pd.read_csv(shared_data / "flux" / "Sotkamo_daily_1961-2016.csv", sep=";")
    raw.index = pd.to_datetime(raw["aika"].astype(str))
    raw = raw["1985":"2014"]
    saturation = saturation_pressure(0.5 * (raw["t_min"] + raw["t_max"]))
    return pd.DataFrame({
        "tmin": raw["t_min"], "tmax": raw["t_max"], "shortwave": raw["radiation"] / 1000.0,
        "vpd": (saturation - raw["hpa"]).clip(lower=0), "precipitation": raw["rainfall"],
    })  # fmt: skip


TOLERANCES = {
    # statistic: (absolute, relative) departure allowed from the range of the two sites, month by month
    "temperature": (1.5, 0.0),
    "temperature_sd": (0.6, 0.1),
    "persistence": (0.08, 0.0),
    "diurnal_range": (0.6, 0.0),
    "wet": (0.08, 0.0),
    "rain": (0.3, 0.1),
    "shortwave": (0.3, 0.05),
    "shortwave_sd": (0.2, 0.1),
    "vpd": (0.2, 0.1),
    "vpd_sd": (0.15, 0.15),
}


@pytest.mark.parametrize("statistic", TOLERANCES)
def test_every_month_lies_between_hyytiala_and_sotkamo(shared_data, climate, statistic):
    """Hyytiälä (61.8° N, 9 years) is mild and Sotkamo (64.1° N, 30 years) colder: 62° N lies between."""
    ours = _statistics(climate.drop_vars("latitude").to_dataframe())[statistic]
    sites = [_statistics(site(shared_data))[statistic] for site in (_hyytiala, _sotkamo)]
    low, high = np.minimum(*sites), np.maximum(*sites)
    absolute, relative = TOLERANCES[statistic]
    assert np.all(ours >= low - absolute - relative * low.abs()), f"{(ours - low).round(2).to_dict()}"
    assert np.all(ours <= high + absolute + relative * high.abs()), f"{(ours - high).round(2).to_dict()}"
