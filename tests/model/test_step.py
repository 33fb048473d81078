"""The day as a whole: what it declares, what it derives, and its slopes against finite differences."""

from __future__ import annotations

from dataclasses import asdict, fields, replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from diffdalec.model import (
    INITIAL_POOLS,
    OUTPUTS,
    PARAMETERS,
    UNIDENTIFIABLE,
    Fluxes,
    Parameters,
    Pools,
    jarvis_stewart,
    prepare_coefficients,
    simulate,
    step,
    traits,
)
from diffdalec.synthetic.stand import TRUE_PARAMETERS
from diffdalec.variables import FLUXES, POOLS, TRAITS, VARIABLES
from stands import lanes, true_lanes, weather_drivers


def test_twenty_six_parameters_and_eight_pools():
    assert len(PARAMETERS) == 26 and len(INITIAL_POOLS) == 8
    for q in {**PARAMETERS, **INITIAL_POOLS}.values():
        assert q.unit and q.long_name and q.peer
        assert q.lower < q.upper
        assert q.lower > 0 or q.circular
    assert [name for name, q in PARAMETERS.items() if q.circular] == ["leaf_onset_day", "leaf_fall_day"]


def test_what_the_model_gives_is_what_the_one_table_declares():
    assert set(OUTPUTS) <= set(VARIABLES)
    assert {f.name for f in fields(Fluxes)} <= set(OUTPUTS)
    assert set(FLUXES) | set(POOLS) <= set(OUTPUTS)
    assert set(TRAITS) == {f.name for f in fields(type(traits(true_lanes(1, jnp.float32)[0])))}


def test_outputs_add_up():
    with jax.enable_x64(True):
        parameters, pools = true_lanes(2, jnp.float64, spread=0.1)
        o = simulate(parameters, pools, weather_drivers(jnp.float64), jnp.arange(400))
        near = dict(rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(o["npp"], o["gpp"] - o["autotrophic_respiration"], **near)
        np.testing.assert_allclose(o["nee"], o["reco"] - o["gpp"], **near)
        parts = (o[f"{name}_production"] for name in ("labile", "foliar", "root", "wood"))
        np.testing.assert_allclose(sum(parts), o["npp"], **near)
        np.testing.assert_allclose(o["paw_drainage"], o["runoff"] + o["paw_to_puw"], **near)
        np.testing.assert_allclose(
            o["total_biomass"], sum(o[name] for name in ("labile", "foliar", "root", "wood")), **near
        )
        # LAI is the day's first, pools its last.
        np.testing.assert_allclose(o["lai"][1:], o["foliar"][:-1] / parameters.lcma, **near)
        np.testing.assert_allclose(o["lai"][0], pools.foliar / parameters.lcma, **near)
        np.testing.assert_allclose(
            o["reco"], o["autotrophic_respiration"] + o["litter_respiration"] + o["som_respiration"], **near
        )


def _day(dtype):
    return jax.tree.map(lambda x: x[180], weather_drivers(dtype))


def test_slopes_of_a_day_match_finite_differences():
    with jax.enable_x64(True):
        parameters, pools = true_lanes(3, jnp.float64, spread=0.05)

        def after(p, i):
            return step(i, _day(jnp.float64), prepare_coefficients(p), jarvis_stewart)

        check_grads(after, (parameters, pools), order=1, modes=["rev"], eps=1e-6, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("where", ["inside", "at", "beyond"])
def test_slopes_of_a_day_are_finite_everywhere(dtype, where):
    with jax.enable_x64(dtype == "float64"):
        kind = jnp.dtype(dtype)
        parameters, pools = lanes(5, where, 64, kind)
        empty = jax.tree.map(jnp.zeros_like, pools)
        none = jnp.zeros(1, kind)
        dark = replace(_day(kind), shortwave=none, vpd_root=none, precipitation=none)

        for state in (pools, empty):
            for day in (_day(kind), dark):

                def total(p, i, day=day):
                    found = step(i, day, prepare_coefficients(p), jarvis_stewart)
                    return sum(jnp.sum(leaf) for leaf in jax.tree.leaves(found))

                slopes = jax.grad(total, argnums=(0, 1))(parameters, state)
                for slope in slopes:
                    for name, value in vars(slope).items():
                        assert np.isfinite(np.asarray(value)).all(), name


def test_an_empty_stand_stays_empty_and_breathes_nothing():
    parameters, _ = true_lanes(1, jnp.float32)
    empty = Pools(**{name: jnp.zeros(1) for name in INITIAL_POOLS})
    o = simulate(parameters, empty, weather_drivers(jnp.float32), jnp.arange(365))
    for name in ("gpp", "reco", "labile", "foliar", "root", "wood", "litter", "som"):
        assert (np.asarray(o[name]) == 0.0).all(), name


def test_what_is_called_unidentifiable_touches_no_assimilated_output():
    parameters, pools = true_lanes(1, jnp.float32)
    changed = {
        "parameters": Parameters(**{n: v * (0.5 if n in UNIDENTIFIABLE else 1) for n, v in vars(parameters).items()}),
        "pools": Pools(**{n: v * (3.0 if n in UNIDENTIFIABLE else 1) for n, v in vars(pools).items()}),
    }
    seen = ("gpp", "reco", "et", "lai", "total_biomass")
    drivers = weather_drivers(jnp.float32)
    a = simulate(parameters, pools, drivers, jnp.arange(400), (*seen, "puw"))
    b = simulate(changed["parameters"], changed["pools"], drivers, jnp.arange(400), (*seen, "puw"))
    for name in seen:
        np.testing.assert_array_equal(a[name], b[name])
    assert not np.allclose(a["puw"], b["puw"])


class TestTraits:
    @pytest.mark.parametrize("where", ["inside", "at"])
    def test_shares_of_npp_sum_to_one(self, where):
        with jax.enable_x64(True):
            t = traits(lanes(1, where, 200, jnp.float64)[0])
            total = t.allocation_leaf + t.allocation_wood + t.allocation_root
            np.testing.assert_allclose(total, 1.0, rtol=1e-14)
            for name, value in asdict(t).items():
                low, high = VARIABLES[name].plausible
                assert low <= np.asarray(value).min() and np.asarray(value).max() <= high, name

    def test_of_the_known_stand(self):
        t = traits(true_lanes(1, jnp.float32)[0])
        years = 1 / (365.25 * TRUE_PARAMETERS["wood_turnover"])
        assert float(t.wood_residence_time[0]) == pytest.approx(years, rel=1e-5)
        assert float(t.carbon_use_efficiency[0]) == pytest.approx(1 - TRUE_PARAMETERS["autotrophic_fraction"], rel=1e-5)
        foliar, labile = TRUE_PARAMETERS["foliar_fraction"], TRUE_PARAMETERS["labile_fraction"]
        leaf = foliar + (1 - foliar) * labile
        assert float(t.allocation_leaf[0]) == pytest.approx(leaf, rel=1e-5)
