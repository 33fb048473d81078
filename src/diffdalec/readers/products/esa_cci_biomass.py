"""ESA CCI Biomass v4 (Santoro and Cartus 2023): above-ground dry matter of a year on 100 m (1/1125°).

GeoTIFF tiles of 10°, named by their **north-west** corner, such as
``N60E010_ESACCI-BIOMASS-L4-AGB-MERGED-100m-2020-fv4.0.tif`` (50–60°N, 10–20°E), with ``AGB_SD`` beside, or one merged
netCDF with ``agb`` (time 1, lat, lon) and ``agb_se`` or ``agb_sd``. uint16 or int16, Mg ha-1; 0 is no biomass, and
stays 0. The latitudes and longitudes of a tile are in its header.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from diffdalec.errors import InputError
from diffdalec.readers.products.fields import Encoding, array
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
from diffdalec.readers.products.gridded import Gridded
from diffdalec.readers.products.opening import opened
from diffdalec.readers.products.raster import opened_raster, raster_field, raster_grid, require_whole
from diffdalec.readers.products.window import Grid

NAME = "esa_cci_biomass"
YEAR = 2020
"""Year of the map where the setting ``year`` says no other."""

TILE = 10.0
"""Width of a tile [degrees]."""

AGB, SD = "aboveground_biomass", "aboveground_biomass_sd"
MERGED = Gridded(
    usual={AGB: "agb", SD: "agb_sd"},
    resolutions=(1 / 1125,),
    encoding=Encoding(missing_below=-1.0, missing_above=65535.0),
)
_PATTERN = (
    r"(?:(?P<corner>[NS]\d{2}[EW]\d{3})_)?ESACCI-BIOMASS-L4-AGB(?P<sd>_SD)?-MERGED-100m-(?P<year>\d{4})"
    r"-fv\d+(\.\d+)?\.(?P<kind>tif|nc)"
)


def find(
    location: str | Path, *, years: range | None = None, wanted: Sequence[str] | None = None, **settings: Any
) -> tuple[SourceFile, ...]:
    """The tiles, or the merged file, of the map of ``year`` (setting, 2020). Both kinds at once are refused."""
    chosen = chosen_settings(NAME, ("year",), settings)
    year = dict(chosen).get("year", YEAR)
    files = []
    for path, match in matches(location, NAME, _PATTERN, "N60E010_ESACCI-BIOMASS-L4-AGB-MERGED-100m-2020-fv4.0.tif"):
        if int(match["year"]) == year:
            variables = (SD,) if match["sd"] else (AGB,)
            found = SourceFile(NAME, variables, None, path, chosen)
            files += [found] if match["kind"] == "tif" else _merged(found)
    if not files:
        raise InputError(f"{NAME}: {location} holds no map of {year}.")
    if len({file.path.suffix for file in files}) > 1:
        raise InputError(f"{NAME}: {location} holds both tiles and a merged netCDF; expected one of them.")
    needed = (AGB,) if wanted is None else wanted
    kept = [file for file in files if wanted is None or set(file.variables) & set(wanted)]
    only_wanted(files, needed, NAME, location)
    return unique(kept, location, lambda file: (file.variables, file.path.name[:7]))


def check(file: SourceFile) -> Header:
    """The header of a tile or of the merged file."""
    if file.path.suffix != ".tif":
        return MERGED.check(file)
    with opened_raster(file) as raster:
        grid = _tile_grid(raster, file)
        require_whole(raster, file)
    return Header(grid.latitude.centres, grid.longitude.centres, None, grid.latitude.resolution)


def read(file: SourceFile, latitudes: Band | None = None, longitudes: Band | None = None) -> xr.Dataset:
    """``aboveground_biomass`` or ``aboveground_biomass_sd`` [Mg ha-1] (latitude, longitude) of a tile or a window."""
    if file.path.suffix != ".tif":
        return MERGED.read(file, latitudes, longitudes)
    (ours,) = file.variables
    with opened_raster(file) as raster:
        grid = _tile_grid(raster, file).window(latitudes, longitudes)
        values = raster_field(raster, grid, file, MERGED.encoding)
    found = array(ours, ("latitude", "longitude"), values, file, "band 1")
    return xr.Dataset({ours: found}, grid.coordinates, {"source": file.path.name})


def corner_of_tile(latitude: float, longitude: float) -> str:
    """The corner in the name of the tile that holds a point [degrees], such as ``N60E010``; a point on an edge belongs
    to the tile north or east of it."""
    north = int((math.floor(latitude / TILE) + 1) * TILE)
    west = int(math.floor(longitude / TILE) * TILE)
    return f"{'N' if north >= 0 else 'S'}{abs(north):02d}{'E' if west >= 0 else 'W'}{abs(west):03d}"


def _merged(file: SourceFile) -> list[SourceFile]:
    """The merged file for each variable in it; the standard deviation is there under one of two names."""
    with opened(file) as dataset:
        spread = next((name for name in ("agb_sd", "agb_se") if name in dataset.variables), None)
    named = dict(file.setting("variables", ())) | ({SD: spread} if spread else {})
    settings = (*((key, value) for key, value in file.settings if key != "variables"), ("variables", (*named.items(),)))
    whole = SourceFile(NAME, (AGB,), None, file.path, settings if named else file.settings)
    return [whole, whole.holding(SD)] if spread else [whole]


def _tile_grid(raster: Any, file: SourceFile) -> Grid:
    """The grid of a tile. Raises InputError where it does not lie south-east of the corner in its name."""
    grid = raster_grid(raster, file, MERGED.resolutions)
    corner = file.path.name[:7]
    north = float(corner[1:3]) * (1.0 if corner[0] == "N" else -1.0)
    west = float(corner[4:7]) * (1.0 if corner[3] == "E" else -1.0)
    latitude, longitude = grid.latitude.centres, grid.longitude.centres
    inside = north - TILE < latitude[0] and latitude[-1] < north and west < longitude[0] and longitude[-1] < west + TILE
    if not inside:
        raise InputError(
            f"{file.path.name}: lies between {latitude[0]:.4g} and {latitude[-1]:.4g} north and {longitude[0]:.4g} and "
            f"{longitude[-1]:.4g} east; expected the {TILE:g} degrees south and east of the corner in its name."
        )
    return grid


PRODUCT = Product(NAME, "ESA CCI Biomass v4", (AGB, SD), find, check, read, ("year",), static=True)
