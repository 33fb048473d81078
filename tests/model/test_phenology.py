"""CDEA phenology: the harmonic form is the published one, and its integral is what the traits say."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffdalec.model.phenology import OFFSET_COEFFICIENTS, log_rate, rate
from diffdalec.model.traits import effective_lifespan

SCALE = 365.25 / np.pi
LIFESPANS = st.floats(1.001, 8.0)
PERIODS = st.floats(30.4375, 150.0)
DAYS = st.floats(0.0, 365.25)


def published(t, lifespan, period, day):
    """Bloom & Williams 2015, as it is printed: a squared sine about a shifted day."""
    width = period * np.sqrt(2) / 2
    loss = 0.5 * np.log(lifespan / (lifespan - 1))
    offset = width * np.polyval(OFFSET_COEFFICIENTS, np.log(lifespan - 1))
    return 2 / np.sqrt(np.pi) * loss / width * np.exp(-((np.sin((t - day + offset) / SCALE) * SCALE / width) ** 2))


def harmonic(t, lifespan, period, day):
    angle = 2 * jnp.pi * jnp.asarray(t) / 365.25
    return np.asarray(rate(log_rate(*map(jnp.float64, (lifespan, period, day))), jnp.cos(angle), jnp.sin(angle)))


@given(LIFESPANS, PERIODS, DAYS)
@settings(max_examples=100, deadline=None)
def test_harmonic_form_is_the_sine_form(lifespan, period, day):
    t = np.arange(366.0)
    expected = published(t, lifespan, period, day)
    with jax.enable_x64(True):
        found = harmonic(t, lifespan, period, day)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12 * expected.max())


@given(LIFESPANS, PERIODS, DAYS)
@settings(max_examples=50, deadline=None)
def test_integral_over_the_year_is_the_inverse_of_the_effective_lifespan(lifespan, period, day):
    # The rate is periodic and smooth: the mean of equidistant points is its integral to machine precision.
    t = np.linspace(0.0, 365.25, 4000, endpoint=False)
    with jax.enable_x64(True):
        annual = harmonic(t, lifespan, period, day).mean() * 365.25
        lived = float(effective_lifespan(jnp.float64(lifespan), jnp.float64(period)))
    assert annual * lived == pytest.approx(1.0, rel=1e-10)


@pytest.mark.parametrize(("lifespan", "years"), [(1.2, 0.5), (2.0, 1.4)])
def test_effective_lifespan_is_not_the_shape_parameter(lifespan, years):
    """Near 1/ln(L/(L - 1)), and not L: the two are confused in the literature."""
    found = float(effective_lifespan(lifespan, 60.0))
    assert found == pytest.approx(years, rel=0.15)
    assert found == pytest.approx(1 / np.log(lifespan / (lifespan - 1)), rel=0.1)


def test_effective_lifespan_rises_with_the_shape_parameter_and_stays_below_eight():
    values = np.asarray(effective_lifespan(jnp.linspace(1.001, 8.0, 200), 150.0))
    assert (np.diff(values) > 0).all() and values[-1] < 8.0


def test_a_year_later_it_is_the_same_day():
    with jax.enable_x64(True):
        np.testing.assert_allclose(
            harmonic(np.arange(10.0), 2.5, 60.0, 40.0), harmonic(np.arange(10.0) + 365.25, 2.5, 60.0, 40.0), rtol=1e-12
        )
        np.testing.assert_allclose(
            harmonic(np.arange(366.0), 2.5, 60.0, 40.0), harmonic(np.arange(366.0), 2.5, 60.0, 405.25), rtol=1e-11
        )


def test_the_year_of_an_evergreen_and_of_a_deciduous_canopy():
    """From leaf fall to leaf fall a deciduous canopy loses nearly all and an evergreen one its share 1/L."""
    t = np.arange(366.0)
    with jax.enable_x64(True):
        left = {shape: np.prod(1 - harmonic(t, shape, 60.0, 270.0)) for shape in (1.001, 3.0, 8.0)}
    assert left[1.001] < 0.02
    assert left[3.0] == pytest.approx(1 - 1 / 3.0, abs=0.05)
    assert left[8.0] == pytest.approx(1 - 1 / 8.0, abs=0.02)


def test_the_peak_is_at_its_day():
    """CDEA's offset puts the day of the greatest *flux*, rate times what is left, on the named day."""
    with jax.enable_x64(True):
        fall = harmonic(np.arange(366.0), 1.3, 40.0, 270.0)
    pool = np.concatenate([[1.0], np.cumprod(1 - fall)])[:-1]
    assert abs(int(np.argmax(fall * pool)) - 270) <= 3
