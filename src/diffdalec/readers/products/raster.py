"""A window of band 1 of a GeoTIFF on a regular latitude-longitude grid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from diffdalec.errors import InputError
from diffdalec.readers.products.fields import Encoding, decoded
from diffdalec.readers.products.files import SourceFile
from diffdalec.readers.products.opening import refused_in_one_sentence
from diffdalec.readers.products.optional import library
from diffdalec.readers.products.window import Grid, axis


@contextmanager
def opened_raster(file: SourceFile) -> Iterator[Any]:
    """The rasterio dataset of a file. Raises InputError where it is absent, truncated or no GeoTIFF."""
    rasterio = library("rasterio", file.path.name)
    if not file.path.is_file():
        raise InputError(f"{file.path.name}: the file is no longer at {file.path.parent}.")
    with refused_in_one_sentence(file.path, "GeoTIFF"):
        raster = rasterio.open(file.path)
    with raster:
        yield raster


def raster_grid(raster: Any, file: SourceFile, resolutions: Sequence[float] | None, aligned: bool = True) -> Grid:
    """The grid of a raster. Raises InputError for a projected or turned raster, and as ``axis``."""
    name, transform = file.path.name, raster.transform
    if raster.crs is not None and not raster.crs.is_geographic:
        raise InputError(f"{name}: has the projection {raster.crs.to_string()}; expected latitude and longitude.")
    if transform.b or transform.d or not transform.a or not transform.e:
        raise InputError(f"{name}: is turned against latitude and longitude, or has no place on the globe.")
    rows, columns = np.arange(raster.height) + 0.5, np.arange(raster.width) + 0.5
    return Grid(
        axis(transform.f + rows * transform.e, "latitude", name, resolutions, aligned),
        axis(transform.c + columns * transform.a, "longitude", name, resolutions, aligned),
    )


def require_whole(raster: Any, file: SourceFile) -> None:
    """Raise InputError where the last block of pixels, the last to be written, cannot be read."""
    window = library("rasterio.windows", file.path.name).Window(raster.width - 1, raster.height - 1, 1, 1)
    with refused_in_one_sentence(file.path, "GeoTIFF"):
        raster.read(1, window=window)


def raster_field(raster: Any, grid: Grid, file: SourceFile, encoding: Encoding) -> np.ndarray:
    """Values (latitude, longitude) float32 of the window ``grid`` of band 1, missing NaN."""
    window = library("rasterio.windows", file.path.name).Window

    def block(rows: slice, columns: slice) -> np.ndarray:
        if rows.start == rows.stop or columns.start == columns.stop:  # rasterio refuses windows without pixels
            return np.zeros((rows.stop - rows.start, columns.stop - columns.start), dtype=np.float32)
        with refused_in_one_sentence(file.path, "GeoTIFF"):
            return raster.read(1, window=window.from_slices(rows, columns))

    attributes = {"scale_factor": raster.scales[0], "add_offset": raster.offsets[0]}
    if raster.nodata is not None and raster.nodata != 0:
        attributes["_FillValue"] = raster.nodata
    return decoded(grid.gather(block), attributes, encoding, file)
