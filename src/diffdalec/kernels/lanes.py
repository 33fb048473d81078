"""How lanes, drivers and the run are laid out for the kernels.

Lanes are rows of (cells, members): cells are the axes up to the last along which a driver varies, members the axes
after it. A block of lanes lies within one cell, so that a driver is one number for all of it. Where a driver varies
along the last axis, each lane has its own and all are members of one cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import jax.numpy as jnp
import numpy as np

SHARED, CELL, LANE = "shared", "cell", "lane"


@dataclass(frozen=True)
class Lanes:
    """The shape of the lanes, how many are one cell's members, and the kind of each driver."""

    shape: tuple[int, ...]
    members: int
    kinds: tuple[str, ...]

    @property
    def count(self) -> int:
        return int(np.prod(self.shape))

    @property
    def cells(self) -> int:
        return self.count // self.members

    def flat(self, x: Any) -> Any:
        """A leaf of the constants or the state as (lanes,)."""
        return jnp.broadcast_to(x, self.shape).reshape(self.count)

    def driver(self, x: Any, kind: str) -> tuple[Any, int]:
        """A driver as the kernel reads it, and the elements between its cells (or lanes)."""
        days = x.shape[0]
        if kind == SHARED:
            return x.reshape(days), 0
        whole = jnp.broadcast_to(x.reshape(days, *_padded(x.shape[1:], self.shape)), (days, *_kept(self, kind)))
        if kind == LANE:
            return whole.reshape(days, self.count), 1
        return whole.reshape(days, self.cells).T, days


def _padded(trailing: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    return (1,) * (len(shape) - len(trailing)) + tuple(trailing)


def _kept(lanes: Lanes, kind: str) -> tuple[int, ...]:
    """The shape of the lanes, with 1 for the axes of members where a driver is one number per cell."""
    if kind == LANE:
        return lanes.shape
    size, axes = lanes.cells, []
    for n in lanes.shape:
        axes.append(n if size > 1 else 1)
        size = -(-size // n) if size > 1 else 1
    return tuple(axes)


def lay_out(constants: Sequence[Any], initial: Sequence[Any], drivers: Sequence[Any]) -> Lanes:
    """The lanes of a run. Constants and drivers broadcast against the initial state, and may add axes to it."""
    shapes = [jnp.shape(x) for x in (*constants, *initial)]
    shape = np.broadcast_shapes(*shapes, *(jnp.shape(x)[1:] for x in drivers))
    varying = []
    for x in drivers:
        trailing = _padded(jnp.shape(x)[1:], shape)
        varying.append([axis for axis, n in enumerate(trailing) if n > 1])
    last = max((axis for axes in varying for axis in axes), default=-1)
    by_lane = last == len(shape) - 1 and last >= 0
    members = int(np.prod(shape)) if by_lane else int(np.prod(shape[last + 1 :]))
    kind = LANE if by_lane else CELL
    return Lanes(tuple(shape), members, tuple(kind if axes else SHARED for axes in varying))


@dataclass(frozen=True)
class Kept:
    """The days of a recording: ``windows`` (first, after the last) in order, and whether their sum is all that is
    kept."""

    windows: tuple[tuple[int, int], ...]
    summed: bool

    @property
    def rows(self) -> int:
        """Rows of lanes that are kept."""
        return 1 if self.summed else sum(stop - start for start, stop in self.windows)

    def row(self, day: int) -> int | None:
        """Where ``day`` is kept; None where it is not."""
        before = 0
        for start, stop in self.windows:
            if start <= day < stop:
                return 0 if self.summed else before + day - start
            before += stop - start
        return None


def pieces(length: int, kept: Sequence[Kept], chunk: int) -> list[tuple[int, int, tuple[int, ...]]]:
    """The run cut at the bounds of all windows and into chunks: (first, after the last, the recordings of it)."""
    cuts = sorted({0, length} | {day for k in kept for window in k.windows for day in window})
    found = []
    for first, last in pairwise(cuts):
        inside = tuple(i for i, k in enumerate(kept) if k.row(first) is not None)
        found += [(day, min(day + chunk, last), inside) for day in range(first, last, chunk)]
    return found
