"""Zeng et al. (2020) RECO: 10-day means, 0.1°, a file a year, by day of year; it knows nothing of the GPP product."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..biome import Biome, fine
from ..fields import generator
from ..observe import WINDOWS
from .netcdf import axes, created, rounded, variable

NAME = "zeng_reco"
MISSING = -9999.0


def write(folder: Path, biome: Biome) -> None:
    """``folder/RECO_YYYY.nc`` for every year observed."""
    latitude, longitude = axes(biome.domain, 10)
    factor = biome.relative_pixels("reco", 10)
    own = generator(biome.seed, "zeng pixels").standard_normal(factor.shape, dtype=np.float32)
    factor = factor * np.exp(0.05 * own)
    sizes = {"doy": len(WINDOWS), "lat": latitude.count, "lon": longitude.count}
    for index, year in enumerate(np.unique(biome.observed.year)):
        part = slice(index * len(WINDOWS), (index + 1) * len(WINDOWS))
        cells = biome.domain.gridded(np.asarray(biome.seen["reco"][part]))
        noise = generator(biome.seed, "zeng", int(year)).standard_normal(
            (len(WINDOWS), *factor.shape), dtype=np.float32
        )
        values = fine(cells, 5) * factor * (1.0 + 0.05 * noise)
        with created(folder / f"RECO_{year}.nc", sizes, {"title": "Synthetic RECO v2020.2: a regional subset"}) as file:
            variable(file, "doy", "i4", ("doy",), long_name="first day of year of the 10 days")[:] = list(WINDOWS)
            variable(file, "lat", "f4", ("lat",), units="degrees_north")[:] = latitude.centres[::-1]
            variable(file, "lon", "f4", ("lon",), units="degrees_east")[:] = longitude.centres
            data = variable(file, "RECO", "f4", ("doy", "lat", "lon"), MISSING, units="gC m-2 d-1")
            data[:] = np.where(np.isnan(values), np.float32(MISSING), rounded(values))[:, ::-1]
