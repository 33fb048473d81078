"""ACM: its limits, its directions, and that the form in the code is the published one."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffdalec.model.photosynthesis import (
    canopy_conductance,
    day_length,
    day_length_factor,
    potential_gpp,
    temperature_factor,
)

ORDINARY = dict(lai=2.5, ce=14.0, shortwave=18.0, co2=400.0, tmin=8.0, tmax=19.0, hours=17.0)


def gpp(**changes) -> jax.Array:
    c = {**ORDINARY, **changes}
    return potential_gpp(
        c["lai"], c["ce"], c["shortwave"], c["co2"], canopy_conductance(c["tmin"], c["tmax"]),
        temperature_factor(c["tmax"]), day_length_factor(c["hours"]),
    )  # fmt: skip


def textbook(lai, ce, shortwave, co2, tmin, tmax, hours) -> np.ndarray:
    """The equations as published (Williams et al. 1997), with their subtractions and quotients."""
    gc = 2.0**0.789798 / (0.37836 + 0.5 * (tmax - tmin))
    p = lai * ce * np.exp(0.011136 * tmax) / gc
    q = 4.22273 - 208.868
    ci = 0.5 * (co2 + q - p + np.sqrt((co2 + q - p) ** 2 - 4 * (co2 * q - p * 4.22273)))
    e0 = 7.19298 * lai**2 / (2.1001 + lai**2)
    pd = gc * (co2 - ci)
    return e0 * shortwave * pd / (e0 * shortwave + pd) * (0.0156935 * hours + 0.0453194)


@given(
    lai=st.floats(0.05, 12), ce=st.floats(5, 50), shortwave=st.floats(0.05, 35), co2=st.floats(280, 1000),
    tmin=st.floats(-40, 25), warmer=st.floats(0, 25), hours=st.floats(0, 24),
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_is_the_textbook_form(lai, ce, shortwave, co2, tmin, warmer, hours):
    values = dict(lai=lai, ce=ce, shortwave=shortwave, co2=co2, tmin=tmin, tmax=tmin + warmer, hours=hours)
    with jax.enable_x64(True):
        found = float(gpp(**{k: jnp.float64(v) for k, v in values.items()}))
    # 1e-9 is the textbook form's own cancellation in ca - Ci.
    assert found == pytest.approx(float(textbook(**values)), rel=1e-9)


@pytest.mark.parametrize("changes", [{"lai": 0.0}, {"shortwave": 0.0}, {"lai": 0.0, "shortwave": 0.0}])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_no_leaves_or_no_light_gives_nothing_and_finite_slopes(changes, dtype):
    with jax.enable_x64(dtype == "float64"):
        point = {k: jnp.asarray(v, dtype) for k, v in {**ORDINARY, **changes}.items()}
        value, slopes = jax.value_and_grad(lambda c: gpp(**c))(point)
        assert float(value) == 0.0
        assert all(np.isfinite(float(s)) for s in slopes.values())
        if "lai" in changes:  # E0 goes with the square of LAI: the first leaf earns nothing
            assert float(slopes["lai"]) == 0.0


def test_grows_without_a_break_from_nothing():
    lai = jnp.array([1e-30, 1e-20, 1e-10, 1e-6, 1e-3])
    values = np.asarray(gpp(lai=lai))
    assert np.isfinite(values).all() and (np.diff(values) >= 0).all() and values[0] == 0


def test_light_saturates_at_the_supply_of_carbon_dioxide():
    light = jnp.array([1.0, 10.0, 1e2, 1e4, 1e6, 1e8])
    with jax.enable_x64(True):
        values = np.asarray(gpp(shortwave=light.astype("f8")))
        slopes = np.diff(values) / np.diff(np.asarray(light))
    assert (np.diff(values) >= 0).all() and (np.diff(slopes) < 0).all()
    assert values[-1] == pytest.approx(values[-2], rel=1e-4)


def test_is_linear_in_light_when_light_is_scarce():
    assert float(gpp(shortwave=2e-4)) == pytest.approx(2 * float(gpp(shortwave=1e-4)), rel=1e-3)


@pytest.mark.parametrize(
    ("name", "values"),
    [("ce", np.linspace(5, 50, 46)), ("co2", np.linspace(280, 1000, 37)), ("shortwave", np.linspace(0, 35, 36)),
     ("hours", np.linspace(0, 24, 25))],
)  # fmt: skip
def test_directions(name, values):
    assert (np.diff(np.asarray(gpp(**{name: jnp.asarray(values)}))) > 0).all()


def test_no_assimilation_at_the_compensation_point():
    with jax.enable_x64(True):
        assert float(gpp(co2=jnp.float64(4.22273))) == pytest.approx(0.0, abs=1e-12)


def test_conductance_falls_with_the_daily_range():
    spread = np.linspace(0.0, 30.0, 31)
    assert (np.diff(np.asarray(canopy_conductance(-0.5 * spread, 0.5 * spread))) < 0).all()


def test_temperature_factor_is_one_at_zero():
    assert float(temperature_factor(0.0)) == 1.0


class TestDayLength:
    def test_polar_night_and_day(self):
        assert float(day_length(75.0, 355.0)) == 0.0
        assert float(day_length(75.0, 172.0)) == pytest.approx(24.0)

    @pytest.mark.parametrize("day", [1, 81, 172, 266, 355])
    def test_equator_has_twelve_hours(self, day):
        assert float(day_length(0.0, day)) == pytest.approx(12.0, abs=1e-5)

    def test_hemispheres_mirror(self):
        days = jnp.arange(1.0, 366.0)
        np.testing.assert_allclose(day_length(62.0, days) + day_length(-62.0, days), 24.0, atol=1e-4)

    def test_helsinki_midsummer(self):
        # 18 h 50 min without refraction and the sun's radius, which the almanac's 18 h 57 min at 60.2 N has.
        assert float(day_length(60.2, 172.0)) == pytest.approx(18.6, abs=0.4)

    def test_the_polar_circle_is_crossed_without_a_step(self):
        latitude = jnp.linspace(60.0, 75.0, 3001)
        for day in (355.0, 172.0):
            hours = np.asarray(day_length(latitude, day))
            assert np.abs(np.diff(hours)).max() < 0.35  # arccos is steep at its end, and ends there
        assert np.isfinite(np.asarray(day_length(jnp.array([-90.0, 90.0]), 100.0))).all()
