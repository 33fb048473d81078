"""Do six-hourly fields keep the day: its extremes, sums and dryness? Is the reanalysis wrong in moderation?"""

import numpy as np
import pytest

from diffdalec.synthetic.biome.reanalysis import STEPS, day_shape, reanalysed, six_hourly
from diffdalec.synthetic.biome.weather import Weather
from diffdalec.synthetic.weather import saturation_pressure


@pytest.fixture(scope="module")
def believed(weather, coherence, domain):
    return reanalysed(weather, coherence, domain.cell, 3)


@pytest.fixture(scope="module")
def year(believed):
    days = np.flatnonzero(believed.time.year == 2003)
    names = ("tmin", "tmax", "shortwave", "vpd", "precipitation", "pressure")
    return Weather(believed.time[days], *(getattr(believed, name)[days] for name in names))


@pytest.fixture(scope="module")
def fields(year, domain):
    shape = day_shape(domain.latitude, domain.longitude)
    return {
        name: values.reshape(-1, STEPS, domain.cell.size)
        for name, values in six_hourly(year, shape, np.random.default_rng(0)).items()
    }


def test_extremes_and_sums_of_a_day_are_kept(fields, year):
    np.testing.assert_allclose(fields["tmin"].min(axis=1) - 273.15, year.tmin, atol=2e-3)
    np.testing.assert_allclose(fields["tmax"].max(axis=1) - 273.15, year.tmax, atol=2e-3)
    np.testing.assert_allclose(fields["tmp"].mean(axis=1) - 273.15, year.temperature, atol=0.4)
    np.testing.assert_allclose(fields["pre"].sum(axis=1), year.precipitation, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(fields["dswrf"].sum(axis=1) * 1e-6, year.shortwave, rtol=1e-5, atol=1e-5)
    assert np.all(fields["tmin"] <= fields["tmp"]) and np.all(fields["tmp"] <= fields["tmax"])


def test_dryness_of_a_day_is_kept_as_a_reader_works_it_out(fields, year):
    """e = q p/(ε + (1 − ε) q); the mean over the steps of saturation less e, not below 0, is the day's VPD."""
    pressure = fields["pres"].astype(float) / 100.0
    q = fields["spfh"].astype(float)
    vapour = q * pressure / (0.622 + 0.378 * q)
    saturated = saturation_pressure(fields["tmp"].astype(float) - 273.15)
    deficit = np.maximum(saturated - vapour, 0.0).mean(axis=1)
    np.testing.assert_allclose(deficit, year.vpd, atol=0.02)
    assert np.all(vapour <= saturated * 1.001 + 1e-3)


def test_the_sun_is_highest_at_local_noon(fields, domain):
    """At 98–102°E local noon is at about 5:20 UTC: the first step, 0–6 h, has most of the light, and 12–18 h none."""
    june = fields["dswrf"][160:180].mean(axis=(0, 2))
    assert june.argmax() == 0 and june[2] < 0.12 * june[0]
    west = day_shape(np.array([61.0]), np.array([-120.0]))  # noon at 20 UTC
    assert west.sun[170, :, 0].argmax() == 3


def test_a_polar_night_divides_by_nothing():
    shape = day_shape(np.array([70.0]), np.array([100.0]))
    assert np.all(np.isfinite(shape.sun))
    np.testing.assert_allclose(shape.sun.sum(axis=1), 1.0, rtol=1e-5)


def test_the_reanalysis_is_near_the_weather_but_not_the_weather(believed, weather):
    error = believed.temperature - weather.temperature
    assert 0.6 < error.std() < 1.6
    ratio = believed.precipitation.sum(axis=0) / weather.precipitation.sum(axis=0)
    assert np.all((ratio > 0.75) & (ratio < 1.3)) and ratio.std() > 0.005
    assert 0.85 < np.corrcoef(believed.shortwave.ravel(), weather.shortwave.ravel())[0, 1] < 0.995
    agreement = (believed.precipitation > 0) == (weather.precipitation > 0)
    assert 0.85 < agreement.mean() < 0.98
    assert np.all(believed.tmax > believed.tmin) and np.all(believed.vpd >= 0)
