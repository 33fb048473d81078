"""Do products see the truth as their methods would: biased, smoothed, damped, on their own dates?"""

import numpy as np
import pytest

from diffdalec.synthetic.biome.carbon_dioxide import annual_co2, daily_co2
from diffdalec.synthetic.biome.observe import (
    COMPOSITES,
    WINDOWS,
    Errors,
    period_means,
    period_starts,
    potential_evaporation,
    seen_by_products,
)
from diffdalec.synthetic.biome.weather import Weather


@pytest.fixture(scope="module")
def observed(weather):
    inside = (weather.time.year >= 2001) & (weather.time.year <= 2012)
    names = ("tmin", "tmax", "shortwave", "vpd", "precipitation", "pressure")
    return Weather(weather.time[inside], *(getattr(weather, name)[inside] for name in names))


@pytest.fixture(scope="module")
def truth(observed):
    """Streams with a season, weather and years of their own."""
    warm = np.clip(observed.temperature / 12.0, 0.0, 1.5)
    years = 1.0 + 0.15 * np.random.default_rng(0).standard_normal(12)[observed.time.year - 2001][:, None]
    return {"gpp": 6.0 * warm * years, "reco": 0.4 + 4.0 * warm * years, "et": 1.5 * warm, "lai": 2.0 + warm}


@pytest.fixture(scope="module")
def seen(truth, observed, domain, coherence):
    return seen_by_products(truth, observed, domain.latitude, np.full(12, 0.8), Errors(3, coherence, domain.cell))


def test_shapes_and_dates(seen, observed):
    assert seen.gpp.shape == seen.et.shape == (len(observed.time), 12)
    assert seen.reco.shape == (12 * 37, 12) and seen.lai.shape == (12 * 46, 12)
    for name, values in vars(seen).items():
        assert values.dtype == np.float32 and np.all(np.isfinite(values)), name
    assert np.all(seen.gpp >= 0) and np.all(seen.reco > 0)


def test_errors_are_of_the_size_of_products(seen, truth):
    for name in ("gpp", "et"):
        ratio = getattr(seen, name).mean(axis=0) / truth[name].mean(axis=0)
        assert np.all((ratio > 0.7) & (ratio < 1.4)) and ratio.std() > 0.02, name
        r = np.corrcoef(getattr(seen, name).ravel(), truth[name].ravel())[0, 1]
        assert 0.9 < r < 0.998, name


def test_respiration_is_damped_and_knows_nothing_of_gpp(seen, truth, observed):
    means = period_means(truth["reco"], period_starts(observed.time, WINDOWS), len(observed.time))
    by_year, shown = (a.reshape(12, 37, 12).mean(axis=1) for a in (means, seen.reco))
    assert np.all(shown.std(axis=0) / shown.mean(axis=0) < 0.85 * by_year.std(axis=0) / by_year.mean(axis=0))
    gpp_error = seen.gpp.mean(axis=0) / truth["gpp"].mean(axis=0)
    reco_error = shown.mean(axis=0) / by_year.mean(axis=0)
    assert abs(np.corrcoef(gpp_error, reco_error)[0, 1]) < 0.75


def test_snow_hides_needles(seen, truth, observed):
    starts = period_starts(observed.time, COMPOSITES)
    means = period_means(truth["lai"], starts, len(observed.time))
    month = observed.time.month[starts]
    ratio = seen.lai / means
    assert np.all(ratio[month == 1].mean(axis=0) < 0.9 * ratio[month == 7].mean(axis=0))


def test_periods_restart_every_january(observed):
    starts = period_starts(observed.time, WINDOWS)
    days = np.diff([*starts, len(observed.time)])
    assert set(days) == {5, 6, 10}
    assert np.all(observed.time.day_of_year[starts[::37]] == 1)


def test_potential_evaporation_is_boreal(observed, domain):
    demand = potential_evaporation(observed, domain.latitude)
    yearly = demand.mean(axis=0) * 365.25
    assert np.all((yearly > 250.0) & (yearly < 750.0))
    assert demand.min() >= 0 and demand.max() < 9


def test_carbon_dioxide_is_that_of_the_globe(shared_data, observed):
    path = shared_data / "grid" / "co2_annmean_gl_noaa.csv"
    if not path.is_file():
        pytest.skip("no real CO2: NOAA's table is absent")
    table = np.loadtxt(path, delimiter=",", comments=("#", "Year"))
    np.testing.assert_allclose(annual_co2(table[:, 0]), table[:, 1], atol=1.0)
    year = observed.time.year == 2005
    np.testing.assert_allclose(daily_co2(observed.time)[year].mean(), annual_co2([2005])[0], atol=0.4)
