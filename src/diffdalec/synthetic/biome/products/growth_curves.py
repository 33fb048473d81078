"""Maps of post-fire growth curves (Xu et al. 2026): AGB(age) = AGBmax (1 − exp(−k·age))^p on 0.5°."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..biome import Biome
from .netcdf import axes, created, variable

NAME = "growth_curves"
MISSING = -9999.0
UNITS = {"AGBmax": "Mg ha-1", "k": "yr-1", "p": "1", "R2": "1", "n": "1"}


def write(folder: Path, biome: Biome, fitted: Mapping[str, np.ndarray]) -> None:
    """``folder/growth_curves.nc`` of what was ``fitted`` (cell,), by the names of :data:`UNITS`; NaN is missing."""
    latitude, longitude = axes(biome.domain, 2)
    with created(folder / "growth_curves.nc", {"lat": latitude.count, "lon": longitude.count}) as file:
        variable(file, "lat", "f8", ("lat",), units="degrees_north")[:] = latitude.centres[::-1]
        variable(file, "lon", "f8", ("lon",), units="degrees_east")[:] = longitude.centres
        for name, unit in UNITS.items():
            values = np.where(np.isnan(fitted[name]), MISSING, fitted[name]).astype(np.float32)
            data = variable(file, name, "f4", ("lat", "lon"), MISSING, units=unit)
            data[:] = biome.domain.gridded(values, MISSING)[::-1]
