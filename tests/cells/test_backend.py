"""The choice of a compiler of the time loop, and what happens where kernels cannot take a user's own equation."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import diffdalec as dd
from diffdalec import InputError, kernels
from diffdalec.cells.backend import choose_backend, integrator_for
from diffdalec.model import integrate as xla_integrate
from diffdalec.model import jarvis_stewart, simulate
from diffdalec.synthetic.stand import TRUE_PARAMETERS
from stands import MATURE_POOLS, harsh_drivers, true_lanes, weather


def gamma_stress(paw, wilting_point, field_capacity):
    """A stress function with an operation that the kernels do not know."""
    return jnp.exp(jax.lax.lgamma(1.0 + paw / (paw + field_capacity)))


def test_a_choice_is_the_same_integrator_each_time():
    """Compiled programs are found again by the identity of the integrator."""
    for name, threads in (("auto", None), ("kernels", 1), ("xla", None)):
        assert choose_backend(name, threads).integrate is choose_backend(name, threads).integrate
    assert choose_backend("kernels", 1).integrate is not choose_backend("kernels", 2).integrate


def test_an_unknown_backend_is_named():
    with pytest.raises(InputError, match="backend 'cuda' is not known"):
        choose_backend("cuda")


def test_a_stress_function_that_kernels_cannot_take_is_integrated_by_xla_and_said():
    with pytest.warns(UserWarning, match=r"gamma_stress is integrated by plain XLA.*lgamma"):
        assert integrator_for(choose_backend("auto"), gamma_stress) is xla_integrate
    with pytest.raises(InputError, match=r"'kernels' cannot take the water-stress function gamma_stress.*lgamma"):
        integrator_for(choose_backend("kernels"), gamma_stress)
    with pytest.warns(UserWarning, match="lgamma"):
        ours = dd.simulate(TRUE_PARAMETERS, MATURE_POOLS, weather(), beta=gamma_stress)
    by_xla = dd.simulate(TRUE_PARAMETERS, MATURE_POOLS, weather(), beta=gamma_stress, backend="xla")
    np.testing.assert_array_equal(ours["gpp"], by_xla["gpp"])


def test_the_model_s_own_stress_is_taken_by_kernels():
    chosen = choose_backend("auto")
    assert chosen.name == "kernels" and integrator_for(chosen, jarvis_stewart) is chosen.integrate


def test_simulate_is_the_same_by_either_backend():
    one, two = (dd.simulate(TRUE_PARAMETERS, MATURE_POOLS, weather(), backend=b, dtype="float64")
                for b in ("kernels", "xla"))  # fmt: skip
    for name in one.data_vars:
        np.testing.assert_allclose(one[name], two[name], rtol=1e-10, atol=1e-12)


def test_gradients_through_simulate_agree():
    with jax.enable_x64(True):
        parameters, pools = true_lanes(3, jnp.float64, spread=0.1)
        days = harsh_drivers(3, 400, jnp.float64)
        calendar = jnp.arange(days.shortwave.shape[0])

        def total(integrate):
            def gpp(parameters, pools):
                return jnp.sum(simulate(parameters, pools, days, calendar, ("gpp", "wood"), integrate=integrate)["gpp"])

            return jax.jit(jax.grad(gpp, (0, 1)))(parameters, pools)

        by_kernels, by_xla = total(kernels.integrate), total(xla_integrate)
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-9), by_kernels, by_xla)


@pytest.mark.parametrize(("given", "expected"), [("1", 1), ("1,4", 1), ("", None), ("many", None), ("4096", None)])
def test_threads_are_limited_as_other_libraries_have_it(monkeypatch, given, expected):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    everything = kernels.default_threads()
    monkeypatch.setenv("OMP_NUM_THREADS", given)
    assert kernels.default_threads() == (everything if expected is None else expected)
