"""What the loops on a GPU share: a block of lanes, the numbers of a day, and values of the day worked out of them.

A program of the grid has one block of lanes, a thread each. Buffers by lane are as wide as the blocks together, so that
only drivers, which are not copied, need an index that stays within the lanes that there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import pallas as pl
from jax.experimental.pallas import triton

from ..graph import Node, reachable
from ..lanes import LANE, SHARED, Lanes
from .arithmetic import block, work_out
from .layout import Column

CHUNK_DAYS = 64
"""Days between states kept for the way back: states of 64 days of all threads at work fill the second-level cache."""
BLOCK_LANES = 32
"""Lanes of a block: one warp, so that few lanes spread over many multiprocessors."""


@dataclass(frozen=True, eq=False)
class Loop:
    """A run on a GPU: the days, the lanes in blocks, and the columns of what is recorded."""

    length: int
    lanes: Lanes
    dtype: np.dtype
    columns: tuple[Column, ...]
    block: int
    chunk: int
    interpret: bool

    @property
    def blocks(self) -> int:
        return -(-self.lanes.count // self.block)

    @property
    def width(self) -> int:
        """Lanes with those that fill the last block."""
        return self.blocks * self.block

    @property
    def chunks(self) -> int:
        return -(-self.length // self.chunk)

    @property
    def table(self) -> np.ndarray:
        """By day of the run (days, entries): rows of the columns, then what becomes of the sums."""
        ends = [c.ends for c in self.columns if c.ends is not None]
        entries = [*(c.rows for c in self.columns), *ends]
        return np.stack(entries, axis=1) if entries else np.zeros((self.length, 1), np.int32)

    @property
    def sums(self) -> list[int]:
        """The columns that are sums."""
        return [i for i, c in enumerate(self.columns) if c.ends is not None]

    def blank(self, *rows: int) -> jax.ShapeDtypeStruct:
        """A buffer by lane."""
        return jax.ShapeDtypeStruct((*rows, self.width), self.dtype)

    def call(self, name: str, kernel: Any, made: Sequence[jax.ShapeDtypeStruct], *given: jax.Array) -> list[jax.Array]:
        """Run ``kernel(buffers given, buffers made)`` for each block of lanes."""
        count = len(given)

        def run_days(*refs: Any) -> None:
            kernel(refs[:count], refs[count:])

        return pl.pallas_call(
            run_days,
            name=name,
            out_shape=list(made),
            grid=(self.blocks,),
            interpret=self.interpret,
            compiler_params=triton.CompilerParams(num_warps=max(1, self.block // 32), num_stages=1),
        )(*given)


@dataclass(frozen=True, eq=False)
class Reader:
    """Reads of one block: ``drivers`` that are needed, by number, and the entries of the ``table``."""

    loop: Loop
    calendar: Any
    table: Any
    drivers: dict[int, Any]
    entries: int
    here: Any
    lane: jax.Array
    cell: jax.Array

    @classmethod
    def of(cls, loop: Loop, calendar: Any, table: Any, drivers: Sequence[Any], nodes: Sequence[Node], entries: int):
        """The reader of this program's block for what ``nodes`` need of the drivers."""
        start = pl.program_id(0) * loop.block
        lane = jnp.minimum(start + jnp.arange(loop.block, dtype=jnp.int32), loop.lanes.count - 1)
        needed = sorted(n.param[1] for n in nodes if n.op == "input" and n.param[0] == "driver")
        chosen = {i: drivers[i] for i in needed}
        here = pl.ds(start, loop.block)
        return cls(loop, calendar, table, chosen, entries, here, lane, lane // np.int32(loop.lanes.members))

    def day(self, t: Any) -> tuple[list[Any], list[Any]]:
        """Drivers and entries of the table of day ``t`` of the run."""
        day = self.calendar[t]
        found = []
        for i, ref in self.drivers.items():
            kind = self.loop.lanes.kinds[i]
            where = (day,) if kind == SHARED else (day, self.lane if kind == LANE else self.cell)
            found.append(triton.load(ref.at[where]))
        return found, [self.table[t, i] for i in range(self.entries)]

    def rows(self, ref: Any, *leading: Any) -> list[jax.Array]:
        """The rows of this block's lanes in a buffer (…, rows, lanes)."""
        return [ref[(*leading, i, self.here)] for i in range(ref.shape[len(leading)])]

    def put(self, ref: Any, values: Sequence[Any], *leading: Any) -> None:
        for i, value in enumerate(values):
            ref[(*leading, i, self.here)] = self.block(value)

    def row(self, ref: Any, row: Any, wanted: Any) -> jax.Array:
        """A row of a column, 0 where it is not ``wanted``."""
        mask = jnp.broadcast_to(wanted, (self.loop.block,))
        zero = self.loop.dtype.type(0)
        return triton.load(ref.at[jnp.maximum(row, 0), self.here], mask=mask, other=zero)

    def put_row(self, ref: Any, row: Any, value: Any, wanted: Any) -> None:
        mask = jnp.broadcast_to(wanted, (self.loop.block,))
        triton.store(ref.at[jnp.maximum(row, 0), self.here], self.block(value), mask=mask)

    def block(self, value: Any) -> jax.Array:
        return block(value, self.loop.block, self.loop.dtype)

    def zero(self) -> jax.Array:
        return jnp.full((self.loop.block,), 0, self.loop.dtype)

    def values(
        self, roots: Sequence[Node], drivers: Sequence[Any], **inputs: Sequence[Any]
    ) -> list[Any]:
        """``roots`` worked out of the day's ``drivers`` and of the inputs of other kinds, by kind and number."""
        nodes = reachable(roots)
        known = inputs | {"driver": dict(zip(self.drivers, drivers, strict=True))}
        env = {n: known[n.param[0]][n.param[1]] for n in nodes if n.op == "input"}
        work_out(nodes, env, self.loop.dtype)
        return [env[n] for n in roots]
