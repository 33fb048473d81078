"""Starts: each lane draws its own candidates from its own random stream, and keeps the cheapest."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .programs import Compile, just_in_time
from .space import SearchSpace

CostFunction = Callable[[jax.Array, Any], jax.Array]
"""(coordinates (dimensions, *lanes), data) -> cost (*lanes), lanes independent of one another and of any shape: a
calibration puts its candidates and starts in front of the lanes' own axes. ``data`` is any
pytree of arrays: passed along rather than closed over, so that the next stand of the same shapes needs no new
compilation. Equal only to a function that does the same."""

CANDIDATES_AT_ONCE = 32


def lane_keys(seed: int, lanes: Sequence[Sequence[str | int]], compile: Compile = just_in_time) -> jax.Array:
    """A random key for each lane from what it is called, e.g. (cell, experiment, member), and the seed.

    The key depends on nothing else, so that any lane can be redone alone, on any machine, to the same numbers. All
    lanes have as many labels; the seed is of 32 bits, ValueError for another.
    """
    if not 0 <= seed < 2**32:
        raise ValueError(f"the seed is {seed}, expected a number from 0 to {2**32 - 1}")
    # Text is hashed: Python's own hash() differs between processes.
    numbers = [[zlib.crc32(label.encode()) if isinstance(label, str) else label for label in lane] for lane in lanes]
    arguments = np.uint32(seed), np.array(numbers, np.int64).astype(np.uint32)
    return compile(folded_keys, *arguments)(*arguments)


def folded_keys(seed: jax.Array, numbers: jax.Array) -> jax.Array:
    """Keys (lanes, 2) of a seed and the ``numbers`` (lanes, labels) folded into it one after the other."""

    def fold(row: jax.Array) -> jax.Array:
        key = jax.random.key(seed)
        for number in row:
            key = jax.random.fold_in(key, number)
        return jax.random.key_data(key)

    return jax.vmap(fold)(numbers)


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
    compile: Compile = just_in_time,
) -> np.ndarray:
    """The ``starts`` cheapest of ``candidates`` draws for each lane, (dimensions, starts, *shape); ``keys``
    (prod(shape), 2).

    A candidate with a non-finite cost loses to any other.
    """
    draw = Draw(space, candidates, np.dtype(dtype).name)
    drawn = np.asarray(compile(draw, keys)(keys))
    draws = drawn.reshape(len(space.dimensions), candidates, *shape)
    if candidates == starts:
        return draws
    parts = [draws[:, i : i + CANDIDATES_AT_ONCE] for i in range(0, candidates, CANDIDATES_AT_ONCE)]
    costs = [np.asarray(compile(cost, part, data)(part, data)) for part in parts]
    return cheapest(draws, np.concatenate(costs), starts)


def cheapest(z: np.ndarray, costs: np.ndarray, number: int) -> np.ndarray:
    """The ``number`` cheapest of each lane's points, cheapest first: ``z`` (dimensions, points, *lanes), ``costs``
    (points, *lanes). A cost that is not finite loses to any other.
    """
    order = np.argsort(np.where(np.isfinite(costs), costs, np.inf), axis=0, kind="stable")[:number]
    return np.take_along_axis(z, order[None], axis=1)


@dataclass(frozen=True)
class Draw:
    """The draws of lanes by their keys (lanes, 2): (dimensions, candidates, lanes)."""

    space: SearchSpace
    candidates: int
    dtype: str

    def __call__(self, keys: jax.Array) -> jax.Array:
        def draw(key: jax.Array) -> jax.Array:
            return self.space.draw(jax.random.wrap_key_data(key), self.candidates, jnp.dtype(self.dtype))

        return jnp.transpose(jax.vmap(draw)(keys), (2, 1, 0))
