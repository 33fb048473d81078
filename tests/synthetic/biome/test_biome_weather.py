"""Is the weather boreal, from the coast to the cold pole: its seasons, persistence, rain, extremes and years?"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from diffdalec.synthetic.biome.climate import climate_normals
from diffdalec.synthetic.biome.domain import compact_domain
from diffdalec.synthetic.biome.weather import daily_weather
from diffdalec.variables import FORCING


def _lag_one(values):
    return np.array([np.corrcoef(column[1:], column[:-1])[0, 1] for column in values.T])


def _anomaly(weather, values):
    monthly = pd.DataFrame(values).groupby(weather.time.month).mean()
    return values - monthly.loc[weather.time.month].to_numpy()


def test_values_are_plausible(weather):
    for name in set(FORCING) - {"co2"}:
        low, high = FORCING[name].plausible
        values = getattr(weather, name)
        assert values.dtype == np.float32
        assert np.all((values >= low) & (values <= high)), name
    assert np.all(weather.tmax > weather.tmin)
    assert np.all((weather.pressure > 850) & (weather.pressure < 1070))
    assert len(weather.time) == 13_149


def test_no_night_is_colder_than_any_that_was_measured(domain, normals, coherence):
    """Even where the means are ten degrees colder; and the rest of such a day remains a day."""
    colder = replace(normals, temperature=normals.temperature - 10.0)
    weather = daily_weather(colder, coherence, domain.cell, (2001, 2004), 3)
    assert weather.tmin.min() == pytest.approx(-66.0, abs=1e-3)
    assert np.all(weather.tmax > weather.tmin) and np.all(weather.vpd > 0.0)


def test_the_coldest_month_spans_the_gradient(statistics):
    assert -8.0 < statistics.coldest_month.max() < -2.0
    assert -43.0 < statistics.coldest_month.min() < -34.0
    assert np.all((statistics.warmest_month > 11.0) & (statistics.warmest_month < 21.0))
    assert np.all((statistics.precipitation > 200.0) & (statistics.precipitation < 1100.0))
    assert 1.2 < statistics.vpd.min() < 2.6 and 2.6 < statistics.vpd.max() < 5.0


def test_normals_are_what_the_weather_scatters_around(normals, statistics):
    np.testing.assert_allclose(statistics.temperature, normals.temperature, atol=0.8)
    np.testing.assert_allclose(statistics.precipitation, normals.annual_precipitation, rtol=0.12)


def test_temperature_persists_and_varies_more_in_winter(weather, summer, winter):
    anomaly = _anomaly(weather, weather.temperature)
    assert np.all((_lag_one(anomaly) > 0.7) & (_lag_one(anomaly) < 0.9))
    assert np.all(anomaly[winter].std(axis=0) > 1.2 * anomaly[summer].std(axis=0))
    assert np.all((anomaly[summer].std(axis=0) > 2.5) & (anomaly[winter].std(axis=0) < 9.5))


def test_wet_days_come_in_spells(weather, normals):
    wet = weather.precipitation > 0
    assert np.all(weather.precipitation[wet] >= 0.1)
    np.testing.assert_allclose(wet.mean(axis=0), normals.wet_fraction, atol=0.04)
    persistence = _lag_one(wet.astype(float))
    assert np.all((persistence > 0.25) & (persistence < 0.45))
    assert 25.0 < weather.precipitation.max() < 150.0


def test_light_and_dryness_peak_in_early_summer(weather):
    for values, months in ((weather.shortwave, (5, 6, 7)), (weather.vpd, (6, 7))):
        course = pd.DataFrame(values).groupby(weather.time.month).mean()
        assert set(course.idxmax()) <= set(months)
        assert np.all(course.min() < 0.15 * course.max())


def test_clear_days_are_bright_dry_and_have_wide_ranges(weather, summer):
    wet = weather.precipitation > 0
    for values in (weather.shortwave, weather.vpd, weather.tmax - weather.tmin):
        inside = values[summer]
        dry_mean = np.where(wet[summer], np.nan, inside)
        wet_mean = np.where(wet[summer], inside, np.nan)
        assert np.all(np.nanmean(dry_mean, axis=0) > 1.1 * np.nanmean(wet_mean, axis=0))


def test_years_differ_and_warm(weather):
    yearly = pd.DataFrame(weather.temperature).groupby(weather.time.year).mean()
    assert np.all((yearly.std() > 0.5) & (yearly.std() < 1.8))
    assert yearly.loc[2010:2020].to_numpy().mean() > yearly.loc[1985:1995].to_numpy().mean() + 0.3
    rain = pd.DataFrame(weather.precipitation).groupby(weather.time.year).sum()
    assert np.all((rain.std() / rain.mean() > 0.06) & (rain.std() / rain.mean() < 0.3))


def test_neighbours_share_their_weather(weather, domain):
    correlation = np.corrcoef(_anomaly(weather, weather.temperature).T)
    across = np.linalg.norm(domain.place[:, None] - domain.place[None], axis=-1)
    near, far = (across > 0) & (across < 5), across > 40
    assert correlation[near].min() > 0.75
    assert np.abs(correlation[far]).max() < 0.35


def test_same_seed_same_weather_in_any_batch(domain, normals, coherence):
    from diffdalec.synthetic.biome.fields import Coherence, extent_of

    years = (2001, 2002)
    whole = daily_weather(normals, coherence, domain.cell, years, 5)
    chosen = slice(3, 6)
    small = Coherence(domain.place[chosen], extent_of(domain.place), 12.0, own=0.1)
    part = daily_weather(normals.part(chosen), small, domain.cell[chosen], years, 5)
    other = daily_weather(normals, coherence, domain.cell, years, 6)
    for name in ("tmin", "precipitation", "vpd", "shortwave"):
        np.testing.assert_allclose(getattr(whole, name)[:, chosen], getattr(part, name), atol=2e-3)
        assert np.abs(getattr(whole, name) - getattr(other, name)).max() > 1.0


@pytest.fixture(scope="module")
def real(shared_data):
    path = shared_data / "grid" / "boreal_0p5deg_static.csv.gz"
    if not path.is_file():
        pytest.skip("no real climate: the boreal 0.5° table is absent")
    return pd.read_csv(path).dropna(subset=["Tcold", "Twarm", "MAT", "MAP"])


@pytest.mark.parametrize("name, column", [("temperature", "MAT"), ("warmest_month", "Twarm"), ("precipitation", "MAP")])
def test_climates_are_ones_that_boreal_cells_have(statistics, real, name, column):
    """At a temperature of the coldest month, nearly all cells lie where 98 % of real boreal cells like that lie."""
    inside = []
    for coldest, value in zip(statistics.coldest_month, getattr(statistics, name), strict=True):
        like = real.loc[(real["Tcold"] - coldest).abs() < 2.5, column]
        low, high = like.quantile([0.01, 0.99])
        inside.append(low <= value <= high)
    assert np.mean(inside) >= 0.9, (name, inside)


def test_the_coldest_months_are_ones_that_boreal_cells_have(real):
    normals = climate_normals(compact_domain(200), 1)
    coldest = normals.temperature - normals.amplitude
    low, high = real["Tcold"].quantile([0.002, 0.998])
    assert np.mean((coldest >= low) & (coldest <= high)) > 0.97
