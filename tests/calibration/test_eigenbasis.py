"""Adam in the eigenbasis, on valleys whose floor is known."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from diffdalec.calibration.descent import DescentSettings, Iteration, Start

N = 12
TURN = np.linalg.qr(np.random.default_rng(0).normal(size=(N, N)))[0]
STEEPNESS = np.logspace(0, 4, N)


def slanting(z, data):
    """A valley in no coordinate's direction, a hundred times as long as wide."""
    along = jnp.tensordot(jnp.asarray(TURN, z.dtype), z, axes=1)
    return jnp.tensordot(jnp.asarray(STEEPNESS, z.dtype), along**2, axes=1) / 2 + data


def rosenbrock(z, data):
    return jnp.sum(100 * (z[1:] - z[:-1] ** 2) ** 2 + (1 - z[:-1]) ** 2, axis=0) + data


def steps(cost, z, method, number=400, rate=0.1, **options):
    settings = DescentSettings(
        number, rate, 1e-4, first_moment_decay=0.8, second_moment_decay=0.98, method=method, **options
    )
    state, iterate = Start(settings)(z), jax.jit(Iteration(cost, settings))
    for _ in range(number):
        state = iterate(state, jnp.zeros((), z.dtype))
    return state


def starts(lanes=4, dtype=jnp.float32):
    return jnp.asarray(np.random.default_rng(1).normal(size=(N, lanes)), dtype)


def test_crosses_a_slanting_valley_that_adam_zigzags_in():
    found, adam = (steps(slanting, starts(), m).best_cost for m in ("eigenbasis", "adam"))
    assert (found < 1e-2).all() and (found < 0.1 * adam).all()


def test_follows_a_curved_valley():
    found = steps(rosenbrock, 0.5 * starts(), "eigenbasis", number=1500)
    assert (found.best_cost < 0.05).all()


def test_goes_as_deep_slantwise_as_along_the_axes():
    """Adam does so along the axes alone."""

    def upright(z, data):
        return jnp.tensordot(jnp.asarray(STEEPNESS, z.dtype), z**2, axes=1) / 2 + data

    for cost in (slanting, upright):
        assert (steps(cost, starts(), "eigenbasis").best_cost < 1e-6).all()


def test_lanes_do_not_see_one_another():
    z = starts(3)
    alone, together = steps(slanting, z[:, 1:2], "eigenbasis"), steps(slanting, z, "eigenbasis")
    np.testing.assert_allclose(alone.best_cost[0], together.best_cost[1], rtol=1e-3, atol=1e-7)


def test_a_lane_without_a_gradient_stays_where_it_is():
    z = starts(2)

    def flat(z, data):
        return slanting(z, data) * jnp.array([0.0, 1.0])

    state = steps(flat, z, "eigenbasis", number=50)
    np.testing.assert_array_equal(state.z[:, 0], z[:, 0])
    assert np.isfinite(state.z).all() and (state.failed_at < 0).all()


def test_a_lane_that_is_not_a_number_stops_alone():
    def falls(z, data):
        return jnp.where(jnp.array([True, False]) & (z[0] < 0.3), jnp.nan, slanting(z, data))

    z = starts(2).at[0].set(1.0)
    whole, broken = (steps(cost, z, "eigenbasis") for cost in (slanting, falls))
    assert broken.failed_at[0] >= 0 and broken.failed_at[1] < 0
    np.testing.assert_array_equal(whole.best_cost[1], broken.best_cost[1])


@pytest.mark.parametrize("method", ["adam", "eigenbasis"])
def test_double_precision_goes_deeper(method):
    with jax.enable_x64(True):
        state = steps(slanting, starts(dtype=jnp.float64), method, number=1000)
    cost = np.asarray(state.best_cost)  # out here JAX would compare in single precision
    assert state.z.dtype == np.float64 and cost.dtype == np.float64
    assert (cost < 1e-4).all() if method == "eigenbasis" else np.isfinite(cost).all()
