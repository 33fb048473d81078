"""Each rule of EDC1–9: nothing where it is met, more the further it is broken, led back from however far."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from diffdalec.cost import CONSTRAINTS, Evidence, GaussianPrior, penalty
from diffdalec.model import traits
from stands import true_lanes

FACTOR = 5.0


def evidence(som_end=None, wood_end=None, inflow=None, outflow=100.0, **changes) -> Evidence:
    """What the true stand shows, with changes; in double precision where that is enabled."""
    p, i = true_lanes(1, float)
    p = replace(p, **{name: jnp.asarray([value], float) for name, value in changes.items()})
    ends = {"som": som_end, "wood": wood_end}
    final = replace(i, **{pool: jnp.asarray([end], float) for pool, end in ends.items() if end is not None})
    inflow = outflow if inflow is None else inflow
    return Evidence(p, traits(p), i, final, jnp.asarray([inflow], float), jnp.asarray([outflow], float))


def violation(name: str, **changes) -> float:
    with jax.enable_x64(True):
        return float(CONSTRAINTS[name].violation(evidence(**changes), jnp.float64(FACTOR))[0])


def test_there_are_nine():
    assert list(CONSTRAINTS) == [f"edc{i}" for i in range(1, 10)]


@pytest.mark.parametrize("name", ["edc1", "edc2", "edc3", "edc4", "edc5", "edc6", "edc8", "edc9"])
def test_the_true_stand_breaks_none(name):
    assert violation(name) == 0.0


# What is changed, and by which factor each step breaks the rule further.
BREAKS = {
    "edc1": lambda f: dict(litter_turnover=1e-3, som_turnover=1e-3 * f),
    "edc2": lambda f: dict(litter_to_som_rate=1e-4, som_turnover=1e-4 * f),
    "edc4": lambda f: dict(root_turnover=1e-4, som_turnover=1e-4 * f),
    "edc8": lambda f: dict(root_turnover=1e-4, wood_turnover=1e-4 * f),
    "edc6": lambda f: dict(inflow=100.0 * FACTOR * f, outflow=100.0),
}


@pytest.mark.parametrize("name", BREAKS)
@pytest.mark.parametrize("far", [2.0, np.e, 50.0, np.exp(100.0)])
def test_violation_is_in_ln_units(name, far):
    """One scale for all: a rule broken by a factor e is broken by 1, wherever it stands."""
    assert violation(name, **BREAKS[name](1.0)) == pytest.approx(0.0, abs=1e-12)
    assert violation(name, **BREAKS[name](0.999)) == 0.0
    assert violation(name, **BREAKS[name](far)) == pytest.approx(np.log(far), rel=1e-9)


def test_leaves_must_turn_over_faster_than_wood():
    with jax.enable_x64(True):
        leaf = float(1 / (365.25 * traits(true_lanes(1, jnp.float64)[0]).leaf_lifespan[0]))
    assert violation("edc3", wood_turnover=0.99 * leaf) == 0.0
    assert violation("edc3", wood_turnover=leaf * np.e) == pytest.approx(1.0, rel=1e-6)


def test_canopy_and_roots_stay_within_a_factor_from_both_sides():
    for root, sign in ((1.0, 1), (0.01, -1)):
        found = violation("edc5", foliar_fraction=0.01, labile_fraction=0.01, root_fraction=root)
        leaf = 0.01 + 0.99 * 0.01
        ratio = leaf / ((1 - leaf) * root)
        assert found == pytest.approx(max(abs(np.log(ratio)) - np.log(FACTOR), 0.0), rel=1e-6), sign
    # Roots far above the canopy, and far below it.
    assert violation("edc5", foliar_fraction=0.5, labile_fraction=0.5, root_fraction=0.02) > 1.0
    assert violation("edc5", foliar_fraction=0.01, labile_fraction=0.01, root_fraction=1.0) > 1.0


def test_soil_carbon_may_neither_swell_nor_vanish():
    for change in (FACTOR * 3, 1 / (FACTOR * 3)):
        assert violation("edc6", som_end=6500.0 * change) == pytest.approx(np.log(3.0), rel=1e-6)
    for inflow, outflow in ((100.0, 1.0), (1.0, 100.0)):
        assert violation("edc6", inflow=inflow, outflow=outflow) == pytest.approx(np.log(100.0 / FACTOR), rel=1e-6)
    assert np.isfinite(violation("edc6", som_end=0.0, inflow=0.0))


def test_wood_may_grow_and_shrink_by_a_factor():
    with jax.enable_x64(True):
        wood = float(true_lanes(1, jnp.float64)[1].wood[0])
    for change in (1.0, 0.99 * FACTOR, 1.01 / FACTOR):
        assert violation("edc9", wood_end=wood * change) == 0.0
    for change in (FACTOR * 3, 1 / (FACTOR * 3)):
        assert violation("edc9", wood_end=wood * change) == pytest.approx(np.log(3.0), rel=1e-6)
    assert np.isfinite(violation("edc9", wood_end=0.0))


def test_leaf_economics_is_the_departure_from_the_glopnet_line():
    with jax.enable_x64(True):
        p = true_lanes(1, jnp.float64)[0]
        lived = float(traits(p).leaf_lifespan[0])
    on_the_line = float(np.exp((np.log(lived) + 4.709) / 1.111))
    assert violation("edc7", lcma=on_the_line) == pytest.approx(0.0, abs=1e-9)
    assert violation("edc7", lcma=on_the_line * np.exp(0.757 / 1.111)) == pytest.approx(-1.0, rel=1e-9)
    assert violation("edc7", lcma=on_the_line * np.exp(-0.757 / 1.111)) == pytest.approx(1.0, rel=1e-9)


def test_leaf_economics_line_is_that_of_the_trait_pairs(shared_data):
    """678 pairs of GLOPNET: log10 months and log10 g m-2; LCMA is half of LMA."""
    import pandas as pd

    from diffdalec.ecological_rules import (
        LEAF_ECONOMICS_INTERCEPT,
        LEAF_ECONOMICS_RESIDUAL,
        LEAF_ECONOMICS_SLOPE,
    )

    pairs = pd.read_csv(shared_data / "traits" / "LL_LMA_pairs.csv").dropna(subset=["log_LL", "log_LMA"])
    y, x = np.log(10.0 ** pairs["log_LL"] / 12), np.log(0.5 * 10.0 ** pairs["log_LMA"])
    slope, intercept = np.polyfit(x, y, 1)
    residual = np.std(y - intercept - slope * x)
    assert len(pairs) == 678
    assert (intercept, slope, residual) == pytest.approx(
        (LEAF_ECONOMICS_INTERCEPT, LEAF_ECONOMICS_SLOPE, LEAF_ECONOMICS_RESIDUAL), abs=1e-3
    )


class TestPenalty:
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_zero_in_value_and_slope_where_the_rule_is_met(self, dtype):
        with jax.enable_x64(dtype == "float64"):
            value, slope = jax.value_and_grad(penalty)(jnp.asarray(0.0, dtype), jnp.asarray(0.1, dtype))
        assert float(value) == 0.0 and float(slope) == 0.0

    @pytest.mark.parametrize("width", [0.1, 1.0])
    def test_a_hundred_ln_units_away_it_still_pulls(self, width):
        """The peer's form has a slope of exactly 0 from 44 units in float32, and NaN from 88."""
        far = jnp.array([1.0, 44.0, 88.0, 100.0, 1000.0])
        values, slopes = jax.vmap(jax.value_and_grad(penalty), in_axes=(0, None))(far, jnp.float32(width))
        assert np.isfinite(values).all() and (np.diff(np.asarray(values)) > 0).all()
        assert (np.asarray(slopes) > 0.5 / width).all() and (np.asarray(slopes) <= 1.0 / width + 1e-4).all()

    def test_is_even_and_quadratic_near_zero(self):
        assert float(penalty(-0.3, 0.1)) == float(penalty(0.3, 0.1))
        with jax.enable_x64(True):
            assert float(penalty(jnp.float64(1e-3), 1.0)) == pytest.approx(0.5e-6, rel=1e-4)

    @pytest.mark.parametrize("name", [n for n in CONSTRAINTS if n != "edc7"])
    def test_slopes_of_every_rule_are_finite_far_out(self, name):
        """In float32, through the parameters, at the corner of the bounds that breaks it worst."""
        far = dict(
            litter_turnover=1e-4, litter_to_som_rate=1e-5, som_turnover=1e-3, root_turnover=1e-4, wood_turnover=1e-3,
            leaf_lifespan_parameter=8.0, foliar_fraction=0.01, labile_fraction=0.01, root_fraction=1.0,
        )  # fmt: skip
        base = evidence(som_end=1e-9, wood_end=1e-9, inflow=1e-9)
        p = replace(base.parameters, **{k: jnp.full(1, v, jnp.float32) for k, v in far.items()})

        def total(p):
            e = replace(base, parameters=p, traits=traits(p))
            return jnp.sum(penalty(CONSTRAINTS[name].violation(e, jnp.float32(FACTOR)), 0.1))

        value, slopes = jax.value_and_grad(total)(p)
        assert float(value) > 0.0
        for slope in vars(slopes).values():
            assert np.isfinite(np.asarray(slope)).all()


class TestPriors:
    def test_linear(self):
        prior = GaussianPrior(jnp.float32(13.0), jnp.float32(5**0.5), False)
        assert float(prior(15.0)) == pytest.approx(0.1 * 2.0**2)  # DifferLand's 0.1 (ce - ce_opt)^2

    def test_log(self):
        prior = GaussianPrior(jnp.float32(100.0), jnp.float32(0.3), True)
        assert float(prior(100.0 * np.exp(0.3))) == pytest.approx(0.5, rel=1e-5)
        assert float(prior(100.0 * np.exp(-0.3))) == pytest.approx(0.5, rel=1e-5)
