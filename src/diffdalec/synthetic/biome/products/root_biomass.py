"""Huang et al. (2021): root and above-ground biomass on about 1 km, whose quotient is root:shoot."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..biome import Biome
from ..fields import generator
from ..traits import Scatter
from .netcdf import axes, created, rounded, variable

NAME = "root_biomass"
PER_DEGREE = 120


def write(folder: Path, biome: Biome) -> None:
    """``folder/pergridarea_bgb.nc`` and ``pergridarea_agb.nc``.

    A random forest's root:shoot is off by 15 % in a cell, and by 10 % more from pixel to pixel; its biomass map is
    another than ESA's.
    """
    latitude, longitude = axes(biome.domain, PER_DEGREE)
    rows = ((np.arange(latitude.count) + 0.5) / PER_DEGREE * 100).astype(int)
    columns = ((np.arange(longitude.count) + 0.5) / PER_DEGREE * 100).astype(int)
    truth = biome.lattice_biomass[rows][:, columns]
    rng = generator(biome.seed, "root biomass")
    ratio = biome.root_shoot * np.exp(0.15 * Scatter(biome.seed, biome.domain.cell, "root map")("cell"))
    ratio = biome.domain.gridded(ratio, np.nan)[rows // 50][:, columns // 50]
    agb = truth * np.exp(0.30 * rng.standard_normal(truth.shape, dtype=np.float32))
    agb = np.where(rng.random(truth.shape) < 0.03, 0.0, agb)
    agb = np.where(np.isnan(truth), np.nan, agb)
    bgb = agb * ratio * np.exp(0.10 * rng.standard_normal(truth.shape, dtype=np.float32))
    for stem, name, values in (("bgb", "AROOT", bgb), ("agb", "AGB", agb)):
        sizes = {"LAT": latitude.count, "LON": longitude.count}
        with created(folder / f"pergridarea_{stem}.nc", sizes) as file:
            variable(file, "LAT", "f8", ("LAT",), units="degrees_north")[:] = latitude.centres[::-1]
            variable(file, "LON", "f8", ("LON",), units="degrees_east")[:] = longitude.centres
            data = variable(file, name, "f4", ("LAT", "LON"), units="Mg/ha")
            data[:] = rounded(values.astype(np.float32))[::-1]
