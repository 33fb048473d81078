"""Scores against their textbook definitions, with gaps, lanes and the cases in which NSE is not defined."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffdalec.cost import nnse, r_squared, rmse
from diffdalec.observation import Target, score_scale


def target(values, valid=None, sigma=0.2) -> Target:
    values = np.asarray(values, "f8")[:, None]
    valid = np.ones_like(values) if valid is None else np.asarray(valid, "f8")[:, None]
    return Target(jnp.asarray(values * valid), jnp.asarray(valid), jnp.asarray(score_scale(values, valid, sigma)))


def test_nnse_is_one_over_two_minus_nse():
    rng = np.random.default_rng(0)
    observed, simulated = rng.normal(3, 2, 50), rng.normal(3, 2, (50, 3))
    nse = 1 - ((simulated - observed[:, None]) ** 2).sum(0) / ((observed - observed.mean()) ** 2).sum()
    np.testing.assert_allclose(nnse(jnp.asarray(simulated), target(observed)), 1 / (2 - nse), rtol=1e-5)


def test_a_perfect_run_scores_one_and_the_mean_a_half():
    observed = np.array([1.0, 2.0, 5.0, 4.0])
    assert float(nnse(jnp.asarray(observed)[:, None], target(observed))[0]) == 1.0
    assert float(nnse(jnp.full((4, 1), 3.0), target(observed))[0]) == pytest.approx(0.5)


def test_missing_values_count_for_nothing():
    observed = np.array([1.0, 2.0, 1e6, 4.0])
    simulated = jnp.array([1.5, 2.0, -7.0, 3.0])[:, None]
    keep = np.array([1, 1, 0, 1])
    present = keep.astype(bool)
    without = target(observed[present])
    for score in (nnse, rmse, r_squared):
        assert float(score(simulated, target(observed, keep))[0]) == pytest.approx(
            float(score(simulated[present], without)[0]), rel=1e-5
        )


@given(
    st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=30),
    st.lists(st.floats(-1e6, 1e6), min_size=30, max_size=30),
)
@settings(max_examples=50, deadline=None)
def test_nnse_is_between_zero_and_one(observed, simulated):
    with jax.enable_x64(True):
        score = float(nnse(jnp.asarray(simulated[: len(observed)])[:, None], target(observed))[0])
    assert 0.0 < score <= 1.0


def test_one_value_is_judged_by_its_relative_error():
    for error in (0.0, 0.1, 0.2, 1.0):
        found = float(nnse(jnp.array([[5000.0 * (1 + error)]]), target([5000.0]))[0])
        assert found == pytest.approx(1 / (1 + (error / 0.2) ** 2), rel=1e-5)


def test_a_constant_series_divides_by_nothing():
    found = nnse(jnp.array([[3.0], [3.3], [2.7]]), target([3.0, 3.0, 3.0]))
    assert float(found[0]) == pytest.approx(1 / (1 + 2 * 0.3**2 / (3 * (0.2 * 3) ** 2)), rel=1e-5)


def test_r_squared_ignores_scale_and_shift():
    observed = np.array([1.0, 2.0, 5.0, 4.0, 0.0])
    assert float(r_squared(jnp.asarray(7 - 2 * observed)[:, None], target(observed))[0]) == pytest.approx(1.0)


def test_rmse_is_in_the_streams_unit():
    assert float(rmse(jnp.array([[1.0], [2.0], [6.0]]), target([1.0, 2.0, 3.0]))[0]) == pytest.approx(np.sqrt(3.0))
