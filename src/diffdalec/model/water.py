"""Water: stress of photosynthesis (β), evapotranspiration, drainage.

β is a function that the model is given. Two are here; a further one needs the same arguments and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

StressFunction = Callable[[jax.Array, jax.Array, jax.Array], jax.Array]
"""β(paw [mm], wilting_point [mm], field_capacity [mm]) -> [1] in 0 … 1, elementwise."""


def jarvis_stewart(paw: jax.Array, wilting_point: jax.Array, field_capacity: jax.Array) -> jax.Array:
    """Piecewise-linear water stress: β = clip((PAW − wp)/(fc − wp), 0, 1). Fang & Gentine 2024 (β-JS).

    All in mm, β in 1.

    >>> [float(jarvis_stewart(w, 20.0, 100.0)) for w in (10.0, 60.0, 150.0)]
    [0.0, 0.5, 1.0]
    """
    return jnp.clip((paw - wilting_point) / (field_capacity - wilting_point), 0.0, 1.0)


def no_stress(paw: jax.Array, wilting_point: jax.Array, field_capacity: jax.Array) -> jax.Array:
    """β = 1 always: photosynthesis is never limited by water."""
    return jnp.ones_like(paw)


STRESS_FUNCTIONS: dict[str, StressFunction] = {"jarvis_stewart": jarvis_stewart, "none": no_stress}
"""The names under which an experiment file asks for a β function."""


def evapotranspiration_demand(
    gpp: jax.Array,
    vpd_root: jax.Array,
    uwue: jax.Array,
    shortwave: jax.Array,
    radiation_evaporation: jax.Array,
) -> jax.Array:
    """Evapotranspiration [mm d-1] before the limit of the water that is there.

    ET = GPP √VPD / uWUE + S · r: transpiration by underlying water-use efficiency and a radiation-driven term.
    ``gpp`` [gC m-2 d-1], ``vpd_root`` [hPa^0.5], ``uwue`` [gC kgH2O-1 hPa^0.5], ``shortwave`` [MJ m-2 d-1],
    ``radiation_evaporation`` [kgH2O MJ-1]. Zhou et al. 2014; Boese et al. 2017; Fang & Gentine 2024.

    >>> float(evapotranspiration_demand(0.0, 2.0, 5.0, 10.0, 0.1))
    1.0
    """
    return gpp * vpd_root / uwue + shortwave * radiation_evaporation


def drainage(water: jax.Array, scale: jax.Array) -> jax.Array:
    """Drainage [mm d-1] of a water pool [mm] with a scale K [mm]: W²/K up to W = K/2, then W − K/4. Fang & Gentine
    2024.

    Both branches meet with the same value and slope at K/2, and drainage never exceeds the pool.

    >>> float(drainage(10.0, 100.0)), float(drainage(50.0, 100.0)), float(drainage(100.0, 100.0))
    (1.0, 25.0, 75.0)
    """
    # The quadratic is held at K/2, so that a pool far above it cannot overflow its square.
    low = jnp.minimum(water, 0.5 * scale)
    return low * (low / scale) + jnp.maximum(water - 0.5 * scale, 0.0)


def available_share(available: jax.Array, demand: jax.Array) -> jax.Array:
    """The share of a demand that what is available can meet: min(1, available/demand), 1 without demand.

    Pools use it for the balance: no more leaves than is there. Elementwise; the gradient is finite at 0/0.
    """
    short = demand > available
    return jnp.where(short, available / jnp.where(short, demand, 1.0), 1.0)
