"""ESA CCI Biomass v4: above-ground dry matter of 2020 and its standard deviation on 1/1125°, GeoTIFF tiles of 10°."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ....errors import InputError
from ..biomass import mapped_biomass
from ..biome import Biome
from ..fields import generator

NAME = "esa_cci_biomass"
PER_DEGREE = 1125
TILE = 10
BAND = 225
"""Rows that are made and written at once: a fifth of a degree."""

SPECKLE = 0.30
"""Relative standard deviation of a pixel: of the stand within its kilometre, and of the retrieval."""


def write(folder: Path, biome: Biome) -> None:
    """``folder/NyyExxx_ESACCI-BIOMASS-L4-AGB[_SD]-MERGED-100m-2020-fv4.0.tif``, cut to the box."""
    mapped = mapped_biomass(biome)
    (south, north), (west, east) = (a.bounds for a in (biome.domain.latitude_axis, biome.domain.longitude_axis))
    folder.mkdir(parents=True, exist_ok=True)
    for top in range(-(-round(north) // TILE) * TILE, round(south), -TILE):
        for left in range(round(west) // TILE * TILE, round(east), TILE):
            bounds = (max(round(south), top - TILE), min(round(north), top), max(round(west), left))
            _tile(folder, biome, mapped, (top, left), (*bounds, min(round(east), left + TILE)))


def _tile(folder: Path, biome: Biome, mapped: np.ndarray, corner: tuple[int, int], bounds: tuple) -> None:
    """The tile whose north-west ``corner`` gives its name, within ``bounds`` = south, north, west, east."""
    try:
        import rasterio
        from rasterio.transform import from_origin
        from rasterio.windows import Window
    except ImportError:
        raise InputError(
            "ESA CCI Biomass tiles need the library rasterio, which is not installed: "
            'pip install "diffdalec[products]".'
        ) from None
    south, north, west, east = bounds
    height, width = (north - south) * PER_DEGREE, (east - west) * PER_DEGREE
    profile: dict[str, Any] = {
        "driver": "GTiff", "dtype": "uint16", "count": 1, "height": height, "width": width, "crs": "EPSG:4326",
        "transform": from_origin(west, north, 1.0 / PER_DEGREE, 1.0 / PER_DEGREE),
        "compress": "deflate", "zlevel": 1, "predictor": 2, "tiled": False, "blockysize": BAND,
    }  # fmt: skip
    name = f"N{corner[0]:02d}E{corner[1]:03d}_ESACCI-BIOMASS-L4-AGB{{}}-MERGED-100m-2020-fv4.0.tif"
    rng = generator(biome.seed, "biomass pixels", *corner)
    origin = (biome.domain.south, biome.domain.west)
    columns = ((np.arange(width) + 0.5) / PER_DEGREE + west - origin[1]) * 100
    with (
        rasterio.open(folder / name.format(""), "w", **profile) as agb,
        rasterio.open(folder / name.format("_SD"), "w", **profile) as sd,
    ):
        for first in range(0, height, BAND):
            rows = (north - (first + np.arange(BAND) + 0.5) / PER_DEGREE - origin[0]) * 100
            band = mapped[rows.astype(int)][:, columns.astype(int)]
            speckle = np.exp(SPECKLE * rng.standard_normal(band.shape, dtype=np.float32) - 0.5 * SPECKLE**2)
            shown = np.nan_to_num(band * speckle, nan=0.0)
            window = Window(0, first, width, BAND)
            stored = np.rint(shown).astype(np.uint16)
            agb.write(stored, 1, window=window)
            spread = np.where(stored > 0, 4.0 + 0.38 * shown, 0.0)
            sd.write(np.rint(spread).astype(np.uint16), 1, window=window)
