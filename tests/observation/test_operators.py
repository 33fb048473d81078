"""Observation operators: what a product would report of a daily series, and the scale that errors are judged by."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffdalec.observation import BiomassAtAge, Daily, FinalBiomass, WindowMean, score_scale


def window_mean(daily: np.ndarray, weights: np.ndarray) -> np.ndarray:
    index = np.minimum(np.arange(weights.size), len(daily)).reshape(weights.shape)
    operator = WindowMean(
        output="reco", start=0, stop=len(daily), weights=jnp.asarray(weights[..., None]), index=jnp.asarray(index)
    )
    return np.asarray(operator(jnp.asarray(daily[:, None])))[:, 0]


def test_window_mean_is_over_the_days_that_were_seen():
    daily = np.arange(20.0)
    weights = np.ones((2, 10))
    weights[0, 5:] = 0.0
    np.testing.assert_allclose(window_mean(daily, weights), [2.0, 14.5])


def test_last_window_may_be_short():
    weights = np.ones((2, 10))
    weights[1, 3:] = 0.0
    np.testing.assert_allclose(window_mean(np.arange(13.0), weights), [4.5, 11.0])


def test_a_window_without_any_day_is_finite():
    assert np.isfinite(window_mean(np.arange(20.0), np.zeros((2, 10)))).all()


def test_biomass_is_taken_at_the_ends_of_years():
    ends = jnp.array([364, 729, 1095])
    daily = jnp.arange(1096.0)[:, None] * jnp.array([1.0, 2.0])
    operator = BiomassAtAge(year_ends=tuple(ends.tolist()))
    assert (operator.start, operator.stop, operator.sampled) == (0, 1096, (364, 729, 1095))
    at_ages = operator(daily[jnp.asarray(operator.sampled)])
    assert at_ages.tolist() == [[364.0, 728.0], [729.0, 1458.0], [1095.0, 2190.0]]
    assert FinalBiomass(1095, 1096)(daily[1095:]).tolist() == [[1095.0, 2190.0]]


def test_daily_is_the_series():
    daily = jnp.arange(5.0)[:, None]
    assert Daily("gpp", 0, 5)(daily) is daily


class TestScale:
    def test_is_the_sum_of_squares_about_the_mean_of_valid_values(self):
        values, valid = np.array([[1.0], [2.0], [99.0], [6.0]]), np.array([[1], [1], [0], [1]])
        assert score_scale(values, valid, 0.2) == pytest.approx(np.array([14.0]))

    @pytest.mark.parametrize("number", [1, 7])
    def test_of_one_value_or_a_constant_series_is_a_relative_error(self, number):
        values = np.full((number, 1), 50.0)
        assert score_scale(values, np.ones_like(values), 0.2) == pytest.approx(number * (0.2 * 50.0) ** 2)

    def test_of_nothing_but_zeros_is_still_positive(self):
        assert score_scale(np.zeros((5, 1)), np.ones((5, 1)), 0.2)[0] > 0.0

    @given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=20), st.floats(0.01, 1.0))
    @settings(deadline=None)
    def test_is_always_positive(self, values, sigma):
        column = np.array(values)[:, None]
        assert (score_scale(column, np.ones_like(column), sigma) > 0.0).all()
