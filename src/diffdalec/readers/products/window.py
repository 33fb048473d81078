"""The regular latitude-longitude grid of a product, and the rows and columns of a window of it.

Coordinates in files are rounded, run north to south or south to north, and longitudes from −180 or from 0. Here they
are told apart, checked, and replaced by the exact centres, ascending from −90 and −180.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from diffdalec.errors import InputError
from diffdalec.readers.products.files import Band

LATITUDE_NAMES = ("latitude", "lat", "LAT", "Latitude", "nav_lat", "y")
LONGITUDE_NAMES = ("longitude", "lon", "LON", "Longitude", "nav_lon", "x")

MISALIGNED = 0.05
"""Share of a grid cell by which a coordinate may stand beside its place (float32 coordinates are rounded)."""


@dataclass(frozen=True)
class Axis:
    """Latitude or longitude of a file. ``centres`` [degrees] ascending; ``position`` of each of them in the file."""

    name: str
    centres: np.ndarray
    position: np.ndarray
    resolution: float

    def window(self, band: Band | None) -> Axis:
        """The cells that overlap ``band`` by more than rounding; all without one."""
        if band is None:
            return self
        slack = 1e-6 * self.resolution
        low, high = self.centres - self.resolution / 2, self.centres + self.resolution / 2
        inside = (high > band[0] + slack) & (low < band[1] - slack)
        return Axis(self.name, self.centres[inside], self.position[inside], self.resolution)

    def pieces(self) -> list[tuple[slice, bool]]:
        """Contiguous slices of the file that make up this axis in order, each with whether it must be turned round."""
        if not self.position.size:
            return []
        breaks = np.flatnonzero(np.abs(np.diff(self.position)) != 1) + 1
        found = []
        for piece in np.split(self.position, breaks):
            turned = len(piece) > 1 and piece[1] < piece[0]
            found.append((slice(int(piece.min()), int(piece.max()) + 1), turned))
        return found


@dataclass(frozen=True)
class Grid:
    """Both axes of a file's grid."""

    latitude: Axis
    longitude: Axis

    def window(self, latitudes: Band | None, longitudes: Band | None) -> Grid:
        """The part of the grid that overlaps the bands."""
        return Grid(self.latitude.window(latitudes), self.longitude.window(longitudes))

    def gather(self, read: Callable[[slice, slice], np.ndarray]) -> np.ndarray:
        """Values (…, latitude, longitude) in the order of the axes, put together from ``read(rows, columns)``, which
        gives what the file stores there."""
        bands = []
        for rows, rows_turned in self.latitude.pieces() or [(slice(0, 0), False)]:
            parts = []
            for columns, columns_turned in self.longitude.pieces() or [(slice(0, 0), False)]:
                block = read(rows, columns)
                parts.append(block[..., :: -1 if rows_turned else 1, :: -1 if columns_turned else 1])
            bands.append(parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-1))
        return bands[0] if len(bands) == 1 else np.concatenate(bands, axis=-2)

    @property
    def coordinates(self) -> dict[str, np.ndarray]:
        """Coordinates of the Dataset that is read."""
        return {"latitude": self.latitude.centres, "longitude": self.longitude.centres}


def grid_of(dataset: xr.Dataset, file: str, resolutions: Sequence[float] | None, aligned: bool = True) -> Grid:
    """The grid of an opened file. ``resolutions`` [degrees] are those that the product has, None for any.

    Raises InputError for missing coordinates, another resolution, gaps, and, where the product is ``aligned``, cell
    edges that are no multiples of it from −90 and −180.
    """
    latitude = _coordinate(dataset, LATITUDE_NAMES, "latitude", file).values
    longitude = _coordinate(dataset, LONGITUDE_NAMES, "longitude", file).values
    return Grid(
        axis(latitude, "latitude", file, resolutions, aligned),
        axis(longitude, "longitude", file, resolutions, aligned),
    )


def names_of_axes(dataset: xr.Dataset, file: str) -> tuple[str, str]:
    """Names of the dimensions of latitude and longitude."""
    latitude = _coordinate(dataset, LATITUDE_NAMES, "latitude", file)
    longitude = _coordinate(dataset, LONGITUDE_NAMES, "longitude", file)
    return str(latitude.dims[0]), str(longitude.dims[0])


def axis(
    centres: np.ndarray, name: str, file: str, resolutions: Sequence[float] | None, aligned: bool = True
) -> Axis:
    """An axis of cell centres [degrees], checked and made exact. Raises InputError as ``grid_of``."""
    given = np.asarray(centres, dtype=np.float64)
    if given.size < 2 or not np.isfinite(given).all():
        raise InputError(f"{file}: {name} has {np.isfinite(given).sum()} values; expected those of a grid.")
    step = float(np.median(np.abs(np.diff(given))))
    resolution = _nearest(step, resolutions)
    if resolution is None:
        expected = " or ".join(f"{value:.6g}" for value in resolutions) if resolutions else "a share of 360"
        raise InputError(f"{file}: {name} has a spacing of {step:.6g} degrees; expected {expected}.")
    # Centres are counted in cells from the south pole or the dateline, so that their rounding in the file is lost.
    origin, extent = (-90.0, 180.0) if name == "latitude" else (-180.0, 360.0)
    cells = (given - origin) / resolution - 0.5
    index = np.rint(cells if aligned else cells - cells[0] + np.rint(cells[0])).astype(int)
    beside = 0.0 if aligned else float((cells - index).mean())
    off = np.abs(cells - beside - index)
    if off.max() > MISALIGNED:
        raise InputError(
            f"{file}: {name} has a centre at {given[off.argmax()]:.6g}; expected an even grid of {resolution:.6g} "
            f"degrees{' whose edges are multiples of that' if aligned else ''}."
        )
    number = round(extent / resolution)
    if name == "longitude":
        steps, index = np.diff(np.unwrap(index, period=number)), index % number
    else:
        steps = np.diff(index)
    even = bool(np.all(steps == 1) or np.all(steps == -1)) and np.unique(index).size == index.size
    if not even or index.min() < 0 or index.max() >= number:
        raise InputError(
            f"{file}: {name} does not run evenly in steps of {resolution:.6g} degrees from {given[0]:.6g} "
            f"to {given[-1]:.6g}."
        )
    order = np.argsort(index)
    return Axis(name, origin + (index[order] + 0.5 + beside) * resolution, order, resolution)


def _nearest(step: float, resolutions: Sequence[float] | None) -> float | None:
    """The resolution that ``step`` is, of those given or any that divides the globe."""
    if resolutions is None:
        return 360.0 / round(360.0 / step) if 0 < step <= 10 and abs(360 / step - round(360 / step)) < 0.02 else None
    return next((value for value in resolutions if abs(step / value - 1.0) < 0.02), None)


def _coordinate(dataset: xr.Dataset, names: Sequence[str], what: str, file: str) -> xr.DataArray:
    found = next((name for name in names if name in dataset.variables), None)
    if found is None:
        raise InputError(
            f"{file}: has no {what}; expected a coordinate {' or '.join(names[:3])} "
            f"among {', '.join(map(str, dataset.variables))}."
        )
    if dataset[found].ndim != 1:
        raise InputError(
            f"{file}: {found} has the dimensions {', '.join(map(str, dataset[found].dims))}; expected one alone."
        )
    return dataset[found]
