"""Starts: each lane draws its own candidates from its own random stream, and keeps the cheapest."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp

from .space import SearchSpace

CompilerOptions = tuple[tuple[str, bool | int], ...]
"""Options of XLA by name, for the programs that hold the cost."""

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
    compiler: CompilerOptions = (),
) -> jax.Array:
    """The ``starts`` cheapest of ``candidates`` draws for each lane, (dimensions, starts, *shape); ``keys``
    (prod(shape),).

    A candidate with a non-finite cost loses to any other.
    """
    draws = _draws(space, candidates, jnp.dtype(dtype))(keys)  # (dimensions, candidates, lanes)
    draws = draws.reshape(len(space.dimensions), candidates, *shape)
    if candidates == starts:
        return draws
    score = _score(cost, compiler)
    parts = [score(draws[:, i : i + CANDIDATES_AT_ONCE], data) for i in range(0, candidates, CANDIDATES_AT_ONCE)]
    return cheapest(draws, jnp.concatenate(parts), starts)


def cheapest(z: jax.Array, costs: jax.Array, number: int) -> jax.Array:
    """The ``number`` cheapest of each lane's points, cheapest first: ``z`` (dimensions, points, *lanes), ``costs``
    (points, *lanes). A cost that is not finite loses to any other.
    """
    order = jnp.argsort(jnp.where(jnp.isfinite(costs), costs, jnp.inf), axis=0)[:number]
    return jnp.take_along_axis(z, order[None], axis=1)


@lru_cache(maxsize=64)
def _score(cost: CostFunction, compiler: CompilerOptions) -> CostFunction:
    return jax.jit(cost, compiler_options=dict(compiler))


@lru_cache(maxsize=64)
def _draws(space: SearchSpace, candidates: int, dtype) -> Callable[[jax.Array], jax.Array]:
    def draw(keys: jax.Array) -> jax.Array:
        each = jax.vmap(lambda key: space.draw(key, candidates, dtype))(keys)  # (lanes, candidates, dimensions)
        return jnp.transpose(each, (2, 1, 0))

    return jax.jit(draw)
