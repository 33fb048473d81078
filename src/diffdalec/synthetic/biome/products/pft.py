"""ORCHIDEE plant functional types (Li et al. 2018): 15 area fractions, 0.25°, a file a year."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..biome import Biome, fine
from ..fields import generator
from .netcdf import axes, created, rounded, variable

NAME = "pft"
MISSING = 1e20
TYPES = 15
BARE, NEEDLE, BROADLEAF, LARCH, GRASS = 0, 6, 7, 8, 9
"""Positions among the 15 types, counted from 0."""


def write(folder: Path, biome: Biome) -> None:
    """``folder/PFTmap_YYYY.nc`` for every year of the forcing; maps of consecutive years differ a little."""
    latitude, longitude = axes(biome.domain, 4)
    land, rng = biome.land, generator(biome.seed, "pft map")

    def on_map(values: np.ndarray) -> np.ndarray:
        cells = fine(biome.domain.gridded(values), 2)
        return cells * np.exp(0.15 * rng.standard_normal(cells.shape))

    shares = {NEEDLE: on_map(land.evergreen_needleleaf), BROADLEAF: on_map(land.deciduous_broadleaf)}
    shares |= {LARCH: on_map(land.deciduous_needleleaf), GRASS: on_map(land.grass)}
    for year in np.unique(biome.time.year):
        fractions = np.zeros((TYPES, latitude.count, longitude.count))
        for place, share in shares.items():
            fractions[place] = share * np.exp(0.01 * rng.standard_normal(share.shape))
        fractions /= np.maximum(fractions.sum(axis=0), 1.0)
        fractions[BARE] = 1.0 - fractions.sum(axis=0)
        sizes = {"time_counter": 1, "veget": TYPES, "lat": latitude.count, "lon": longitude.count}
        with created(folder / f"PFTmap_{year}.nc", sizes) as file:
            variable(file, "time_counter", "f8", ("time_counter",), units=f"days since {year}-01-01")[:] = [0.0]
            variable(file, "veget", "i4", ("veget",))[:] = np.arange(1, TYPES + 1)
            variable(file, "lat", "f4", ("lat",), units="degrees_north")[:] = latitude.centres[::-1]
            variable(file, "lon", "f4", ("lon",), units="degrees_east")[:] = longitude.centres
            dims = ("time_counter", "veget", "lat", "lon")
            data = variable(file, "maxvegetfrac", "f4", dims, MISSING, missing_value=np.float32(MISSING))
            data[0] = np.where(np.isnan(fractions), np.float32(MISSING), rounded(fractions))[:, ::-1]
