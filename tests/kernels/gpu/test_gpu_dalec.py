"""The real step of the model on the GPU kernels, interpreted, over years of unequal length."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gpu_runs import compiled
from test_kernel_dalec import dalec_run

from diffdalec.kernels.gpu import integrate
from diffdalec.model import OUTPUTS, Recording, prepare_coefficients
from diffdalec.model import integrate as xla_integrate

YEARS = (366, 365, 365)


def cost_and_gradient(by, dtype):
    """Five members, three years of which the first has a leap day: windows, year ends, sums, and a cost of them."""
    days = sum(YEARS)
    stand, case, parameters = dalec_run(dtype, members=5, days=days)
    ends = tuple(int(day) - 1 for day in np.cumsum(YEARS))
    case = replace(
        case,
        recordings={
            **{name: Recording(OUTPUTS[name], 366, days) for name in ("gpp", "reco", "et")},
            "lai": Recording(OUTPUTS["lai"], 0, days, sampled=(150, 516, 881)),
            "total_biomass": Recording(OUTPUTS["total_biomass"], 0, days, sampled=ends),
            **{f"nee{y}": Recording(OUTPUTS["nee"], end - 364, end + 1, summed=True) for y, end in enumerate(ends)},
        },
    )

    def cost(parameters, pools):
        again = replace(case, constants=prepare_coefficients(parameters), initial=pools)
        final, recorded = again.by(by, stand)
        total = sum(jnp.mean((x / jnp.mean(jax.lax.stop_gradient(x)) - 1.1) ** 2) for x in recorded.values())
        return total + jnp.mean(final.som) * 1e-4, recorded

    return compiled(jax.value_and_grad(cost, (0, 1), has_aux=True))(parameters, case.initial)


@pytest.mark.parametrize(
    ("dtype", "outputs", "gradients"),
    [pytest.param("f4", 5e-5, 1e-4, marks=pytest.mark.slow), ("f8", 1e-11, 1e-10)],
)
def test_dalec(dtype, outputs, gradients):
    with jax.enable_x64(dtype == "f8"):
        (value, recorded), slopes = cost_and_gradient(partial(integrate, target="interpreter", block=4), dtype)
        (value_, recorded_), slopes_ = cost_and_gradient(xla_integrate, dtype)
        for name, expected in recorded_.items():
            scale = np.max(np.abs(expected))
            np.testing.assert_allclose(recorded[name], expected, rtol=outputs, atol=outputs * scale, err_msg=name)
        np.testing.assert_allclose(value, value_, rtol=outputs)
        for got, expected in zip(jax.tree.leaves(slopes), jax.tree.leaves(slopes_), strict=True):
            assert np.max(np.abs(got - expected)) <= gradients * np.max(np.abs(expected))
