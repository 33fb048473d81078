"""A traced step on a layout of lanes and days: its kernels, its table of pieces, and its names in XLA."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from .block import Target
from .bodies import HEADER, AdjointBody, ForwardBody, Shape
from .call import register, run_blocks
from .graph import Node
from .lanes import LANE, SHARED, Lanes, pieces
from .machine import compiled, host_target
from .program import WORDS, adjoint_kernel, forward_kernel
from .trace import DayProgram

CHUNK_DAYS = 64
"""Days between stored states: the scratch of a block, about 20 vectors a day, stays in the second-level cache."""


@dataclass(frozen=True, eq=False)
class Plan:
    """A traced step on a layout of lanes and days, and its kernels, made when first asked for."""

    program: DayProgram
    lanes: Lanes
    dtype: np.dtype
    length: int
    windows: tuple[tuple[int, int], ...]
    threads: int

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
        return pieces(self.length, self.windows, CHUNK_DAYS)

    @cached_property
    def bodies(self) -> dict[tuple[int, ...], tuple[int, ...]]:
        """By the values recorded, so that windows of the same output share a body: those of its first piece."""
        found: dict[tuple[int, ...], tuple[int, ...]] = {}
        for _, _, inside in self.pieces:
            found.setdefault(self._values(inside), inside)
        return dict(sorted(found.items()))

    def _values(self, inside: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(self.outputs[self.program.n_state + i].index for i in inside)

    @cached_property
    def shape(self) -> Shape:
        slots = max((len(v) for v in self.bodies.values()), default=0)
        kinds = tuple(k == LANE for k in self.lanes.kinds)
        return Shape(self.program.n_state, self.program.n_invariants, kinds, slots)

    @cached_property
    def forward_ir(self) -> str:
        outputs, n = self.outputs, self.program.n_state
        bodies = [ForwardBody(outputs[:n], [outputs[n + i] for i in inside]) for inside in self.bodies.values()]
        return forward_kernel(self.target, self.shape, bodies)

    @cached_property
    def adjoint_ir(self) -> str:
        bodies = []
        for inside in self.bodies.values():
            after, states, invariants = self.program.adjoint(self.dtype, self.shape.lane_drivers, inside)
            bodies.append(AdjointBody(after, states, invariants, len(inside)))
        return adjoint_kernel(self.target, self.shape, bodies, CHUNK_DAYS)

    @cached_property
    def table(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The table of pieces without addresses; which recording each slot is (−1 none), and its offset in bytes."""
        numbers = {values: k for k, values in enumerate(self.bodies)}
        rows = np.zeros((len(self.pieces), self.shape.columns), np.int64)
        which = np.full((len(self.pieces), self.shape.slots), -1)
        offset = np.zeros_like(rows[:, HEADER:])
        for row, (first, last, inside) in enumerate(self.pieces):
            rows[row, :HEADER] = first, last, numbers[self._values(inside)]
            for slot, i in enumerate(inside):
                which[row, slot] = i
                offset[row, slot] = (first - self.windows[i][0]) * self.lanes.count * self.dtype.itemsize
        return rows, which, offset

    @property
    def boundaries(self) -> tuple[int, ...]:
        return (self.lanes.cells * self.blocks, len(self.pieces), self.program.n_state, self.target.width)

    def call(self, ir: str, adjoint: bool) -> Callable[[list[int], list[int], int], None]:
        """A compiled kernel as a function of the addresses of arguments and results, and the days of the drivers."""
        kernel = compiled(ir)
        rows, which, offset = self.table
        windows = len(self.windows)
        strides = [0 if k == SHARED else 1 if k == LANE else -1 for k in self.lanes.kinds]

        def run(arguments: list[int], results: list[int], days: int) -> None:
            names = dict.fromkeys(WORDS, 0)
            if adjoint:
                names |= dict(zip(("invariants", "boundaries", "calendar", "final"), arguments[:4], strict=True))
                names |= dict(zip(("invariant_cotangents", "state_cotangents"), results, strict=True))
                recorded, data = arguments[4 : 4 + windows], arguments[4 + windows :]
            else:
                names |= dict(zip(("invariants", "states", "calendar"), arguments[:3], strict=True))
                names["final"], recorded, data = results[0], results[1 : 1 + windows], arguments[3:]
                names["boundaries"] = results[1 + windows] if len(results) > 1 + windows else 0
            table = rows.copy()
            addresses = np.array([*recorded, 0], np.int64)
            table[:, HEADER:] = addresses[which] + offset
            names |= {"table": table.ctypes.data, "rows": len(rows), "members": self.lanes.members}
            names |= {"blocks": self.blocks, "lanes": self.lanes.count}
            words = np.array([*names.values(), *data, *(days if s < 0 else s for s in strides)], np.int64)
            run_blocks(kernel, words, self.lanes.cells * self.blocks, self.threads)

        return run

    def register(self, ir: str, days: int, adjoint: bool) -> str:
        """A name by which XLA finds the kernel; it tells all that the call depends on."""
        run = self.call(ir, adjoint)
        text = f"{ir}{self.lanes}{self.length}{self.windows}{self.threads}{days}{CHUNK_DAYS}"
        name = f"diffdalec_kernel_{hashlib.sha256(text.encode()).hexdigest()[:32]}"
        register(name, partial(_with_days, run, days))
        return name


def _with_days(run, days, arguments, results):
    run(arguments, results, days)
