"""Where the synthetic biome lies: a box of 0.5° cells, with an ocean at its western edge.

The geography is synthetic. The box stands in the middle of Siberia because its rows then have boreal days, but it is
no map of that place: whatever its size, its land spans the whole way from an oceanic coast to a cold pole. So a dozen
cells, whose files stay small, show the same gradient as thousands. Edges are whole degrees, so that every product's
grid fits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...errors import InputError
from ...grid import CELLS_PER_DEGREE, Axis, cell_id, cells_axis

CENTRE_LATITUDE = 61
WEST = 98
"""Western edge [degrees_east]: boxes of every size cross 100°E, where products in tiles of 10° begin a new one."""

MOST_ROWS = 36
"""Rows of the tallest box: 52°N to 70°N."""

MOST_CELLS = 5000
SPAN = 60.0
"""Width [degrees of longitude at 60°N, about 55 km each] that the box stands for, in distances between weather."""


@dataclass(frozen=True, eq=False)
class Domain:
    """A box of ``rows`` × ``columns`` 0.5° cells from its south-western corner [whole degrees].

    ``land`` (rows, columns), from the south and from the west. Arrays over land cells are in the order of their ids.
    """

    south: int
    west: int
    rows: int
    columns: int
    land: np.ndarray

    @property
    def latitude_axis(self) -> Axis:
        """Rows of cells, ascending."""
        return cells_axis((self.south + 90) * CELLS_PER_DEGREE, self.rows, latitude=True)

    @property
    def longitude_axis(self) -> Axis:
        """Columns of cells, ascending."""
        return cells_axis((self.west + 180) * CELLS_PER_DEGREE, self.columns, latitude=False)

    @cached_property
    def row(self) -> np.ndarray:
        """(cell,) row in the box from the south."""
        return np.nonzero(self.land)[0]

    @cached_property
    def column(self) -> np.ndarray:
        """(cell,) column in the box from the west."""
        return np.nonzero(self.land)[1]

    @cached_property
    def latitude(self) -> np.ndarray:
        """(cell,) [degrees_north]."""
        return self.latitude_axis.centres[self.row]

    @cached_property
    def longitude(self) -> np.ndarray:
        """(cell,) [degrees_east]."""
        return self.longitude_axis.centres[self.column]

    @cached_property
    def cell(self) -> np.ndarray:
        """(cell,) ids of the 0.5° grid."""
        return cell_id(self.latitude, self.longitude)

    @cached_property
    def continentality(self) -> np.ndarray:
        """(cell,) from 0 at the coast to 1 at the eastern edge."""
        coast = self.column.min()
        return (self.column + 0.5 - coast) / (self.columns - coast)

    @cached_property
    def place(self) -> np.ndarray:
        """(cell, 2) [degrees] for distances between cells: the continentality is stretched to :data:`SPAN`."""
        return np.column_stack([SPAN * self.continentality, 2.0 * (self.latitude - CENTRE_LATITUDE)])

    def gridded(self, values: np.ndarray, fill: float = np.nan) -> np.ndarray:
        """Values (…, cell) on the box (…, rows, columns), ``fill`` in the ocean."""
        box = np.full((*values.shape[:-1], self.rows, self.columns), fill, dtype=values.dtype)
        box[..., self.row, self.column] = values
        return box


def compact_domain(cells: int) -> Domain:
    """A box with ``cells`` land cells, about three times as wide as it is tall; the rest of it is ocean, in the west.

    InputError for fewer than 6 cells, too few to be a gradient, or more than :data:`MOST_CELLS`.
    """
    if not 6 <= cells <= MOST_CELLS:
        raise InputError(f"a synthetic biome has 6 to {MOST_CELLS} cells, found {cells}")
    rows = min(MOST_ROWS, 2 * max(1, round(math.sqrt(cells / 3.0) / 2.0)))
    columns = math.ceil((cells + rows / 2) / rows / 2) * 2
    ocean = rows * columns - cells
    # Column by column from the west; the last column of ocean is broken by an order that leaves a ragged coast.
    order = np.argsort(np.arange(rows) * 0.618 % 1.0)
    land = np.ones((columns, rows), dtype=bool)
    full, rest = divmod(ocean, rows)
    land[:full] = False
    land[full, order[:rest]] = False
    return Domain(CENTRE_LATITUDE - rows // 4, WEST, rows, columns, land.T.copy())
