"""Runs by the GPU kernels, interpreted, against the same runs by plain XLA: values, gradients, lanes, recordings."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gpu_runs import compiled, interpreted, value_and_gradient
from kernel_toys import pool_run, pool_step, xla_integrate

from diffdalec.kernels import UnsupportedStep
from diffdalec.kernels.gpu import integrate
from diffdalec.model import Recording


def same(got, expected, rtol=1e-10, atol=1e-11):
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=rtol, atol=atol), got, expected)


# Lanes that fill no block, several blocks with cells across their bounds, and each lane with drivers of its own.
@pytest.mark.parametrize(("lanes", "driver_shape"), [((5,), ()), ((3, 5), (3, 1)), ((11,), (11,))])
def test_values_and_gradients_equal_those_of_xla(lanes, driver_shape):
    with jax.enable_x64(True):
        run = pool_run(lanes, jnp.float64, driver_shape)
        same(value_and_gradient(run, interpreted), value_and_gradient(run, xla_integrate))


def test_recordings_of_all_kinds():
    """Windows that overlap, days picked out, sums of both kinds across chunks, and two of one value."""
    loss, slow = (lambda s, o: o["loss"]), (lambda s, o: s["slow"])
    recordings = {
        "window": Recording(loss, 10, 100),
        "another": Recording(loss, 90, 130),
        "picked": Recording(slow, 0, 130, sampled=(3, 64, 129)),
        "sum": Recording(loss, 0, 130, summed=True),
        "months": Recording(loss, 20, 80, summed=True),
        "later": Recording(slow, 50, 70, summed=True),
        "picked sum": Recording(slow, 0, 130, sampled=(1, 55, 61, 127), summed=True),
        "scattered": Recording(slow, 0, 130, sampled=(0, 56, 62), summed=True),
    }
    with jax.enable_x64(True):
        run = replace(pool_run((3,), jnp.float64), recordings=recordings)
        same(value_and_gradient(run, interpreted), value_and_gradient(run, xla_integrate))


def test_an_optimisers_loop_in_float32():
    """Inside jit and a loop of JAX; a number that the step closes over is a constant as any other."""
    run = pool_run((6,))

    def cost(rate, by):
        def step(state, day, constants):
            return pool_step(state, day, constants | {"rate": rate})

        return jnp.sum(run.by(by, step)[0]["slow"])

    def descend(by):
        def body(rate, _):
            value, slope = jax.value_and_grad(cost)(rate, by)
            return rate - 1e-3 * slope, value

        return compiled(lambda: jax.lax.scan(body, 0.2, length=3))()

    same(descend(interpreted), descend(xla_integrate), 1e-4)


def test_nan_stays_in_its_lane():
    run = pool_run((9,))
    spoilt = replace(run, initial=run.initial | {"fast": run.initial["fast"].at[5].set(jnp.nan)})
    (clean, _), (final, series) = (compiled(partial(r.by, interpreted))() for r in (run, spoilt))
    others = np.delete(np.arange(9), 5)
    np.testing.assert_array_equal(final["slow"][others], clean["slow"][others])
    assert np.isnan(final["slow"][5]) and np.isnan(series["loss"][-1, 5])


def test_no_recordings_and_no_constants():
    step, days = (lambda s, d, c: (0.5 * s, ())), jnp.arange(4)
    final, recorded = interpreted(step, (), jnp.ones((2, 3)), jnp.zeros(4), days, {})
    assert recorded == {}
    np.testing.assert_array_equal(final, np.full((2, 3), 0.0625))
    np.testing.assert_array_equal(
        jax.grad(lambda s: jnp.sum(interpreted(step, (), s, jnp.zeros(4), days, {})[0]))(jnp.ones(2)), [0.0625] * 2
    )


def test_drivers_are_data():
    run = pool_run((2,))
    slopes = jax.grad(lambda drivers: jnp.sum(replace(run, drivers=drivers).by(interpreted)[0]["fast"]))(run.drivers)
    assert all(not np.any(s) for s in slopes.values())


def test_the_gradient_of_a_long_run_keeps_its_digits():
    """A sum over 20,000 days in float32: added one by one, it would be off by more than the tolerance."""

    def slope(dtype):
        days = jnp.arange(20_000)
        drivers = jnp.asarray(np.cos(2 * np.pi * np.arange(100) / 100) + 0.3, dtype)
        by = partial(integrate, target="interpreter", block=1, chunk=100)

        def cost(weight):
            final, kept = by(
                lambda s, d, c: (s + c * d, c * d), weight, jnp.zeros(1, dtype), drivers, days % 100,
                {"sum": Recording(lambda s, o: o, 0, 20_000, summed=True)},
            )  # fmt: skip
            return jnp.sum(final), kept["sum"]

        return compiled(jax.grad(cost, has_aux=True))(jnp.ones(1, dtype))

    single = slope("f4")
    with jax.enable_x64(True):
        same(single, slope("f8"), 2e-6)


def test_what_cannot_be_taken_is_said():
    run = pool_run((2,))
    with pytest.raises(UnsupportedStep, match="'erf'"):
        run.by(interpreted, lambda s, d, c: (s | {"fast": jax.lax.erf(s["fast"])}, {"loss": 0, "share": 0}))
    with pytest.raises(UnsupportedStep, match="at least one day"):
        replace(run, calendar=run.calendar[:0], recordings={}).by(interpreted)
    with pytest.raises(ValueError, match="power of two of lanes, at least 1, not 24"):
        run.by(partial(integrate, target="interpreter", block=24))
    with pytest.raises(ValueError, match="at least 32, not 16"):
        run.by(partial(integrate, target="lowering", block=16))
    with pytest.raises(ValueError, match="recording 'x' covers days 100 to 200 of a run of 130 days"):
        replace(run, recordings={"x": Recording(lambda s, o: o["loss"], 100, 200)}).by(interpreted)
