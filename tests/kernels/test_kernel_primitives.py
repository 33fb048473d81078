"""Each primitive against float64 mathematics (for float32) or NumPy (for float64), edge values included."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from diffdalec.kernels import UnsupportedStep, integrate
from diffdalec.model.integrate import Recording

EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -3.0, 1e-30, -1e-30, 1e-4, -1e-4, 1e30, -1e30, np.inf, -np.inf, np.nan]
RANDOM = np.random.default_rng(1)
VALUES = np.concatenate([EDGES, RANDOM.normal(size=60), RANDOM.uniform(-110, 110, 60), 10 ** RANDOM.uniform(-8, 8, 60)])


def applied(function, *columns, dtype=np.float32):
    """``function`` on columns of numbers, by a kernel of one day with a lane each."""
    columns = [jnp.asarray(c, dtype) for c in columns]
    record = {"y": Recording(lambda state, out: out, 0, 1)}
    _, out = integrate(
        lambda state, day, constants: (state, function(*state)),
        (), tuple(columns), (jnp.zeros(1, dtype),), jnp.zeros(1, int), record,
    )  # fmt: skip
    return np.asarray(out["y"][0])


def close(got, expected, units):
    """Equal to so many units in the last place; results too small for a normal number may be zero."""
    info = np.finfo(got.dtype)
    with np.errstate(all="ignore"):
        expected = np.asarray(expected).astype(got.dtype)
    np.testing.assert_allclose(got, expected, rtol=units * info.eps, atol=2 * info.tiny)


UNARY = {
    "neg": (lambda x: -x, np.negative, 0),
    "abs": (jnp.abs, np.abs, 0),
    "sign": (jnp.sign, np.sign, 0),
    "floor": (jnp.floor, np.floor, 0),
    "ceil": (jnp.ceil, np.ceil, 0),
    "round": (jnp.round, np.round, 0),
    "sqrt": (jnp.sqrt, np.sqrt, 1),
    "rsqrt": (jax.lax.rsqrt, lambda x: 1 / np.sqrt(x), 2),
    "square": (jnp.square, np.square, 1),
    "cube": (lambda x: x**3, lambda x: x**3, 3),
    "inverse square": (lambda x: x**-2, lambda x: x**-2.0, 3),
    "exp": (jnp.exp, np.exp, 3),
    "exp2": (jnp.exp2, np.exp2, 120),  # the rounding of x ln 2, up to |x| units
    "expm1": (jnp.expm1, np.expm1, 3),
    "log": (jnp.log, np.log, 3),
    "log1p": (jnp.log1p, np.log1p, 4),
    "tanh": (jnp.tanh, np.tanh, 5),
    "logistic": (jax.nn.sigmoid, lambda x: 1 / (1 + np.exp(-x)), 4),
    "softplus": (jax.nn.softplus, lambda x: np.logaddexp(x, 0), 5),
    "sin": (lambda x: jnp.sin(jnp.clip(x, -100, 100)), lambda x: np.sin(np.clip(x, -100, 100)), 4),
    "clip": (lambda x: jnp.clip(x, -0.7, 3.0), lambda x: np.clip(x, -0.7, 3.0), 0),
    "stop_gradient": (jax.lax.stop_gradient, lambda x: x, 0),
}


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("name", UNARY)
def test_unary(name, bits):
    function, reference, units = UNARY[name]
    with jax.enable_x64(bits == 64), np.errstate(all="ignore"):
        dtype = f"f{bits // 8}"
        values = VALUES.astype(dtype)
        got = applied(function, values, dtype=dtype)
        close(got, reference(values.astype("f8")), units if bits == 32 else 2 * units)


BINARY = {
    "add": (jnp.add, np.add, 0),
    "sub": (jnp.subtract, np.subtract, 0),
    "mul": (jnp.multiply, np.multiply, 0),
    "div": (jnp.divide, np.divide, 1),
    "max": (jnp.maximum, np.maximum, 0),
    "min": (jnp.minimum, np.minimum, 0),
    "pow": (lambda x, y: jnp.power(x, jnp.clip(y, -9, 9)), lambda x, y: np.power(x, np.clip(y, -9, 9)), 2),
    "where": (lambda x, y: jnp.where(x > y, x, 2 * y), lambda x, y: np.where(x > y, x, 2 * y), 0),
    "comparisons": (
        lambda x, y: 1.0 * (x < y) + 2.0 * (x <= y) + 4.0 * (x == y) + 8.0 * (x != y) + 16.0 * (x >= y),
        lambda x, y: 1.0 * (x < y) + 2.0 * (x <= y) + 4.0 * (x == y) + 8.0 * (x != y) + 16.0 * (x >= y),
        0,
    ),
    "logic": (
        lambda x, y: jnp.where(((x > 0) & (y > 0)) | ~(jnp.isfinite(x)) ^ (y < -2), 1.0, 0.0),
        lambda x, y: np.where(((x > 0) & (y > 0)) | ~(np.isfinite(x)) ^ (y < -2), 1.0, 0.0),
        0,
    ),
}


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("name", BINARY)
def test_binary(name, bits):
    function, reference, units = BINARY[name]
    with jax.enable_x64(bits == 64), np.errstate(all="ignore"):
        dtype = f"f{bits // 8}"
        x, y = (v.ravel().astype(dtype) for v in np.meshgrid(np.concatenate([EDGES, VALUES[17:40]]), VALUES[:40]))
        exact = x.astype("f8"), y.astype("f8")
        got = applied(function, x, y, dtype=dtype)
        # A power in float64 carries |y ln x| units of the logarithm's rounding.
        close(got, reference(*exact), 1400 if (name, bits) == ("pow", 64) else units)


def test_gradients_of_ties_are_shared_as_in_jax():
    values = jnp.asarray([0.0, 1.0, -1.0, 2.0])

    def slope(function):
        def cost(x):
            record = {"y": Recording(lambda state, out: out, 0, 1)}
            run = (lambda s, d, c: (s, function(s))), (), x, jnp.zeros(1), jnp.zeros(1, int), record
            return jnp.sum(integrate(*run)[1]["y"])

        return jax.grad(cost)(values)

    bounds = [lambda x: jnp.maximum(x, 1.0), lambda x: jnp.minimum(x, x * x), lambda x: jnp.clip(x, -1, 1)]
    for function in (*bounds, jnp.abs):
        np.testing.assert_array_equal(slope(function), jax.grad(lambda x, f=function: jnp.sum(f(x)))(values))


@pytest.mark.parametrize(
    ("step", "named"),
    [
        (lambda s, d, c: (s, jax.lax.erf_inv(s)), "erf_inv"),
        (lambda s, d, c: (s, jnp.sum(s * jnp.ones(2))), "not elementwise"),
        (lambda s, d, c: (s, s * np.arange(3.0)), "array of shape"),
        (lambda s, d, c: ((s, s), s), "another structure"),
    ],
)
def test_what_cannot_be_taken_is_named(step, named):
    record = {"y": Recording(lambda state, out: out, 0, 1)}
    with pytest.raises(UnsupportedStep, match=named):
        integrate(step, (), jnp.ones(3), jnp.zeros(1), jnp.zeros(1, int), record)


def test_floats_of_two_widths_are_refused():
    with jax.enable_x64(True), pytest.raises(UnsupportedStep, match="one width"):
        integrate(lambda s, d, c: (s, s), jnp.float64(1), jnp.ones(3, "f4"), jnp.zeros(1, "f4"), jnp.zeros(1, int), {})
