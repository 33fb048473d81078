"""Canopy efficiency from well-watered days: exact where ACM made the data, and the peer's figures at two real sites."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from diffdalec import open_site
from diffdalec.cells.forcing import canopy_efficiency, drivers
from diffdalec.cost import calibrate_canopy_efficiency
from diffdalec.harmonise.periods import period_masks
from diffdalec.harmonise.well_watered import well_watered_days
from diffdalec.model.photosynthesis import potential_gpp
from stands import weather

TRUTH = np.array([5.5, 13.3, 28.0, 47.0])


@pytest.fixture(scope="module")
def synthetic():
    """Drivers (days, 1), a seasonal LAI and the GPP of four canopies (days, 4)."""
    import jax

    day = jax.tree.map(lambda x: x[:, None], drivers(weather()))
    n = day.shortwave.shape[0]
    lai = jnp.asarray(2.0 + np.sin(np.arange(n) / 58.0))[:, None] * jnp.ones((1, 4))
    gpp = potential_gpp(
        lai, jnp.asarray(TRUTH), day.shortwave, day.co2, day.conductance, day.temperature_factor, day.day_length_factor
    )
    return day, lai, gpp


def test_recovers_what_the_canopy_was_made_with(synthetic):
    day, lai, gpp = synthetic
    summer = jnp.broadcast_to(day.temperature_factor > 1.1, gpp.shape)
    found = calibrate_canopy_efficiency(day, lai, gpp, summer)
    np.testing.assert_allclose(found.value, TRUTH, rtol=2e-3)
    assert (np.asarray(found.rmse) < 0.01).all()
    assert (np.asarray(found.days) == np.asarray(summer).sum(0)).all()


def test_days_outside_the_mask_count_for_nothing(synthetic):
    day, lai, gpp = synthetic
    mask = jnp.broadcast_to((jnp.arange(gpp.shape[0]) % 3 == 0)[:, None], gpp.shape)
    spoilt = jnp.where(mask, gpp, jnp.nan)
    np.testing.assert_allclose(calibrate_canopy_efficiency(day, lai, spoilt, mask).value, TRUTH, rtol=2e-3)


def test_without_days_there_is_no_value(synthetic):
    day, lai, gpp = synthetic
    found = calibrate_canopy_efficiency(day, lai, gpp, jnp.zeros(gpp.shape, bool))
    assert np.isnan(np.asarray(found.value)).all() and (np.asarray(found.days) == 0).all()


def test_an_optimum_outside_the_bounds_is_at_the_bound(synthetic):
    day, lai, gpp = synthetic
    every = jnp.ones(gpp.shape, bool)
    assert (np.asarray(calibrate_canopy_efficiency(day, lai, 20 * gpp + 50, every).value) > 49.8).all()
    assert (np.asarray(calibrate_canopy_efficiency(day, lai, 0 * gpp, every).value) < 5.2).all()


@pytest.mark.parametrize(("site", "expected"), [("FI-Hyy", 13.477), ("DE-Tha", 11.042)])
def test_real_sites_agree_with_the_peers_grid(shared_data, site, expected):
    """DifferLand's grid of 500 points between 5 and 50 (0.09 apart), without our filter of frozen days."""
    ds = open_site(shared_data / "sites" / f"{site}.nc", calibration_years=5)
    inside = ds.isel(time=np.flatnonzero(period_masks(ds)["calibration"]))
    found = canopy_efficiency(inside, well_watered_days(inside, minimum_temperature=None))
    assert found["value"] == pytest.approx(expected, abs=45 / 499)
