"""Mature forest: the 0.05° pixels of a cell whose biomass stands above those around it, and means over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ..errors import InputError
from ..grid import CELLS_PER_DEGREE, Axis, cell_row_column, sine_measure

PIXELS_PER_DEGREE = 20
PIXELS = PIXELS_PER_DEGREE // CELLS_PER_DEGREE
"""0.05° pixels along a side of a cell."""


def mature_pixels(biomass: np.ndarray, percentile: float, minimum: float) -> np.ndarray:
    """Which pixels are mature: booleans like ``biomass`` (cells, 10, 10) [Mg ha-1, NaN missing].

    A pixel is mature where its biomass exceeds both the ``percentile`` of its cell's pixels that have a value
    (interpolated linearly between ranks, every pixel counting the same) and ``minimum`` [Mg ha-1] (Wu et al., section
    2.2.2: 90 and 50).
    """
    flat = biomass.reshape(len(biomass), -1)
    threshold = np.full(len(flat), np.nan)
    known = np.isfinite(flat).any(axis=1)
    if known.any():
        threshold[known] = np.nanpercentile(flat[known], percentile, axis=1)
    with np.errstate(invalid="ignore"):
        return (biomass > threshold[:, None, None]) & (biomass > minimum)


def mature_biomass(biomass: np.ndarray, mature: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Mean biomass (cells,) of the mature pixels, by area; NaN where a cell has none."""
    weight = np.where(mature, pixel_area(cells)[:, :, None], 0.0)
    sums = np.nansum(np.where(mature, biomass, 0.0) * weight, axis=(1, 2))
    return np.divide(sums, weight.sum(axis=(1, 2)), out=np.full(len(cells), np.nan), where=mature.any(axis=(1, 2)))


def pixel_area(cells: np.ndarray) -> np.ndarray:
    """Areas (cells, 10) of the pixels of each row of a cell, as shares of the cell's area; rows from the south."""
    row, _ = cell_row_column(cells)
    edges = -90.0 + (row[:, None] * PIXELS + np.arange(PIXELS + 1)) / PIXELS_PER_DEGREE
    bands = sine_measure(edges[:, :-1], edges[:, 1:])
    return bands / (bands.sum(axis=1, keepdims=True) * PIXELS)


@dataclass(frozen=True)
class MatureMean:
    """Means over the mature pixels of cells, for fields on one grid; made by :func:`mature_mean`.

    ``weights`` (cells, used source pixels) are areas of mature pixels, ``pixels`` the positions of those used in a
    flattened field; ``total`` (cells,) is the area of all mature pixels, whether the field reaches them or not.
    """

    weights: sparse.csr_array
    pixels: np.ndarray
    total: np.ndarray

    def __call__(self, values: np.ndarray, minimum_valid_fraction: float) -> np.ndarray:
        """Means (cells, time), float64, of ``values`` (time, rows, columns).

        NaN where less than ``minimum_valid_fraction`` of the mature area has a value, or nothing is mature.
        """
        used = values.reshape(len(values), -1)[:, self.pixels].T.astype(float)
        finite = np.isfinite(used)
        valid = self.weights @ finite.astype(float)
        sums = self.weights @ np.where(finite, used, 0.0)
        enough = (valid > 0) & (valid >= (minimum_valid_fraction - 1e-9) * self.total[:, None])
        return np.divide(sums, valid, out=np.full(sums.shape, np.nan), where=enough)


def mature_mean(mature: np.ndarray, cells: np.ndarray, latitude: Axis, longitude: Axis) -> MatureMean:
    """The means over ``mature`` pixels (cells, 10, 10; rows from the south, columns from the west) of ``cells`` for
    fields on the axes given.

    A coarser product (0.1°) counts as replicated onto the 0.05° pixels: its value is weighted by how much of its pixel
    is mature. Mature pixels outside the field count as missing. InputError where the 0.05° pixels do not fit into those
    of the product.
    """
    ratio, rest = divmod(PIXELS_PER_DEGREE, latitude.per_degree)
    if rest or longitude.per_degree != latitude.per_degree:
        raise InputError(
            f"a product on 1/{latitude.per_degree}° × 1/{longitude.per_degree}° cannot be masked by 0.05° pixels: "
            "expected one of 0.05°, 0.1°, 0.25° or 0.5°"
        )
    cell, row, column = np.nonzero(mature)
    area = pixel_area(cells)[cell, row]
    total = np.bincount(cell, area, minlength=len(cells))
    first_row, first_column = cell_row_column(cells)
    rows = (first_row[cell] * PIXELS + row) // ratio - latitude.first
    columns = (first_column[cell] * PIXELS + column) // ratio - longitude.first
    read = (rows >= 0) & (rows < latitude.count) & (columns >= 0) & (columns < longitude.count)
    pixels, place = np.unique((rows * longitude.count + columns)[read], return_inverse=True)
    weights = sparse.csr_array((area[read], (cell[read], place)), shape=(len(cells), len(pixels)))
    weights.sum_duplicates()
    return MatureMean(weights, pixels, total)
