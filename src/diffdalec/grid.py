"""The 0.5° grid of cells, and regular grids whose cells divide a degree.

A cell's id counts row by row from the south-west: 0 is the cell at 89.75°S 179.75°W, ids grow eastward, then northward.
Areas are of a sphere with the authalic radius, which has the surface of the WGS 84 ellipsoid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .errors import InputError

AUTHALIC_RADIUS = 6_371_007.181
"""Radius [m] of the sphere with the surface of GRS 80's ellipsoid (Moritz 2000), which is WGS 84's to a millimetre."""

CELLS_PER_DEGREE = 2
ROWS = 180 * CELLS_PER_DEGREE
COLUMNS = 360 * CELLS_PER_DEGREE

SOUTH, WEST = -90, -180

_ALIGNMENT = 0.1
"""How far the centres of an axis may lie from where they belong, as a share of a cell: coordinates stored in single
precision are off by up to 2 % of the finest cells that we know (1/1125°)."""


@dataclass(frozen=True)
class Axis:
    """Cells of equal width along latitude or longitude, ascending: ``count`` of them from number ``first``.

    A degree holds a whole number of cells, ``per_degree``, and cells are counted from ``origin`` [degrees]. With the
    south pole and the dateline as origins all edges are quotients of whole numbers, exact to rounding on every grid.
    """

    per_degree: int
    first: int
    count: int
    origin: float

    @property
    def edges(self) -> np.ndarray:
        """(count + 1,) [degrees]."""
        return self.origin + np.arange(self.first, self.first + self.count + 1) / self.per_degree

    @property
    def centres(self) -> np.ndarray:
        """(count,) [degrees]."""
        return self.origin + (np.arange(self.first, self.first + self.count) + 0.5) / self.per_degree

    @property
    def bounds(self) -> tuple[float, float]:
        """First and last edge [degrees]."""
        edges = self.edges
        return float(edges[0]), float(edges[-1])

    def refined(self, per_degree: int) -> Axis:
        """The same stretch in cells of 1/``per_degree``; InputError where they do not fit in whole."""
        first, count = self.first * per_degree, self.count * per_degree
        if first % self.per_degree or count % self.per_degree:
            raise InputError(
                f"an axis of {self.count} cells of 1/{self.per_degree}° does not begin and end at edges "
                f"of cells of 1/{per_degree}°"
            )
        return Axis(per_degree, first // self.per_degree, count // self.per_degree, self.origin)


def latitude_axis(
    centres: np.ndarray, name: str = "latitude", resolution: float | None = None, *, aligned: bool = True
) -> Axis:
    """The axis of ascending ``centres`` [degrees]; see :func:`longitude_axis`."""
    return _axis(centres, SOUTH, name, resolution, aligned)


def longitude_axis(
    centres: np.ndarray, name: str = "longitude", resolution: float | None = None, *, aligned: bool = True
) -> Axis:
    """The axis of ascending ``centres`` [degrees]; ``resolution`` is needed where there is one centre alone.

    An axis that is not ``aligned`` may begin anywhere: its origin is its own first edge. Raises InputError (which names
    ``name``) where centres are not evenly spaced, where a degree does not hold a whole number of cells, or where an
    aligned axis has no cell that begins at the dateline.
    """
    return _axis(centres, WEST, name, resolution, aligned)


def cells_axis(first: int, count: int, *, latitude: bool) -> Axis:
    """``count`` rows (or columns) of the 0.5° grid from number ``first``."""
    return Axis(CELLS_PER_DEGREE, int(first), int(count), SOUTH if latitude else WEST)


def cell_id(latitude, longitude) -> np.ndarray:
    """Ids (int64) of the cells that hold the points at ``latitude`` and ``longitude`` [degrees].

    A point on an edge belongs to the cell north or east of it, a pole's to the last row, 180°E to the first column.
    Raises InputError for points off the globe.
    """
    latitude, longitude = np.asarray(latitude, dtype=float), np.asarray(longitude, dtype=float)
    if not (np.all(np.abs(latitude) <= 90.0) and np.all(np.abs(longitude) <= 180.0)):
        raise InputError(
            "a point lies off the grid: expected latitudes from -90 to 90 and longitudes from -180 to 180, found "
            f"{_span(latitude)} and {_span(longitude)}"
        )
    row = np.minimum(np.floor((latitude - SOUTH) * CELLS_PER_DEGREE), ROWS - 1).astype(np.int64)
    column = np.floor((longitude - WEST) * CELLS_PER_DEGREE).astype(np.int64) % COLUMNS
    return row * COLUMNS + column


def cell_row_column(cell) -> tuple[np.ndarray, np.ndarray]:
    """Row from the south and column from the west of cells; InputError for an id that does not exist."""
    cell = np.asarray(cell)
    if np.any((cell < 0) | (cell >= ROWS * COLUMNS)):
        raise InputError(f"cell ids run from 0 to {ROWS * COLUMNS - 1}, found {cell.min()} to {cell.max()}")
    return cell // COLUMNS, cell % COLUMNS


def cell_centre(cell) -> tuple[np.ndarray, np.ndarray]:
    """Latitude and longitude [degrees] of the centres of cells."""
    row, column = cell_row_column(cell)
    return SOUTH + (row + 0.5) / CELLS_PER_DEGREE, WEST + (column + 0.5) / CELLS_PER_DEGREE


def cell_area(cell) -> np.ndarray:
    """Area of cells [m2]; all of them together are the surface of the sphere.

    >>> round(float(cell_area(cell_id(60.25, 25.25))) / 1e6)
    1534
    """
    row, _ = cell_row_column(cell)
    south = SOUTH + row / CELLS_PER_DEGREE
    return band_area(south, south + 1.0 / CELLS_PER_DEGREE, 1.0 / CELLS_PER_DEGREE)


def band_area(south, north, width) -> np.ndarray:
    """Area [m2] between the parallels ``south`` and ``north`` over ``width`` degrees of longitude."""
    return AUTHALIC_RADIUS**2 * np.radians(width) * sine_measure(south, north)


def sine_measure(south, north) -> np.ndarray:
    """sin(north) − sin(south) of parallels in degrees, to full precision for thin bands as well."""
    middle, half = np.radians(np.add(south, north)) / 2, np.radians(np.subtract(north, south)) / 2
    return 2.0 * np.cos(middle) * np.sin(half)


def _axis(centres: np.ndarray, pole: float, name: str, resolution: float | None, aligned: bool) -> Axis:
    centres = np.asarray(centres, dtype=float)
    if centres.size == 0 or (centres.size == 1 and resolution is None):
        raise InputError(f"{name} has {centres.size} value{'s' * (centres.size != 1)}, expected a regular axis")
    step = (centres[-1] - centres[0]) / (centres.size - 1) if centres.size > 1 else resolution
    assert step is not None
    per_degree = round(1.0 / step) if step > 0 else 0
    if per_degree < 1:
        raise InputError(f"{name} is spaced by {step:g}°, expected ascending cells of at most one degree")
    origin = pole if aligned else float(centres[0] - 0.5 / per_degree)
    first = round((centres[0] - origin) * per_degree - 0.5)
    axis = Axis(per_degree, first, centres.size, origin)
    off = np.abs(centres - axis.centres) * per_degree
    if off.max() > _ALIGNMENT:
        worst = int(off.argmax())
        raise InputError(
            f"{name} is not a regular axis of cells of 1/{per_degree}° counted from {origin}°: value {worst + 1} is "
            f"{centres[worst]:.6f}, expected {axis.centres[worst]:.6f}"
        )
    return axis


def _span(values: np.ndarray) -> str:
    return f"{np.min(values):g} to {np.max(values):g}"
