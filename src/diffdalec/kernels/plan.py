"""A traced step on a layout of lanes and days: its kernels, its table of pieces, and its names in XLA."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from .block import Target
from .bodies import HEADER, AdjointBody, ForwardBody, Shape, TangentBody
from .call import register
from .graph import Node
from .kernel_call import KernelCall, Table
from .lanes import LANE, Kept, Lanes, pieces
from .machine import compiled, host_target
from .program import adjoint_kernel, forward_kernel, tangent_kernel
from .trace import DayProgram
from .traced import adjoint_nodes, forward_nodes

CHUNK_DAYS = 64
"""Days of a piece: the scratch of a block, 20 to 60 vectors a day, stays in the second-level cache."""
DIRECTION_GROUPS = (2, 1)
"""How many directions take the days together, the largest that fit first: two states of ten are 20 registers of 32."""


@dataclass(frozen=True, eq=False)
class Plan:
    """A traced step on a layout of lanes and days, and its kernels, made when first asked for."""

    program: DayProgram
    lanes: Lanes
    dtype: np.dtype
    length: int
    kept: tuple[Kept, ...]  # of each recording
    threads: int
    directions: int = 0  # of tangents

    @cached_property
    def target(self) -> Target:
        return host_target(self.dtype.itemsize * 8, self.lanes.members)

    @cached_property
    def blocks(self) -> int:
        """Blocks of lanes of all cells."""
        return self.lanes.cells * -(-self.lanes.members // self.target.width)

    @cached_property
    def outputs(self) -> list[Node]:
        """The values of a day: state after it, then what is recorded."""
        lane_drivers = tuple(k == LANE for k in self.lanes.kinds)
        return forward_nodes(self.program, self.dtype, lane_drivers)

    @cached_property
    def pieces(self) -> list[tuple[int, int, tuple[int, ...]]]:
        return pieces(self.length, self.kept, CHUNK_DAYS)

    @cached_property
    def bodies(self) -> dict[tuple[tuple[int, bool], ...], tuple[int, ...]]:
        """By the values recorded, so that recordings of the same output share a body: those of its first piece."""
        found: dict[tuple[tuple[int, bool], ...], tuple[int, ...]] = {}
        for _, _, inside in self.pieces:
            found.setdefault(self._values(inside), inside)
        return dict(sorted(found.items()))

    def _values(self, inside: tuple[int, ...]) -> tuple[tuple[int, bool], ...]:
        return tuple((self.outputs[self.program.n_state + i].index, self.kept[i].summed) for i in inside)

    def _summed(self, inside: tuple[int, ...]) -> list[bool]:
        return [self.kept[i].summed for i in inside]

    @cached_property
    def shape(self) -> Shape:
        slots = max((len(v) for v in self.bodies.values()), default=0)
        kinds = tuple(k == LANE for k in self.lanes.kinds)
        return Shape(self.program.n_state, self.program.n_invariants, kinds, slots)

    @cached_property
    def forward_ir(self) -> str:
        outputs, n = self.outputs, self.program.n_state
        bodies = [
            ForwardBody(outputs[:n], [outputs[n + i] for i in inside], self._summed(inside))
            for inside in self.bodies.values()
        ]
        return forward_kernel(self.target, self.shape, bodies)

    @cached_property
    def adjoint_ir(self) -> str:
        bodies = []
        for inside in self.bodies.values():
            after, states, invariants = adjoint_nodes(self.program, self.dtype, self.shape.lane_drivers, inside)
            bodies.append(AdjointBody(after, states, invariants, self._summed(inside)))
        return adjoint_kernel(self.target, self.shape, bodies, CHUNK_DAYS)

    @cached_property
    def tangent_ir(self) -> str:
        lane_drivers, n, bodies = self.shape.lane_drivers, self.program.n_state, []
        for inside in self.bodies.values():
            values, tangents = self.program.tangents(self.dtype, lane_drivers, inside)
            bodies.append(TangentBody(values[:n], values[n:], self._summed(inside), tangents))
        shape = replace(self.shape, slots=3 * self.shape.slots)
        return tangent_kernel(self.target, shape, bodies, CHUNK_DAYS, DIRECTION_GROUPS)

    @cached_property
    def table(self) -> Table:
        """The table of pieces."""
        numbers = {values: k for k, values in enumerate(self.bodies)}
        rows = np.zeros((len(self.pieces), HEADER), np.int64)
        which = np.full((len(self.pieces), self.shape.slots), -1)
        offset = np.zeros(which.shape, np.int64)
        for row, (first, last, inside) in enumerate(self.pieces):
            rows[row] = first, last, numbers[self._values(inside)]
            for slot, i in enumerate(inside):
                which[row, slot] = i
                offset[row, slot] = (self.kept[i].row(first) or 0) * self.lanes.count * self.dtype.itemsize
        return Table(rows, which, offset)

    @property
    def boundaries(self) -> tuple[int, ...]:
        return (self.blocks, len(self.pieces), self.program.n_state, self.target.width)

    def register(self, ir: str, days: int, arguments: Sequence[str], results: Sequence[str]) -> str:
        """A name by which XLA finds a kernel; ``days`` are those of the drivers.

        ``arguments`` and ``results`` name in order what XLA hands over, by ``WORDS`` or as groups: the ``recorded``,
        their ``recorded_tangents``, and the ``drivers``.
        """
        call = KernelCall(
            kernel=compiled(ir),
            arguments=tuple(arguments),
            results=tuple(results),
            table=self.table,
            kept=self.kept,
            lanes=self.lanes,
            days=days,
            itemsize=self.dtype.itemsize,
            blocks=self.blocks,
            directions=self.directions,
            threads=self.threads,
        )
        register(call)
        return call.name
