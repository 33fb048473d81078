"""A traced step on a layout of lanes and days: its kernels, its table of pieces, and its names in XLA."""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import islice

import numpy as np

from .block import Target
from .bodies import HEADER, AdjointBody, ForwardBody, Shape, TangentBody
from .call import register, run_blocks
from .frame import WORDS
from .graph import Node
from .lanes import LANE, SHARED, Kept, Lanes, pieces
from .machine import compiled, host_target
from .program import adjoint_kernel, forward_kernel, tangent_kernel
from .trace import DayProgram

CHUNK_DAYS = 64
"""Days of a piece: the scratch of a block, 20 to 60 vectors a day, stays in the second-level cache."""
DIRECTION_GROUPS = (2, 1)
"""How many directions take the days together, the largest that fit first: two states of ten are 20 registers of 32."""

Call = Callable[[list[int], list[int], int], None]


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
        """Blocks per cell."""
        return -(-self.lanes.members // self.target.width)

    @cached_property
    def outputs(self) -> list[Node]:
        """The values of a day: state after it, then what is recorded."""
        lane_drivers = tuple(k == LANE for k in self.lanes.kinds)
        return self.program.forward(self.dtype, lane_drivers)

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
            after, states, invariants = self.program.adjoint(self.dtype, self.shape.lane_drivers, inside)
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
    def table(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The table of pieces without slots; which recording each slot is (−1 none), and its offset in bytes."""
        numbers = {values: k for k, values in enumerate(self.bodies)}
        rows = np.zeros((len(self.pieces), HEADER), np.int64)
        which = np.full((len(self.pieces), self.shape.slots), -1)
        offset = np.zeros(which.shape, np.int64)
        for row, (first, last, inside) in enumerate(self.pieces):
            rows[row] = first, last, numbers[self._values(inside)]
            for slot, i in enumerate(inside):
                which[row, slot] = i
                offset[row, slot] = (self.kept[i].row(first) or 0) * self.lanes.count * self.dtype.itemsize
        return rows, which, offset

    def filled_table(self, recorded: Sequence[int], tangents: Sequence[int]) -> np.ndarray:
        """The table with addresses: those of the recordings; of tangents, theirs and the bytes between directions."""
        rows, which, offset = self.table
        parts = [rows, np.array([*recorded, 0], np.int64)[which] + offset]
        if self.directions:
            between = np.array([*(k.rows for k in self.kept), 0], np.int64) * (self.lanes.count * self.dtype.itemsize)
            parts += [np.array([*tangents, 0], np.int64)[which] + offset, between[which]]
        return np.ascontiguousarray(np.concatenate(parts, axis=1))

    def _table_at(
        self, last: list[tuple[tuple, np.ndarray]], recorded: Sequence[int], tangents: Sequence[int]
    ) -> np.ndarray:
        """:meth:`filled_table`, or the ``last`` one where the addresses are the same."""
        addresses = (*recorded, *tangents)
        for known, table in last:  # at most one; another thread may replace it
            if known == addresses:
                return table
        table = self.filled_table(recorded, tangents)
        last[:] = [(addresses, table)]
        return table

    @property
    def boundaries(self) -> tuple[int, ...]:
        return (self.lanes.cells * self.blocks, len(self.pieces), self.program.n_state, self.target.width)

    def call(self, ir: str, arguments: Sequence[str], results: Sequence[str]) -> Call:
        """A compiled kernel as a function of the addresses of arguments and results, and the days of the drivers.

        ``arguments`` and ``results`` name them in order, by ``WORDS`` or as groups: the ``recorded``, their
        ``recorded_tangents``, and the ``drivers``.
        """
        kernel = compiled(ir)
        count = len(self.kept)
        sizes = {"recorded": count, "recorded_tangents": count, "drivers": len(self.lanes.kinds)}
        rows = self.lanes.count * self.dtype.itemsize
        sums = [(name, i) for name in ("recorded", "recorded_tangents") if name in results for i in range(count)]
        sums = [(name, i) for name, i in sums if self.kept[i].summed]
        strides = [0 if k == SHARED else 1 if k == LANE else -1 for k in self.lanes.kinds]

        last: list[tuple[tuple, np.ndarray]] = []  # XLA mostly hands the same buffers again

        def run(given: list[int], made: list[int], days: int) -> None:
            words = dict.fromkeys(WORDS, 0)
            groups: dict[str, list[int]] = {name: [] for name in sizes}
            for names, addresses in ((arguments, given), (results, made)):
                rest = iter(addresses)
                for name in names:
                    if name in sizes:
                        groups[name] = list(islice(rest, sizes[name]))
                    else:
                        words[name] = next(rest)
            for name, i in sums:
                ctypes.memset(groups[name][i], 0, rows * (1 if name == "recorded" else self.directions))
            table = self._table_at(last, groups["recorded"], groups["recorded_tangents"])
            words |= {"table": table.ctypes.data, "rows": len(table), "members": self.lanes.members}
            words |= {"blocks": self.blocks, "lanes": self.lanes.count, "directions": self.directions}
            spans = (days if s < 0 else s for s in strides)
            packed = np.array([*words.values(), *groups["drivers"], *spans], np.int64)
            run_blocks(kernel, packed, self.lanes.cells * self.blocks, self.threads)

        return run

    def register(self, ir: str, days: int, arguments: Sequence[str], results: Sequence[str]) -> str:
        """A name by which XLA finds the kernel; it tells all that the call depends on."""
        run = self.call(ir, arguments, results)
        layout = f"{self.lanes}{self.length}{self.kept}{self.threads}{days}{CHUNK_DAYS}{self.directions}"
        text = f"{ir}{layout}{arguments}{results}"
        name = f"diffdalec_kernel_{hashlib.sha256(text.encode()).hexdigest()[:32]}"
        register(name, partial(_with_days, run, days))
        return name


def _with_days(run, days, arguments, results):
    run(arguments, results, days)
