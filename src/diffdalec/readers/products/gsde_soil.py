"""GSDE soil (Shangguan et al. 2014): 30″, eight layers in two files for each property, static.

``CLAY1.nc`` holds the upper four layers, ``CLAY2.nc`` the lower four; the variable (depth, lat, lon) has the name of
the property. Stored as integers: pH in tenths, bulk density, carbon and nitrogen in hundredths, missing −100 in bytes
and −999 in wider integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from diffdalec.errors import InputError
from diffdalec.readers.products.fields import Encoding, array, field, require_dimensions, stored_name
from diffdalec.readers.products.files import (
    Band,
    Header,
    Product,
    SourceFile,
    chosen_settings,
    matches,
    only_wanted,
    unique,
)
from diffdalec.readers.products.opening import opened
from diffdalec.readers.products.window import grid_of

NAME = "gsde_soil"
RESOLUTION = (1 / 120,)
LAYER_BOTTOMS = (4.5, 9.1, 16.6, 28.9, 49.3, 82.9, 138.3, 229.6)
"""[cm] of all eight layers."""

LAYERS = 4
"""Number of layers in a file."""

PROPERTIES = {
    "clay": ("CLAY", 1.0),
    "bulk_density": ("BD", 0.01),
    "ph": ("PHH2O", 0.1),
    "organic_carbon": ("OC", 0.01),
    "total_nitrogen": ("TN", 0.01),
}
"""Our name -> (name of the property, our unit per stored one where the file has no ``scale_factor``)."""

_OURS = {stem: ours for ours, (stem, _) in PROPERTIES.items()}


def find(
    location: str | Path, *, years: range | None = None, wanted: Sequence[str] | None = None, **settings: Any
) -> tuple[SourceFile, ...]:
    """The files of the properties known: of each the upper four layers, and the lower where they are there."""
    chosen = chosen_settings(NAME, (), settings)
    files = [
        SourceFile(NAME, (_OURS[match["stem"]],), None, path, chosen)
        for path, match in matches(location, NAME, r"(?P<stem>[A-Z0-9]+)[12]\.nc", "CLAY1.nc")
        if match["stem"] in _OURS
    ]
    kept = only_wanted(files, wanted, NAME, location)
    upper = {file.variables for file in kept if _first_layer(file) == 0}
    for file in kept:
        if file.variables not in upper:
            raise InputError(f"{NAME}: {location} has {file.path.name} and lacks the upper four layers of it.")
    return unique(kept, location, lambda file: (file.variables, _first_layer(file)))


def check(file: SourceFile) -> Header:
    """The header: variable, four layers, grid."""
    with opened(file) as dataset:
        _layered(dataset, file)
        grid = grid_of(dataset, file.path.name, RESOLUTION, aligned=False)
    return Header(grid.latitude.centres, grid.longitude.centres, None, grid.latitude.resolution)


def read(file: SourceFile, latitudes: Band | None = None, longitudes: Band | None = None) -> xr.Dataset:
    """A property (layer, latitude, longitude); the coordinate ``layer_bottom`` [cm] tells the depth."""
    (ours,) = file.variables
    with opened(file) as dataset:
        name = _layered(dataset, file)
        grid = grid_of(dataset, file.path.name, RESOLUTION, aligned=False).window(latitudes, longitudes)
        fill = -100.0 if dataset[name].dtype.itemsize == 1 else -999.0
        values = field(dataset, name, grid, file, Encoding(PROPERTIES[ours][1], fill=fill), "depth")
    first = _first_layer(file)
    bottoms = np.array(LAYER_BOTTOMS[first : first + LAYERS])
    depth = xr.DataArray(bottoms, dims="layer", attrs={"units": "cm", "long_name": "depth of the layer's bottom"})
    found = array(ours, ("layer", "latitude", "longitude"), values, file, name)
    return xr.Dataset({ours: found}, {"layer_bottom": depth, **grid.coordinates}, {"source": file.path.name})


def _first_layer(file: SourceFile) -> int:
    """0 of a file of the upper layers, 4 of the lower."""
    return 0 if file.path.name.split(".")[0].endswith("1") else LAYERS


def _layered(dataset: xr.Dataset, file: SourceFile) -> str:
    """Name of the variable of the file, once it has four layers."""
    (ours,) = file.variables
    stem = PROPERTIES[ours][0]
    numbered = file.path.name.split(".")[0]
    name = stored_name(dataset, file, ours, numbered if numbered in dataset.variables else stem)
    require_dimensions(dataset, name, file, "depth")
    if dataset.sizes["depth"] != LAYERS:
        raise InputError(f"{file.path.name}: {name} has {dataset.sizes['depth']} layers; expected {LAYERS}.")
    return name


PRODUCT = Product(NAME, "GSDE soil", tuple(PROPERTIES), find, check, read, static=True)
