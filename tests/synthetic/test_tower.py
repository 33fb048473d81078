"""Do the observations err as towers and satellites do?"""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from diffdalec.errors import InputError
from diffdalec.synthetic.tower import observe_like_a_tower
from diffdalec.synthetic.weather import boreal_weather
from diffdalec.variables import OBSERVATIONS


def _truth(weather):
    """A smooth season of fluxes with weather in it: what a model run would give, without the model."""
    day = weather["time"].dt.dayofyear
    summer = np.clip(-np.cos(2 * np.pi * (day - 15) / 365.25), 0, None)
    light = weather["shortwave"] / (weather["shortwave"] + 8.0)
    gpp = 13.0 * summer * light
    return xr.Dataset({
        "gpp": gpp,
        "reco": 0.6 + 4.0 * summer * np.exp(0.05 * (weather["tmax"] - 18.0)),
        "et": 0.3 * gpp + 0.01,
        "lai": 2.3 + 0.8 * summer,
    }).drop_vars("dayofyear", errors="ignore")  # fmt: skip


@pytest.fixture(scope="module")
def weather():
    return boreal_weather(years=(1985, 2014), seed=2)


@pytest.fixture(scope="module")
def truth(weather):
    return _truth(weather)


@pytest.fixture(scope="module")
def observed(truth, weather):
    return observe_like_a_tower(truth, weather, seed=3)


def test_names_units_and_repeatability(truth, weather, observed):
    assert list(observed.data_vars) == list(OBSERVATIONS)
    for name, variable in OBSERVATIONS.items():
        assert observed[name].attrs["units"] == variable.unit
        values = observed[name].values[np.isfinite(observed[name].values)]
        assert np.all((values >= variable.plausible[0]) & (values <= variable.plausible[1]))
    xr.testing.assert_identical(observed, observe_like_a_tower(truth, weather, seed=3))
    assert not observed.equals(observe_like_a_tower(truth, weather, seed=4))


@pytest.mark.parametrize(("name", "floor"), [("gpp", 0.3), ("reco", 0.15), ("et", 0.1)])
def test_errors_grow_with_the_flux_have_heavy_tails_and_persist(truth, observed, name, floor):
    error = pd.Series((observed[name] - truth[name]).values).dropna()
    flux = truth[name].values[error.index]
    calm, strong = error[flux <= np.quantile(flux, 0.25)], error[flux > np.quantile(flux, 0.9)]
    assert strong.std() > 1.5 * calm.std()
    assert calm.std() < floor
    scaled = calm / calm.std()
    assert scaled.kurt() > 1.0  # a Gaussian's is 0, a double-exponential's 3
    assert pd.Series((observed[name] - truth[name]).values).autocorr(1) > 0.1


def test_errors_of_gpp_and_reco_share_the_partitioning(truth, observed):
    errors = pd.DataFrame({name: (observed[name] - truth[name]).values for name in ("gpp", "reco")}).dropna()
    assert errors.corr().iloc[0, 1] > 0.3


def test_bias_is_small_but_there(truth, weather):
    biases = []
    for seed in range(12):
        seen = observe_like_a_tower(truth, weather, seed=seed)
        biases.append(float((seen["gpp"] - truth["gpp"]).mean() / truth["gpp"].mean()))
    assert 0.01 < np.std(biases) < 0.08
    assert np.abs(biases).max() < 0.15


def test_fluxes_fail_for_days_and_weeks_more_often_in_winter(observed):
    missing = observed["gpp"].isnull()
    assert 0.05 < float(missing.mean()) < 0.2
    month = observed["time"].dt.month
    assert float(missing.where(month.isin([12, 1, 2])).mean()) > 1.3 * float(
        missing.where(month.isin([6, 7, 8])).mean()
    )
    lengths = missing.values.astype(int)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], lengths, [0]])))
    runs = edges[1::2] - edges[::2]
    assert (runs == 1).sum() > 50 and (runs >= 7).sum() > 20


def test_lai_comes_every_eighth_day_in_tenths_and_hardly_in_winter(truth, observed):
    lai = observed["lai"].dropna("time")
    assert np.all((lai["time"].dt.dayofyear.values - 1) % 8 == 0)
    np.testing.assert_allclose(lai.values * 10, np.round(lai.values * 10), atol=1e-9)
    count = lai.groupby("time.month").count()
    assert int(count.sel(month=1)) < 0.6 * int(count.sel(month=7))
    low_outliers = (lai / truth["lai"].sel(time=lai["time"]) < 0.78).mean()
    assert 0.005 < float(low_outliers) < 0.06


def test_evaporative_fraction_is_one_and_missing_in_the_dark(observed, weather):
    fraction = observed["evaporative_fraction"]
    assert float(fraction.min()) >= 0 and float(fraction.max()) <= 1
    assert fraction.where(fraction["time"].dt.month == 12).count() == 0
    assert float(fraction.where(fraction["time"].dt.month == 7).notnull().mean()) < 0.12  # a month in twelve
    assert fraction.where(fraction["time"].dt.month == 7).count() > 700
    assert 0.2 < float(fraction.median()) < 0.8
    assert not np.any(np.isfinite(fraction.values) & observed["et"].isnull().values)


def test_truth_must_be_whole(truth, weather):
    with pytest.raises(InputError, match="truth lacks lai"):
        observe_like_a_tower(truth.drop_vars("lai"), weather)
    with pytest.raises(InputError, match="weather lacks shortwave"):
        observe_like_a_tower(truth, weather.drop_vars("shortwave"))
    with pytest.raises(InputError, match="expected the same days"):
        observe_like_a_tower(truth.isel(time=slice(1, None)), weather)
