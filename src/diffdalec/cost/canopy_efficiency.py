"""Pre-calibration of canopy efficiency on well-watered days, where β ≈ 1 and LAI is observed.

Wu et al., section 2.3.2: without it an underestimated capacity is made up for by an underestimated stress.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from ..model import PARAMETERS, Drivers
from ..model.photosynthesis import potential_gpp

GRID_POINTS = 500
REFINEMENTS = 30


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class CanopyEfficiency:
    """The optimum (…), the RMSE of GPP there [gC m-2 d-1] and the number of days it rests on; NaN without days."""

    value: jax.Array
    rmse: jax.Array
    days: jax.Array


def calibrate_canopy_efficiency(drivers: Drivers, lai: jax.Array, gpp: jax.Array, days: jax.Array) -> CanopyEfficiency:
    """The canopy efficiency in [5, 50] with the least mean squared error of ACM's GPP over ``days``.

    ``lai`` [m2 m-2], ``gpp`` [gC m-2 d-1] and the mask ``days`` have the shape of the drivers, (days, …). GPP of ACM
    saturates in canopy efficiency, so the error can have a flat side: a grid finds the basin, golden-section search its
    floor.
    """
    bounds = PARAMETERS["canopy_efficiency"]
    mask = days.astype(lai.dtype)
    number = jnp.sum(mask, axis=0)
    lai, gpp = jnp.where(days, lai, 1.0), jnp.where(days, gpp, 0.0)

    def error(ce: jax.Array) -> jax.Array:
        simulated = potential_gpp(
            lai,
            ce,
            drivers.shortwave,
            drivers.co2,
            drivers.conductance,
            drivers.temperature_factor,
            drivers.day_length_factor,
        )
        return jnp.sum(mask * (simulated - gpp) ** 2, axis=0) / number

    grid = jnp.linspace(bounds.lower, bounds.upper, GRID_POINTS, dtype=lai.dtype)
    errors = jax.lax.map(lambda ce: error(jnp.full(number.shape, ce)), grid)
    nearest = grid[jnp.argmin(errors, axis=0)]
    spacing = grid[1] - grid[0]
    best = _golden_section(
        error,
        jnp.maximum(nearest - spacing, bounds.lower),
        jnp.minimum(nearest + spacing, bounds.upper),
    )
    found = number > 0
    return CanopyEfficiency(jnp.where(found, best, jnp.nan), jnp.where(found, jnp.sqrt(error(best)), jnp.nan), number)


def _golden_section(function, low: jax.Array, high: jax.Array) -> jax.Array:
    ratio = 0.5 * (5.0**0.5 - 1.0)

    def narrow(_, bracket):
        low, high = bracket
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        keep_left = function(left) < function(right)
        return jnp.where(keep_left, low, left), jnp.where(keep_left, right, high)

    low, high = jax.lax.fori_loop(0, REFINEMENTS, narrow, (low, high))
    return 0.5 * (low + high)
