"""Regridding by exact overlap of areas: the mean of a field over each target cell, weighted by the area shared.

On a sphere the area that two cells of regular grids share is a product: of the overlap of their latitude bands, in the
sine of latitude, and of the overlap in longitude. A field is therefore regridded by two thin sparse matrices, whatever
the ratio of the grids (1/1125° to 1/20° is 56.25). Nothing is interpolated and, where no value is missing, the
integral over an area that both grids cover is kept to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy import sparse

from ..errors import InputError
from ..grid import Axis, latitude_axis, longitude_axis, sine_measure


@dataclass(frozen=True)
class Regridder:
    """Means over target cells of fields on a source grid; made by :func:`regridder`.

    ``latitude_overlap`` (target rows, source rows) and ``longitude_overlap`` (target columns, source columns) are the
    shared measures; ``area`` (target rows, target columns) is the whole of each target cell in the same measure.
    """

    target: tuple[Axis, Axis]
    latitude_overlap: sparse.csr_array
    longitude_overlap: sparse.csr_array
    area: np.ndarray

    def __call__(self, values: np.ndarray, minimum_valid_fraction: float) -> np.ndarray:
        """Means (…, target rows, target columns), float64, of ``values`` (…, source rows, source columns).

        A mean is over the part of the cell that has finite values; NaN where that part is less than
        ``minimum_valid_fraction`` of the cell's area. What the source does not cover counts as missing.
        """
        means, share = self.means_and_shares(values)
        return np.where(share >= _checked_fraction(minimum_valid_fraction), means, np.nan)

    def means_and_shares(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Means over what is finite (NaN where nothing is), and the share of each cell's area that is finite."""
        values = np.asarray(values)
        shape = (self.latitude_overlap.shape[1], self.longitude_overlap.shape[1])
        if values.shape[-2:] != shape:
            raise InputError(f"a field of {values.shape[-2:]} cells was given to a regridder of {shape}")
        fields = values.reshape(-1, *shape)
        means = np.empty((len(fields), *self.area.shape))
        shares = np.empty_like(means)
        for index, field in enumerate(fields):
            finite = np.isfinite(field)
            covered = self._sums(finite.astype(float))
            sums = self._sums(np.where(finite, field, 0.0).astype(float))
            means[index] = np.divide(sums, covered, out=np.full(sums.shape, np.nan), where=covered > 0)
            shares[index] = np.minimum(covered / self.area, 1.0)
        leading = values.shape[:-2]
        return means.reshape(*leading, *self.area.shape), shares.reshape(*leading, *self.area.shape)

    def _sums(self, field: np.ndarray) -> np.ndarray:
        return (self.longitude_overlap @ (self.latitude_overlap @ field).T).T


def regridder(source: tuple[Axis, Axis], target: tuple[Axis, Axis]) -> Regridder:
    """The regridder from a ``source`` (latitude axis, longitude axis) to a ``target`` grid."""
    rows = overlap(source[0].edges, target[0].edges, sine=True)
    columns = overlap(source[1].edges, target[1].edges, sine=False)
    return Regridder(target, rows, columns, np.outer(_lengths(target[0], True), _lengths(target[1], False)))


def overlap(source: np.ndarray, target: np.ndarray, *, sine: bool) -> sparse.csr_array:
    """Overlaps (target cells, source cells) of the cells between ascending edges [degrees].

    Measured in the sine of latitude (``sine``) or in radians of longitude.
    """
    # Cut both axes at each other's edges: every piece then lies in at most one cell of either.
    inner = target[(target > source[0]) & (target < source[-1])]
    outer = source[(source > target[0]) & (source < target[-1])]
    ends = np.array([max(source[0], target[0]), min(source[-1], target[-1])])
    shape = (len(target) - 1, len(source) - 1)
    if ends[0] >= ends[1]:
        return sparse.csr_array(shape, dtype=float)
    cuts = np.unique(np.concatenate([ends, inner, outer]))
    middle = (cuts[1:] + cuts[:-1]) / 2
    measure = _measure(cuts, sine)
    place = (_cell_of(middle, target), _cell_of(middle, source))
    return sparse.csr_array((measure, place), shape=shape)


def regrid(field: xr.DataArray, target: tuple[Axis, Axis], minimum_valid_fraction: float) -> xr.DataArray:
    """``field`` (…, latitude, longitude), both ascending, as means over the cells of ``target``, float64.

    InputError where the coordinates are not a regular grid; otherwise as :meth:`Regridder.__call__`.
    """
    field = field.transpose(..., "latitude", "longitude")
    name = str(field.name or "field")
    source = (
        latitude_axis(field["latitude"].values, f"latitude of {name}", field.attrs.get("resolution")),
        longitude_axis(field["longitude"].values, f"longitude of {name}", field.attrs.get("resolution")),
    )
    means = regridder(source, target)(field.values, minimum_valid_fraction)
    coordinates = {key: value for key, value in field.coords.items() if not {"latitude", "longitude"} & set(value.dims)}
    return xr.DataArray(
        means,
        dims=field.dims,
        coords={**coordinates, "latitude": target[0].centres, "longitude": target[1].centres},
        attrs={**field.attrs, "minimum_valid_fraction": minimum_valid_fraction},
        name=field.name,
    )


def replicated(values: np.ndarray, times: int) -> np.ndarray:
    """Every cell of ``values`` (…, rows, columns) as ``times`` × ``times`` cells of the same value."""
    return np.repeat(np.repeat(values, times, axis=-2), times, axis=-1)


def _cell_of(points: np.ndarray, edges: np.ndarray) -> np.ndarray:
    # Edges that should coincide may differ by rounding; the sliver between them goes to either neighbour.
    return (np.searchsorted(edges, points, side="right") - 1).clip(0, len(edges) - 2)


def _lengths(axis: Axis, sine: bool) -> np.ndarray:
    return _measure(axis.edges, sine)


def _measure(edges: np.ndarray, sine: bool) -> np.ndarray:
    return sine_measure(edges[:-1], edges[1:]) if sine else np.radians(np.diff(edges))


def _checked_fraction(value: float) -> float:
    if not 0.0 <= value <= 1.0:
        raise InputError(f"minimum valid fraction is {value:g}, expected a share from 0 to 1")
    # A cell that is wholly covered may miss 1 by rounding.
    return max(value - 1e-9, np.finfo(float).tiny)
