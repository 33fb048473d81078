"""Runs by kernels against the same runs by plain XLA: values, gradients, lanes, windows, threads."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_toys import pool_run, pool_step, value_and_gradient, xla_integrate

from diffdalec.kernels import integrate
from diffdalec.model.integrate import Recording


def same(got, expected, rtol, atol=0.0):
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=rtol, atol=atol), got, expected)


def identical(got, expected):
    jax.tree.map(np.testing.assert_array_equal, got, expected)


# Shapes of the lanes and of a day's drivers: shared, by cell, by lane, by an axis in the middle.
LAYOUTS = [
    ((1,), ()),
    ((5,), (1,)),
    ((16,), ()),
    ((37,), ()),
    ((2, 19), ()),
    ((3, 5), (3, 1)),
    ((3, 20), (3, 1)),
    ((2, 3, 4), (3, 1)),
    ((7,), (7,)),
    ((3, 5), (3, 5)),
]


@pytest.mark.parametrize(("lanes", "driver_shape"), LAYOUTS)
def test_values_and_gradients_equal_those_of_xla(lanes, driver_shape):
    with jax.enable_x64(True):
        run = pool_run(lanes, jnp.float64, driver_shape)
        same(value_and_gradient(run, integrate), value_and_gradient(run, xla_integrate), 1e-10, 1e-11)


def test_float32():
    run = pool_run((20,))
    (out, slopes), (out_, slopes_) = (value_and_gradient(run, by) for by in (integrate, xla_integrate))
    same(out, out_, 2e-5, 1e-5)
    got, expected = jax.tree.leaves(slopes), jax.tree.leaves(slopes_)
    for a, b in zip(got, expected, strict=True):
        assert np.max(np.abs(a - b)) <= 1e-4 * np.max(np.abs(b))


def test_a_driver_shared_by_all_beside_one_by_cell():
    run = pool_run((3, 5), driver_shape=(3, 1))
    run = replace(run, drivers=run.drivers | {"rain": run.drivers["rain"][:, :1]})
    same(run.by(integrate), run.by(xla_integrate), 2e-5, 1e-5)


@settings(max_examples=6, deadline=None)
@given(st.integers(1, 60), st.data())
def test_windows(length, data):
    """Any windows, overlapping or not, in runs shorter and longer than a piece of the run."""
    length *= 3
    windows = data.draw(st.lists(st.tuples(st.integers(0, length - 1), st.integers(1, length)), min_size=1, max_size=3))
    summed = data.draw(st.lists(st.booleans(), min_size=len(windows), max_size=len(windows)))
    recordings = {
        str(i): Recording(lambda s, o, i=i: s["fast"] if i else o["loss"], a, max(a + 1, b), summed=summed[i])
        for i, (a, b) in enumerate(windows)
    }
    run = replace(pool_run(), recordings=recordings, calendar=jnp.arange(length) % 40)
    same(run.by(integrate), run.by(xla_integrate), 1e-4, 1e-5)


@pytest.mark.parametrize("driver_shape", [(), (3, 1)])
def test_sampled_days_and_sums(driver_shape):
    """Days of a sample, sums over a window that crosses pieces and over a sample: values and gradients."""

    def loss(state, out):
        return out["loss"]

    days = (0, 63, 64, 65, 129)
    recordings = {
        "daily": Recording(loss, 3, 120),
        "sample": Recording(loss, 0, 130, days),
        "sum": Recording(loss, 3, 120, summed=True),
        "sample's sum": Recording(lambda s, o: s["slow"], 0, 130, days, summed=True),
    }
    with jax.enable_x64(True):
        run = replace(pool_run((3, 5), jnp.float64, driver_shape), recordings=recordings)
        got = value_and_gradient(run, integrate)
        same(got, value_and_gradient(run, xla_integrate), 1e-10, 1e-11)
        _, recorded = got[0][1]
        np.testing.assert_allclose(recorded["sum"], np.sum(recorded["daily"], axis=0), rtol=1e-12)
        assert {n: v.shape for n, v in recorded.items()} == {
            "daily": (117, 3, 5), "sample": (5, 3, 5), "sum": (3, 5), "sample's sum": (3, 5),
        }  # fmt: skip


def test_no_recordings_and_no_constants():
    final, recorded = integrate(lambda s, d, c: (0.5 * s, ()), (), jnp.ones((2, 3)), jnp.zeros(4), jnp.arange(4), {})
    assert recorded == {}
    np.testing.assert_array_equal(final, np.full((2, 3), 0.0625))


def test_a_recording_that_does_not_fit_the_run():
    run = replace(pool_run(), recordings={"x": Recording(lambda s, o: o["loss"], 100, 200)})
    with pytest.raises(ValueError, match="recording 'x' covers days 100 to 200 of a run of 130 days"):
        run.by(integrate)


def test_threads_change_no_bit():
    run = pool_run((5, 33), driver_shape=(5, 1))
    identical(value_and_gradient(run, integrate, threads=1), value_and_gradient(run, integrate, threads=2))
    identical(run.by(integrate, threads=1), run.by(integrate, threads=7))


def test_a_lane_knows_nothing_of_its_neighbours():
    """Each lane's result to the last bit, alone and among others; and NaN stays where it is."""

    def gradient(run):
        def cost(constants, initial):
            final, recorded = replace(run, constants=constants, initial=initial).by(integrate)
            return sum(jnp.sum(x**2) for x in (*final.values(), *recorded.values()))

        return jax.jit(jax.grad(cost, (0, 1)))(run.constants, run.initial)

    run = pool_run((40,))
    run = replace(run, constants=run.constants | {"scale": jnp.full(40, 2.0)})
    whole, slopes = run.by(integrate), gradient(run)
    for keep in ([3], [39, 3], list(range(0, 40, 3)), list(range(17))):
        constants, initial = (jax.tree.map(lambda x, k=keep: x[jnp.array(k)], t) for t in (run.constants, run.initial))
        part = replace(run, constants=constants, initial=initial)
        identical(part.by(integrate), jax.tree.map(lambda x, k=keep: x[..., np.array(k)], whole))
        identical(gradient(part), jax.tree.map(lambda x, k=keep: x[np.array(k)], slopes))
    spoilt = replace(run, initial=run.initial | {"fast": run.initial["fast"].at[5].set(jnp.nan)})
    others = np.delete(np.arange(40), 5)
    for got, clean in ((spoilt.by(integrate), whole), (gradient(spoilt), slopes)):
        identical(*(jax.tree.map(lambda x: np.asarray(x)[..., others], tree) for tree in (got, clean)))
    assert np.isnan(spoilt.by(integrate)[0]["fast"][5])


