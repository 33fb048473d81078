"""Starts: each lane draws its own candidates from its own random stream, and keeps the cheapest."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from .space import SearchSpace

CostFunction = Callable[[jax.Array, Any], jax.Array]
"""(coordinates (dimensions, *lanes), data) -> cost (*lanes), lanes independent of one another and of any shape: a
calibration puts its candidates and starts in front of the lanes' own axes. ``data`` is any
pytree of arrays: passed along rather than closed over, so that the next stand of the same shapes needs no new
compilation."""

CANDIDATES_AT_ONCE = 32


def lane_keys(seed: int, lanes: Sequence[Sequence[str | int]]) -> jax.Array:
    """A random key for each lane from what it is called, e.g. (cell, experiment, member), and the seed.

    The key depends on nothing else, so that any lane can be redone alone, on any machine, to the same numbers.
    """
    keys = []
    for labels in lanes:
        key = jax.random.key(seed)
        for label in labels:
            # Text is hashed: Python's own hash() differs between processes.
            number = label if isinstance(label, int) else zlib.crc32(label.encode())
            key = jax.random.fold_in(key, number)
        keys.append(key)
    return jnp.stack(keys)


def screened_starts(
    cost: CostFunction,
    data: Any,
    space: SearchSpace,
    keys: jax.Array,
    shape: tuple[int, ...],
    *,
    candidates: int,
    starts: int,
    dtype,
) -> jax.Array:
    """The ``starts`` cheapest of ``candidates`` draws for each lane, (dimensions, starts, *shape); ``keys``
    (prod(shape),).

    A candidate with a non-finite cost loses to any other.
    """
    draws = jax.vmap(lambda key: space.draw(key, candidates, dtype))(keys)  # (lanes, candidates, dimensions)
    draws = jnp.moveaxis(draws, 0, -1).reshape(candidates, len(space.dimensions), *shape)
    if candidates > starts:
        score = jax.jit(lambda z, data: cost(jnp.moveaxis(z, 1, 0), data))
        parts = [score(draws[i : i + CANDIDATES_AT_ONCE], data) for i in range(0, candidates, CANDIDATES_AT_ONCE)]
        costs = jnp.concatenate(parts)
        order = jnp.argsort(jnp.where(jnp.isfinite(costs), costs, jnp.inf), axis=0)[:starts]
        draws = jnp.take_along_axis(draws, order[:, None], axis=0)
    return jnp.moveaxis(draws, 0, 1)
