"""Windows: stretches of cells that are read at a time, as large as the memory setting allows."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...errors import InputError
from ...grid import CELLS_PER_DEGREE, SOUTH, WEST, Axis, cell_row_column
from .sources import Extent

BYTES_PER_VALUE = 40
"""Memory [bytes] that a value of a product takes at most while it is read, decoded, checked and averaged: measured
(tests/workflows), with a margin."""

LEAST_WINDOW = 8 * 2**20
"""Least memory [bytes] of a window: below, a file of many times or fine pixels would be read in slivers."""


@dataclass(frozen=True)
class Window:
    """Cells that are read together: their ``positions`` in the cell set, their ids, and the box around them."""

    positions: np.ndarray
    cells: np.ndarray

    @property
    def box(self) -> tuple[int, int, int, int]:
        """First and last row, first and last column of the 0.5° grid."""
        rows, columns = cell_row_column(self.cells)
        return int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max())

    @property
    def latitudes(self) -> tuple[float, float]:
        """Southern and northern edge [degrees]."""
        first, last, _, _ = self.box
        return SOUTH + first / CELLS_PER_DEGREE, SOUTH + (last + 1) / CELLS_PER_DEGREE

    @property
    def longitudes(self) -> tuple[float, float]:
        """Western and eastern edge [degrees]."""
        _, _, first, last = self.box
        return WEST + first / CELLS_PER_DEGREE, WEST + (last + 1) / CELLS_PER_DEGREE

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """The box on the 0.5° grid."""
        south, north, west, east = self.box
        return (
            Axis(CELLS_PER_DEGREE, south, north - south + 1, SOUTH),
            Axis(CELLS_PER_DEGREE, west, east - west + 1, WEST),
        )


def windows(cells: np.ndarray, extents: Sequence[Extent], memory: float) -> Iterator[Window]:
    """Windows of the ``cells`` that the files of ``extents``, which are read together, overlap.

    Each needs at most ``memory`` [bytes] to read, unless it is of one cell: halved by rows, then by columns, each half
    shrunk to the cells that it holds.
    """
    position = np.flatnonzero(_overlapped(cells, extents))
    yield from _split(Window(position, cells[position]), extents, memory)


def window_bytes(window: Window, extents: Sequence[Extent]) -> float:
    """Memory [bytes] that reading a window takes."""
    south, north, west, east = window.box
    square_degrees = (north - south + 1) * (east - west + 1) / CELLS_PER_DEGREE**2
    values = sum(
        extent.fields * square_degrees * extent.latitude.per_degree * extent.longitude.per_degree
        for extent in extents
        if extent.latitude is not None and extent.longitude is not None
    )
    return values * BYTES_PER_VALUE


def memory_per_worker(memory: int, workers: int) -> tuple[float, int]:
    """What each of the workers may use [bytes] and how many there can be, when the process keeps within ``memory``.

    Fewer workers where there is not enough for all; InputError where there is not enough for one.
    """
    left = memory - held_memory()
    workers = max(1, min(workers, int(left // LEAST_WINDOW)))
    if left < LEAST_WINDOW:
        needed = (held_memory() + LEAST_WINDOW) / 2**20
        raise InputError(
            f"prepare.memory is {memory / 2**20:.0f} MiB, expected at least {needed:.0f} MiB: the libraries alone "
            "take most of that"
        )
    return left / workers, workers


def held_memory() -> int:
    """Memory [bytes] that this process holds now; where the system does not tell, the most that it ever held."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _split(window: Window, extents: Sequence[Extent], memory: float) -> Iterator[Window]:
    if not window.cells.size:
        return
    if window.cells.size == 1 or window_bytes(window, extents) <= memory:
        yield window
        return
    rows, columns = cell_row_column(window.cells)
    south, north, west, east = window.box
    lower = rows <= (south + north) // 2 if north > south else columns <= (west + east) // 2
    for half in (lower, ~lower):
        yield from _split(Window(window.positions[half], window.cells[half]), extents, memory)


def _overlapped(cells: np.ndarray, extents: Sequence[Extent]) -> np.ndarray:
    """Which cells share some area with the files."""
    rows, columns = cell_row_column(cells)
    inside = np.ones(cells.shape, dtype=bool)
    for extent in extents:
        for axis, place, origin in ((extent.latitude, rows, SOUTH), (extent.longitude, columns, WEST)):
            if axis is not None:
                low, high = axis.bounds
                start = origin + place / CELLS_PER_DEGREE
                inside &= (start < high - 1e-9) & (start + 1 / CELLS_PER_DEGREE > low + 1e-9)
    return inside
