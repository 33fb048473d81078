"""Carbon and water close every day and no pool goes below zero, whatever the parameters and the weather."""

from __future__ import annotations

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffdalec.model import CARBON_POOLS, STRESS_FUNCTIONS, Pools, simulate
from stands import harsh_drivers, lanes

DAYS = 400
LANES = 32
POOLS = tuple(Pools.__dataclass_fields__)
NEEDED = (*POOLS, "gpp", "reco", "et", "runoff", "puw_drainage", "lai", "beta", "litter_respiration", "litter_to_som")
CLOSURE = {"float32": 1e-5, "float64": 1e-12}


@cache
def compiled(dtype: str, beta: str):
    return jax.jit(lambda p, i, d: simulate(p, i, d, jnp.arange(DAYS), NEEDED, beta=STRESS_FUNCTIONS[beta]))


def run(seed: int, where: str, dtype: str, beta: str = "jarvis_stewart"):
    """Series (days + 1, lanes) of pools with the initial ones in front, fluxes (days, lanes), the rain (days, 1)."""
    with jax.enable_x64(dtype == "float64"):
        kind = jnp.dtype(dtype)
        parameters, initial = lanes(seed, where, LANES, kind)
        drivers = harsh_drivers(seed + 1, DAYS, kind)
        out = compiled(dtype, beta)(parameters, initial, drivers)
        fluxes = {name: np.asarray(value, "f8") for name, value in out.items()}
        pools = {
            name: np.concatenate([np.asarray(getattr(initial, name), "f8")[None], fluxes.pop(name)]) for name in POOLS
        }
        assert all(value.dtype == kind for value in out.values())
        return pools, fluxes, np.asarray(drivers.precipitation, "f8")


def residuals(pools, fluxes, rain) -> tuple[float, float]:
    """The greatest daily error of the carbon and of the water balance, relative to the pools it moves through."""
    carbon = sum(pools[name] for name in CARBON_POOLS)
    water = pools["paw"] + pools["puw"]
    carbon_error = np.abs(np.diff(carbon, axis=0) - (fluxes["gpp"] - fluxes["reco"]))
    gone = fluxes["et"] + fluxes["runoff"] + fluxes["puw_drainage"]
    water_error = np.abs(np.diff(water, axis=0) - (rain - gone))
    # What a pool handles in a day is what it held and what came in: an empty soil under 120 mm of rain holds 120 mm.
    held_carbon = np.maximum(carbon[:-1] + fluxes["gpp"], 1e-30)
    held_water = np.maximum(water[:-1] + rain, 1e-30)
    return float((carbon_error / held_carbon).max()), float((water_error / held_water).max())


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@given(seed=st.integers(0, 2**31 - 1), where=st.sampled_from(["inside", "at", "beyond"]))
@settings(max_examples=30, deadline=None)
def test_balances_close_and_pools_stay_above_zero(dtype, seed, where):
    pools, fluxes, rain = run(seed, where, dtype)
    for name, value in {**pools, **fluxes}.items():
        assert np.isfinite(value).all(), name
    for name, value in pools.items():
        assert value.min() >= 0.0, name
    carbon, water = residuals(pools, fluxes, rain)
    assert carbon <= CLOSURE[dtype]
    assert water <= CLOSURE[dtype]


def test_balances_close_without_water_stress_too():
    pools, fluxes, rain = run(3, "at", "float64", "none")
    assert (fluxes["beta"] == 1.0).all()
    carbon, water = residuals(pools, fluxes, rain)
    assert max(carbon, water) <= CLOSURE["float64"]


@pytest.mark.parametrize("where", ["inside", "at", "beyond"])
def test_the_cases_are_hard(where):
    """Closure is no merit where nothing is limited: these lanes run dry, die, and ask for more litter than there is."""
    seen = dict.fromkeys(("dry", "stressed", "unstressed", "dead canopy", "litter emptied", "gpp"), False)
    for seed in range(4):
        pools, fluxes, _ = run(seed, where, "float64")
        lost = fluxes["litter_respiration"] + fluxes["litter_to_som"]
        seen["dry"] |= bool((pools["paw"] == 0.0).any())
        seen["stressed"] |= bool((fluxes["beta"] == 0.0).any())
        seen["unstressed"] |= bool((fluxes["beta"] == 1.0).any())
        seen["dead canopy"] |= bool((fluxes["lai"] < 1e-2).any())
        seen["litter emptied"] |= bool((lost >= pools["litter"][:-1] * (1 - 1e-9)).any())
        seen["gpp"] |= bool((fluxes["gpp"] > 5.0).any())
    assert all(seen.values()), seen


@given(st.integers(0, 2**31 - 1))
@settings(max_examples=10, deadline=None)
def test_fluxes_have_their_sign(seed):
    _, fluxes, _ = run(seed, "at", "float64")
    for name in ("gpp", "reco", "et", "runoff", "puw_drainage", "lai"):
        assert fluxes[name].min() >= 0.0, name
    assert fluxes["beta"].min() >= 0.0 and fluxes["beta"].max() <= 1.0
