"""A call of a compiled kernel: from the buffers that XLA hands over to the kernel's words, table and threads."""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from itertools import islice

import numpy as np

from .frame import WORDS
from .lanes import LANE, SHARED, Kept, Lanes
from .machine import function_of
from .threads import run_blocks


@dataclass(frozen=True, eq=False)
class Table:
    """The pieces of a run: ``rows`` (pieces, HEADER); by slot, ``which`` recording it is (−1 none) and the ``offset``
    [bytes] at which the piece begins in it, both (pieces, slots).
    """

    rows: np.ndarray
    which: np.ndarray
    offset: np.ndarray

    def with_addresses(self, recorded: Sequence[int]) -> np.ndarray:
        """The table that the kernel reads, with the addresses of the recordings."""
        return np.concatenate([self.rows, self.addresses(recorded)], axis=1)

    def with_tangents(self, recorded: Sequence[int], tangents: Sequence[int], between: Sequence[int]) -> np.ndarray:
        """The same with those of the tangents, and the bytes ``between`` the directions of each."""
        given = np.array([*between, 0], np.int64)[self.which]
        return np.concatenate([self.rows, self.addresses(recorded), self.addresses(tangents), given], axis=1)

    def addresses(self, recorded: Sequence[int]) -> np.ndarray:
        return np.array([*recorded, 0], np.int64)[self.which] + self.offset


@dataclass(frozen=True, eq=False)
class KernelCall:
    """A kernel, by its key, with all that a call needs beside the buffers.

    ``arguments`` and ``results`` name these in order, by ``WORDS`` or as groups: the ``recorded``, their
    ``recorded_tangents``, and the ``drivers``, of so many ``days``. ``blocks`` are those of all cells. Can be pickled.
    """

    kernel: str
    arguments: tuple[str, ...]
    results: tuple[str, ...]
    table: Table
    kept: tuple[Kept, ...]
    lanes: Lanes
    days: int
    itemsize: int
    blocks: int
    directions: int
    threads: int

    @property
    def name(self) -> str:
        """A name that tells all that the call depends on."""
        digest = hashlib.sha256()
        for field in fields(self):
            value = getattr(self, field.name)
            arrays = (value.rows, value.which, value.offset) if isinstance(value, Table) else ()
            for part in [array.tobytes() for array in arrays] or [repr(value).encode()]:
                digest.update(part)
        return f"diffdalec_kernel_{digest.hexdigest()[:32]}"

    def function(self) -> Callable[[list[int], list[int]], None]:
        """The call, of (addresses of the arguments, addresses of the results)."""
        kernel = function_of(self.kernel)
        count = len(self.kept)
        sizes = {"recorded": count, "recorded_tangents": count, "drivers": len(self.lanes.kinds)}
        row = self.lanes.count * self.itemsize
        sums = [(name, i) for name in ("recorded", "recorded_tangents") if name in self.results for i in range(count)]
        sums = [(name, i) for name, i in sums if self.kept[i].summed]
        between = [k.rows * row for k in self.kept]
        spans = [{SHARED: 0, LANE: 1}.get(kind, self.days) for kind in self.lanes.kinds]
        fixed = {
            "rows": len(self.table.rows), "members": self.lanes.members, "lanes": self.lanes.count,
            "blocks": self.blocks // self.lanes.cells, "directions": self.directions,
        }  # fmt: skip

        def packed(given: list[int], made: list[int]) -> _Packed:
            words = dict.fromkeys(WORDS, 0) | fixed
            groups: dict[str, list[int]] = {name: [] for name in sizes}
            for names, addresses in ((self.arguments, given), (self.results, made)):
                rest = iter(addresses)
                for name in names:
                    if name in sizes:
                        groups[name] = list(islice(rest, sizes[name]))
                    else:
                        words[name] = next(rest)
            table = self.table.with_addresses(groups["recorded"])
            if self.directions:
                table = self.table.with_tangents(groups["recorded"], groups["recorded_tangents"], between)
            words["table"] = table.ctypes.data
            cleared = [(groups[name][i], row * (1 if name == "recorded" else self.directions)) for name, i in sums]
            array = np.array([*words.values(), *groups["drivers"], *spans], np.int64)
            return _Packed((given, made), array, table, cleared)

        last: list[_Packed] = []  # XLA mostly hands the same buffers again

        def call(given: list[int], made: list[int]) -> None:
            ready = next((p for p in last if p.addresses == (given, made)), None)  # another thread may replace it
            if ready is None:
                ready = packed(given, made)
                last[:] = [ready]
            for address, size in ready.cleared:
                ctypes.memset(address, 0, size)
            run_blocks(kernel, ready.words.ctypes.data, self.blocks, self.threads)

        return call


@dataclass(frozen=True, eq=False)
class _Packed:
    """What a kernel is handed for buffers at some ``addresses``; sums are ``cleared`` (address, bytes) before."""

    addresses: tuple[list[int], list[int]]
    words: np.ndarray
    table: np.ndarray
    cleared: list[tuple[int, int]]
