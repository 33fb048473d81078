"""Water stress, drainage, decomposition, allocation: limits, directions and continuity."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffdalec.model.allocation import allocation
from diffdalec.model.turnover import decomposition_factor, loss_limit
from diffdalec.model.water import (
    available_share,
    drainage,
    evapotranspiration_demand,
    jarvis_stewart,
    no_stress,
)

SHARES = st.floats(0.0, 1.0)


class TestStress:
    def test_ends_and_middle(self):
        water = jnp.array([0.0, 20.0, 60.0, 100.0, 1e4])
        np.testing.assert_allclose(jarvis_stewart(water, 20.0, 100.0), [0.0, 0.0, 0.5, 1.0, 1.0])

    def test_never_falls_with_water(self):
        assert (np.diff(np.asarray(jarvis_stewart(jnp.linspace(0, 200, 401), 20.0, 100.0))) >= 0).all()

    def test_slope_between_the_two_points(self):
        assert float(jax.grad(jarvis_stewart)(60.0, 20.0, 100.0)) == pytest.approx(1 / 80)
        assert float(jax.grad(jarvis_stewart)(10.0, 20.0, 100.0)) == 0.0

    def test_none_is_one(self):
        assert (np.asarray(no_stress(jnp.array([0.0, 1e4]), 20.0, 100.0)) == 1.0).all()


class TestDrainage:
    @given(st.floats(0.0, 1e5), st.floats(1.0, 1e5))
    @settings(deadline=None)
    def test_never_more_than_there_is(self, water, scale):
        out = float(drainage(jnp.float32(water), jnp.float32(scale)))
        assert 0.0 <= out <= np.float32(water)

    @pytest.mark.parametrize("scale", [1.0, 30.0, 1e5])
    def test_branches_meet_in_value_and_slope(self, scale):
        with jax.enable_x64(True):
            half = 0.5 * scale
            below, above = (float(drainage(jnp.float64(half * f), jnp.float64(scale))) for f in (1 - 1e-9, 1 + 1e-9))
            assert below == pytest.approx(above, rel=1e-8) == pytest.approx(0.25 * scale, rel=1e-8)
            slope = jax.grad(drainage)
            assert float(slope(jnp.float64(half * (1 - 1e-9)), jnp.float64(scale))) == pytest.approx(1.0, abs=1e-6)
            assert float(slope(jnp.float64(half * (1 + 1e-9)), jnp.float64(scale))) == pytest.approx(1.0, abs=1e-6)

    def test_both_branches_as_written_in_the_design(self):
        assert float(drainage(10.0, 100.0)) == pytest.approx(10.0**2 / 100.0)
        assert float(drainage(80.0, 100.0)) == pytest.approx(80.0 - 25.0)

    def test_falls_with_the_scale(self):
        assert (np.diff(np.asarray(drainage(50.0, jnp.geomspace(1.0, 1e5, 50)))) < 0).all()

    def test_no_overflow_far_above_the_scale(self):
        assert np.isfinite(float(drainage(jnp.float32(1e25), jnp.float32(1.0))))


class TestDemandAndShare:
    def test_no_vapour_deficit_leaves_radiation(self):
        assert float(evapotranspiration_demand(8.0, 0.0, 10.0, 20.0, 0.05)) == pytest.approx(1.0)

    def test_directions(self):
        more = jnp.linspace(0.5, 30.0, 60)
        assert (np.diff(np.asarray(evapotranspiration_demand(8.0, 2.0, more, 20.0, 0.05))) < 0).all()
        assert (np.diff(np.asarray(evapotranspiration_demand(more, 2.0, 9.0, 20.0, 0.05))) > 0).all()

    @given(st.floats(0.0, 1e4), st.floats(0.0, 1e4))
    @settings(deadline=None)
    def test_share_meets_what_it_can(self, available, demand):
        share = float(available_share(jnp.float32(available), jnp.float32(demand)))
        assert 0.0 <= share <= 1.0
        if demand <= available:
            assert share == 1.0
        else:
            assert share * demand == pytest.approx(available, rel=1e-5)

    def test_slope_is_finite_where_there_is_nothing(self):
        slopes = jax.grad(available_share, argnums=(0, 1))(0.0, 0.0)
        assert all(np.isfinite(float(s)) for s in slopes)


class TestDecomposition:
    def test_one_on_the_mean_day(self):
        assert float(decomposition_factor(0.05, 0.0, 0.4, 0.0)) == 1.0

    def test_q10(self):
        assert float(decomposition_factor(np.log(2) / 10, 10.0, 0.0, 3.0)) == pytest.approx(2.0)

    def test_rain_is_linear_and_its_absence_takes_the_moisture_factor(self):
        assert float(decomposition_factor(0.05, 0.0, 0.3, -1.0)) == pytest.approx(0.7)
        assert float(decomposition_factor(0.05, 0.0, 0.3, 2.0)) == pytest.approx(1.6)

    def test_never_below_zero(self):
        assert float(decomposition_factor(0.05, 0.0, 1.7, -1.0)) == 0.0

    @given(st.floats(0.0, 1e4))
    @settings(deadline=None)
    def test_losses_never_exceed_the_pool(self, total):
        total = np.float32(total)
        assert 0.0 <= np.float32(total * np.float32(loss_limit(total))) <= 1.0
        if total <= 1.0:
            assert float(loss_limit(total)) == 1.0


class TestAllocation:
    @given(SHARES, SHARES, SHARES)
    @settings(deadline=None)
    def test_sums_to_one_and_is_never_negative(self, foliar, labile, root):
        parts = allocation(foliar, labile, root)
        values = (parts.foliar, parts.labile, parts.root, parts.wood)
        assert sum(values) == pytest.approx(1.0, abs=1e-12)
        assert min(values) >= 0.0

    def test_is_sequential(self):
        """root_fraction is the share of what is left, not of NPP: 0.5 of (1 - 0.2)(1 - 0.25) is 0.3."""
        assert allocation(0.2, 0.25, 0.5).root == pytest.approx(0.3)
