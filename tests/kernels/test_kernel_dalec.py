"""The real step of the model: values and gradients by kernels against plain XLA."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from kernel_toys import Run

from diffdalec.kernels import integrate
from diffdalec.model import (
    INITIAL_POOLS,
    OUTPUTS,
    PARAMETERS,
    Drivers,
    Parameters,
    Pools,
    Recording,
    jarvis_stewart,
    prepare_coefficients,
    step,
)
from diffdalec.model import integrate as xla_integrate


def dalec_run(dtype, members=6, days=500):
    """The model's step, and a run with four fluxes and biomass recorded: seasons, dry spells and dark days."""
    random = np.random.default_rng(2)
    phase = 2 * np.pi * np.arange(365) / 365.25
    warm = -10 * np.cos(phase) + random.normal(0, 3, 365)
    rain = random.exponential(2.0, 365) * (random.uniform(size=365) > 0.6)
    arrays = {
        "shortwave": np.maximum(8 - 8 * np.cos(phase), 0.0),
        "co2": 380 + 0 * phase,
        "precipitation": rain,
        "conductance": 1.0 + 0.1 * random.uniform(size=365),
        "temperature_factor": np.exp(0.011136 * (warm + 5)),
        "day_length_factor": 0.2 - 0.1 * np.cos(phase),
        "vpd_root": random.uniform(0, 3, 365),
        "temperature_anomaly": warm,
        "rain_anomaly": rain / rain.mean() - 1,
        "phase_cos": np.cos(phase),
        "phase_sin": np.sin(phase),
    }
    drivers = Drivers(**{k: jnp.asarray(v, dtype) for k, v in arrays.items()})

    def draw(q):
        share = random.uniform(0.2, 0.8, members)
        logarithmic = q.lower * (q.upper / q.lower) ** share if q.lower > 0 else q.upper * share
        return jnp.asarray(logarithmic, dtype)

    parameters = Parameters(**{name: draw(q) for name, q in PARAMETERS.items()})
    pools = Pools(**{name: draw(q) for name, q in INITIAL_POOLS.items()})
    names = ("gpp", "reco", "et", "lai", "total_biomass")
    recordings = {n: Recording(OUTPUTS[n], 0 if n == "total_biomass" else 200, days) for n in names}
    run = Run(prepare_coefficients(parameters), pools, drivers, jnp.arange(days) % 365, recordings)
    return partial(step, beta=jarvis_stewart), run, parameters


def run(by, dtype):
    """A cost of four fluxes and biomass, and its gradient."""
    stand, case, parameters = dalec_run(dtype)

    def cost(parameters, pools):
        again = replace(case, constants=prepare_coefficients(parameters), initial=pools)
        final, recorded = again.by(by, stand)
        total = sum(jnp.mean((x / jnp.mean(jax.lax.stop_gradient(x)) - 1.1) ** 2) for x in recorded.values())
        return total + jnp.mean(final.som) * 1e-4, recorded

    (value, recorded), slopes = jax.jit(jax.value_and_grad(cost, (0, 1), has_aux=True))(parameters, case.initial)
    return recorded, value, slopes


@pytest.mark.parametrize(("dtype", "outputs", "gradients"), [("f4", 2e-5, 1e-4), ("f8", 1e-11, 1e-10)])
def test_dalec(dtype, outputs, gradients):
    with jax.enable_x64(dtype == "f8"):
        recorded, value, slopes = run(integrate, dtype)
        recorded_, value_, slopes_ = run(xla_integrate, dtype)
        for name, expected in recorded_.items():
            scale = np.max(np.abs(expected))
            np.testing.assert_allclose(recorded[name], expected, rtol=outputs, atol=outputs * scale, err_msg=name)
        np.testing.assert_allclose(value, value_, rtol=outputs)
        for got, expected in zip(jax.tree.leaves(slopes), jax.tree.leaves(slopes_), strict=True):
            assert np.max(np.abs(got - expected)) <= gradients * np.max(np.abs(expected))
