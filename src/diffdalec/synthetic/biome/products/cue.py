"""Luo et al. (2025): carbon-use efficiency, a 0.5° map that a random forest made of climate and vegetation."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..biome import Biome
from ..traits import Scatter, expected_autotrophic_fraction
from .netcdf import axes, created, variable

NAME = "cue"


def write(folder: Path, biome: Biome) -> None:
    """``folder/CUE.nc``: what climate and composition make one expect, drawn to the mean and 0.03 beside it."""
    latitude, longitude = axes(biome.domain, 2)
    expected = 1.0 - expected_autotrophic_fraction(biome.climate, biome.land)
    shown = 0.52 + 0.7 * (expected - 0.52) + 0.03 * Scatter(biome.seed, biome.domain.cell, "cue map")("cue")
    with created(folder / "CUE.nc", {"lat": latitude.count, "lon": longitude.count}) as file:
        variable(file, "lat", "f4", ("lat",), units="degrees_north")[:] = latitude.centres
        variable(file, "lon", "f4", ("lon",), units="degrees_east")[:] = longitude.centres
        data = variable(file, "CUE", "f4", ("lat", "lon"), -9999.0, units="1", long_name="carbon use efficiency")
        data[:] = biome.domain.gridded(shown.astype(np.float32), -9999.0)
