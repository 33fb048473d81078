"""Scores of a simulated series against a target. Each reduces the leading axis and keeps the lanes."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from ..observation import Target


def nnse(simulated: jax.Array, target: Target) -> jax.Array:
    """Normalised Nash–Sutcliffe efficiency, 1/(2 − NSE) = 1/(1 + SSE/SST), in (0, 1].

    ``simulated`` (n, *lanes). Nash & Sutcliffe 1970; Nossent & Bauwens 2012; Wu et al., Text S2. For a single value
    or a constant series see :func:`diffdalec.observation.score_scale`.
    """
    scale = target.for_lanes(simulated.ndim - 1).scale
    return 1.0 / (1.0 + squared_error(simulated, target) / scale)


def squared_error(simulated: jax.Array, target: Target) -> jax.Array:
    """Sum of squared errors over the valid values."""
    target = target.for_lanes(simulated.ndim - 1)
    return jnp.sum(target.valid * (simulated - target.values) ** 2, axis=0)


def rmse(simulated: jax.Array, target: Target) -> jax.Array:
    """Root mean square error over the valid values, in the unit of the target; NaN where there are none."""
    return jnp.sqrt(squared_error(simulated, target) / jnp.sum(target.for_lanes(simulated.ndim - 1).valid, axis=0))


def r_squared(simulated: jax.Array, target: Target) -> jax.Array:
    """Squared Pearson correlation over the valid values."""
    target = target.for_lanes(simulated.ndim - 1)
    number = jnp.sum(target.valid, axis=0)

    def centred(x: jax.Array) -> jax.Array:
        return target.valid * (x - jnp.sum(target.valid * x, axis=0) / number)

    x, y = centred(simulated), centred(target.values)
    return jnp.sum(x * y, axis=0) ** 2 / (jnp.sum(x * x, axis=0) * jnp.sum(y * y, axis=0))