def test_constants_given_from_outside_the_step():
    """A number that the step closes over is a constant as any other, and may be differentiated."""
    run = pool_run()

    def cost(rate, by):
        def step(state, day, constants):
            return pool_step(state, day, constants | {"rate": rate})

        return jnp.sum(run.by(by, step)[0]["slow"])

    got, expected = (jax.jit(jax.grad(cost), static_argnums=1)(0.2, by) for by in (integrate, xla_integrate))
    np.testing.assert_allclose(got, expected, rtol=1e-4)


def test_within_a_loop_of_jax():
    """An optimiser's loop calls the kernel again and again inside one compiled program."""
    run = pool_run()

    def cost(rate, by):
        final, _ = replace(run, constants=run.constants | {"rate": rate}).by(by)
        return jnp.sum(final["slow"] ** 2)

    def descend(by):
        body = lambda rate, _: (rate - 1e-3 * jax.grad(cost)(rate, by), cost(rate, by))  # noqa: E731
        return jax.jit(lambda rate: jax.lax.scan(body, rate, length=5))(run.constants["rate"])

    same(descend(integrate), descend(xla_integrate), 1e-4)


def test_drivers_are_data():
    run = pool_run()

    def cost(drivers):
        return jnp.sum(replace(run, drivers=drivers).by(integrate)[0]["fast"])

    slopes = jax.grad(cost)(run.drivers)
    assert all(not np.any(s) for s in slopes.values())


def test_the_gradient_of_a_long_run_keeps_its_digits():
    """A sum over 30,000 days in float32: added one by one, it would be off by more than twenty times the tolerance."""

    def slope(dtype):
        days = jnp.arange(30_000)
        drivers = jnp.asarray(np.cos(2 * np.pi * np.arange(100) / 100) + 0.3, dtype)

        def cost(weight):
            final, _ = integrate(
                lambda s, d, c: (s + c * d, ()), weight, jnp.zeros(1, dtype), drivers, days % 100, {}
            )
            return jnp.sum(final)

        return jax.grad(cost)(jnp.ones(1, dtype))

    single = slope("f4")
    with jax.enable_x64(True):
        np.testing.assert_allclose(single, slope("f8"), rtol=2e-6)
