"""What a run on a GPU reads and writes by lane and day: columns of what is recorded, and the size of buffers.

Each value that is recorded is a column, however many recordings ask for it; its table says for each day of the run to
which row of the column the day goes. The kernel then needs no pieces: a day that is not recorded is a store not made.
Sums are columns of their own, one row for each sum, added up in a register and written at the day the table says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..graph import Node
from ..lanes import Kept

NOTHING, WRITE, ADD = range(3)
"""What becomes of a sum after a day: it goes on, it is written to its row, it is added to what its row holds."""


@dataclass(frozen=True, eq=False)
class Column:
    """A value that is recorded. ``rows`` (days of the run): the row of a day, or −1. ``ends``: of sums, as above."""

    recording: int  # one that asks for the value
    height: int
    rows: np.ndarray
    ends: np.ndarray | None = None


@dataclass(frozen=True)
class Place:
    """Where a recording is found: rows of a column."""

    column: int
    rows: np.ndarray


def columns(
    values: Sequence[Node], kept: Sequence[Kept], length: int, chunk: int
) -> tuple[list[Column], list[Place]]:
    """The columns of a run of ``length`` days for the ``values`` that are recorded, and the place of each recording.

    Sums are written at the end of each ``chunk`` of days, where they are not over.
    """
    found: list[Column] = []
    places: list[Place | None] = [None] * len(kept)
    days = [np.concatenate([np.arange(*window) for window in k.windows]) for k in kept]
    series: dict[int, list[int]] = {}
    sums: dict[int, list[list[int]]] = {}
    for i, (value, k) in enumerate(zip(values, kept, strict=True)):
        if not k.summed:
            series.setdefault(value.index, []).append(i)
            continue
        # Sums that share a day need a column each.
        groups = sums.setdefault(value.index, [])
        free = (g for g in groups if not any(np.intersect1d(days[i], days[j]).size for j in g))
        group = next(free, None)
        if group is None:
            groups.append([i])
        else:
            group.append(i)
    for members in series.values():
        union = np.unique(np.concatenate([days[i] for i in members]))
        rows = np.full(length, -1, np.int32)
        rows[union] = np.arange(union.size)
        for i in members:
            places[i] = Place(len(found), rows[days[i]])
        found.append(Column(members[0], union.size, rows))
    for members in (group for groups in sums.values() for group in groups):
        rows = np.full(length, -1, np.int32)
        for row, i in enumerate(members):
            rows[days[i]] = row
            places[i] = Place(len(found), np.array([row]))
        found.append(Column(members[0], len(members), rows, _ends(rows, chunk)))
    return found, [p for p in places if p is not None]


def _ends(rows: np.ndarray, chunk: int) -> np.ndarray:
    """What becomes of a sum after each day: it is put away before another begins and at the end of a chunk."""
    ends = np.full(rows.size, NOTHING, np.int32)
    recorded = np.flatnonzero(rows >= 0)
    after = np.append(recorded[1:], rows.size)
    last = (np.append(rows[recorded[1:]], -1) != rows[recorded]) | (after // chunk != recorded // chunk)
    begun: set[int] = set()
    for day in recorded[last]:
        ends[day] = ADD if rows[day] in begun else WRITE
        begun.add(int(rows[day]))
    return ends


def take(column, rows: np.ndarray):
    """Rows of a column (rows, lanes): a slice where they follow one another."""
    if rows.size and np.array_equal(rows, np.arange(rows[0], rows[0] + rows.size)):
        return column[int(rows[0]) : int(rows[0]) + rows.size]
    return column[rows]
