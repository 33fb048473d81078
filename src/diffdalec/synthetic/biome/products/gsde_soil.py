"""GSDE soil (Shangguan et al. 2014): 30″, the upper four layers of each property, scaled integers from the north."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..biome import Biome
from ..environment import LAYER_BOTTOMS
from ..fields import generator
from .netcdf import axes, created, variable

NAME = "gsde_soil"
PER_DEGREE = 120
LAYERS = 4


def write(folder: Path, biome: Biome) -> None:
    """``folder/CLAY1.nc`` and so on, (depth 4, lat, lon); each point scatters around its cell."""
    land = biome.land
    # name, value of the upper layer, change down to the fourth layer, scatter, stored per unit, integer kind, fill
    properties = (
        ("CLAY", land.clay, 1.10, 0.20, 1.0, "i1", -100),
        ("BD", land.bulk_density, 1.08, 0.05, 100.0, "i2", -999),
        ("PHH2O", land.ph, 1.03, 0.04, 10.0, "i1", -100),
        ("OC", land.organic_carbon, 0.45, 0.35, 100.0, "i2", -999),
        ("TN", land.organic_carbon / land.carbon_nitrogen_ratio, 0.50, 0.35, 100.0, "i2", -999),
    )
    for name, upper, change, scatter, scale, kind, fill in properties:
        _property(folder / f"{name}1.nc", biome, name, upper, change, scatter, scale, kind, fill)


def _property(
    path: Path, biome: Biome, name: str, upper: np.ndarray, change: float, scatter: float, scale: float, kind: str,
    fill: int,
) -> None:  # fmt: skip
    latitude, longitude = axes(biome.domain, PER_DEGREE)
    cells = biome.domain.gridded(upper)
    points = cells[np.arange(latitude.count) // 60][:, np.arange(longitude.count) // 60]
    rng = generator(biome.seed, f"gsde {name}")
    points = points * np.exp(scatter * rng.standard_normal(points.shape, dtype=np.float32) - 0.5 * scatter**2)
    most = np.iinfo(kind).max
    with created(path, {"depth": LAYERS, "lat": latitude.count, "lon": longitude.count}) as file:
        variable(file, "depth", "f4", ("depth",), units="cm")[:] = LAYER_BOTTOMS[:LAYERS]
        variable(file, "lat", "f4", ("lat",), units="degrees_north")[:] = latitude.centres[::-1]
        variable(file, "lon", "f4", ("lon",), units="degrees_east")[:] = longitude.centres
        data = variable(file, name, kind, ("depth", "lat", "lon"), fill, missing_value=np.array(fill, kind))
        for layer in range(LAYERS):
            values = scale * points * change ** (layer / (LAYERS - 1))
            stored = np.where(np.isnan(values), fill, np.clip(np.rint(values), 0, most))
            data[layer] = stored.astype(kind)[::-1]
