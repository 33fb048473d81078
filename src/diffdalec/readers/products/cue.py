"""Carbon-use efficiency of Luo et al. (2025): a static map, netCDF or GeoTIFF, a fraction of GPP.

The layout is not settled: any regular grid; the variable's name stands in the study file where the file holds several.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from diffdalec.readers.products.fields import ONLY_FIELD, Encoding, array
from diffdalec.readers.products.files import Band, Header, Product, SourceFile, chosen_settings, matches, unique
from diffdalec.readers.products.gridded import Gridded
from diffdalec.readers.products.raster import opened_raster, raster_field, raster_grid, require_whole

NAME = "cue"
OURS = "carbon_use_efficiency"
LAYOUT = Gridded(usual={OURS: ONLY_FIELD}, resolutions=None, encoding=Encoding(missing_below=-1.0), aligned=False)
_RASTERS = (".tif", ".tiff")


def find(
    location: str | Path, *, years: range | None = None, wanted: Sequence[str] | None = None, **settings: Any
) -> tuple[SourceFile, ...]:
    """The one netCDF or GeoTIFF at ``location``."""
    chosen = chosen_settings(NAME, (), settings)
    files = [
        SourceFile(NAME, (OURS,), None, path, chosen)
        for path, _ in matches(location, NAME, r".*\.(nc4?|tiff?)", "CUE.nc or CUE.tif")
    ]
    return unique(files, location)


def check(file: SourceFile) -> Header:
    """The header of the map."""
    if file.path.suffix not in _RASTERS:
        return LAYOUT.check(file)
    with opened_raster(file) as raster:
        grid = raster_grid(raster, file, LAYOUT.resolutions, LAYOUT.aligned)
        require_whole(raster, file)
    return Header(grid.latitude.centres, grid.longitude.centres, None, grid.latitude.resolution)


def read(file: SourceFile, latitudes: Band | None = None, longitudes: Band | None = None) -> xr.Dataset:
    """``carbon_use_efficiency`` (latitude, longitude)."""
    if file.path.suffix not in _RASTERS:
        return LAYOUT.read(file, latitudes, longitudes)
    with opened_raster(file) as raster:
        grid = raster_grid(raster, file, LAYOUT.resolutions, LAYOUT.aligned).window(latitudes, longitudes)
        values = raster_field(raster, grid, file, LAYOUT.encoding)
    found = array(OURS, ("latitude", "longitude"), values, file, "band 1")
    return xr.Dataset({OURS: found}, grid.coordinates, {"source": file.path.name})


PRODUCT = Product(NAME, "Carbon-use efficiency of Luo et al. (2025)", (OURS,), find, check, read, static=True)
