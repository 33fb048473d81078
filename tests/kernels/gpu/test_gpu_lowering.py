"""The GPU kernels lowered for CUDA on a machine without it, and what is said where there is none."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gpu_runs import compiled
from kernel_toys import pool_run
from test_kernel_dalec import dalec_run

from diffdalec.kernels import UnsupportedStep
from diffdalec.kernels.gpu import arithmetic, gpu_available, integrate, machine
from diffdalec.model import Recording

KERNEL = "__gpu$xla.gpu.triton"


def lowered(run, step, by=integrate):
    """The lowered gradient of all that is recorded."""

    def cost(constants, initial):
        final, recorded = by(
            step, constants, initial, run.drivers, run.calendar, run.recordings, target="lowering"
        )
        return sum(jnp.sum(x**2) for x in (*jax.tree.leaves(final), *recorded.values()))

    gradient = jax.jit(jax.grad(cost, (0, 1))).trace(run.constants, run.initial)
    return gradient.lower(lowering_platforms=("cuda",)).as_text()


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_the_model_is_one_kernel_each_way(dtype):
    with jax.enable_x64(dtype == "f8"):
        step, run, _ = dalec_run(dtype, members=70, days=800)
        text = lowered(run, step)
    assert text.count(KERNEL) == 2
    assert "days_forward" in text and "days_backward" in text
    # Three blocks of 32 lanes for 70, and no loop over days outside of the kernels.
    assert text.count("grid_x = 3 : i32") == 2
    assert "stablehlo.while" not in text


ONE = {
    "exp": jnp.exp, "exp2": jnp.exp2, "expm1": jnp.expm1, "log": lambda x: jnp.log(x * x + 0.1),
    "log1p": lambda x: jnp.log1p(x * x), "tanh": jnp.tanh, "logistic": jax.nn.sigmoid, "sin": jnp.sin, "cos": jnp.cos,
    "sqrt": lambda x: jnp.sqrt(x * x + 0.1), "rsqrt": lambda x: jax.lax.rsqrt(x * x + 0.1), "neg": lambda x: -x,
    "abs": jnp.abs, "sign": jnp.sign, "floor": jnp.floor, "ceil": jnp.ceil, "square": jnp.square,
    "round": lambda x: jax.lax.round(x), "even": lambda x: jax.lax.round(x, jax.lax.RoundingMethod.TO_NEAREST_EVEN),
    "cube": lambda x: jax.lax.integer_pow(x, 3), "pow": lambda x: (x * x + 0.1) ** 1.7,
    "clamp": lambda x: jax.lax.clamp(-0.5, x, 0.7), "max": lambda x: jnp.maximum(x, 1 - x),
    "min": lambda x: jnp.minimum(0.3, x), "finite": lambda x: jnp.where(jnp.isfinite(x), 1.0, 2.0),
    "logic": lambda x: jnp.where((x > 0) & ~(x >= 1) | (x == 0.5) ^ (x != 2), x, 2.0), "div": lambda x: x / (x * x + 1),
    "less": lambda x: jnp.where((x < 0) | (x <= -1), x, -x), "step": lambda x: jnp.where(x > 0, 1.0, 0.0) - x,
}  # fmt: skip


def primitives_run(dtype):
    run = pool_run((13,), dtype)
    run = run.__class__(
        {}, jnp.asarray([-2.5, -1.5, -1.0, -0.5, -0.3, 0.0, 0.3, 0.5, 1.0, 1.5, 2.0, 2.5, np.nan], dtype),
        jnp.zeros(1, dtype), jnp.zeros(1, jnp.int32),
        {name: Recording(lambda s, o, name=name: o[name], 0, 1) for name in ONE},
    )  # fmt: skip
    return lambda s, d, c: (s, {name: f(s) for name, f in ONE.items()}), run


@pytest.mark.parametrize(("dtype", "rtol"), [("f4", 1e-6), ("f8", 1e-14)])
def test_every_primitive(dtype, rtol):
    """In interpretation as JAX has it, NaN and halves included; and lowered, with its derivative."""
    with jax.enable_x64(dtype == "f8"):
        step, run = primitives_run(dtype)
        _, recorded = compiled(partial(run.by, partial(integrate, target="interpreter"), step))()
        for name, f in ONE.items():
            np.testing.assert_allclose(recorded[name][0], f(run.initial), rtol=rtol, atol=rtol, err_msg=name)
        assert lowered(run, step).count(KERNEL) == 2


def test_no_operation_of_the_graph_is_left_out():
    from diffdalec.kernels.emit import OPERATIONS

    assert set(arithmetic.OPERATIONS) == set(OPERATIONS)


def test_without_cuda_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(machine, "find_spec", lambda name: None)
    assert gpu_available() == 'JAX is installed without CUDA: pip install "diffdalec[gpu]"'
    with pytest.raises(UnsupportedStep, match=r'pip install "diffdalec\[gpu\]"'):
        pool_run((2,)).by(integrate)


def test_cuda_without_a_gpu_says_what_jax_says(monkeypatch):
    def none(backend):
        raise RuntimeError("no device found")

    monkeypatch.setattr(machine, "find_spec", lambda name: object())
    monkeypatch.setattr(jax, "devices", none)
    assert gpu_available() == "JAX finds no GPU: no device found"
