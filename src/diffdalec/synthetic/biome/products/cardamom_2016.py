"""CARDAMOM 2001–2010 (Bloom et al. 2016): traits on 1°, the whole globe, the ocean 0.

As in the paper's comparison, it is a retrieval that saw leaf area and hardly anything of wood: it knows composition and
climate roughly, and has shorter-lived wood and leaves than forests that grow as the curves say.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..biome import Biome
from ..traits import Scatter, composition_lcma, expected_autotrophic_fraction
from .netcdf import created, variable

NAME = "cardamom_2016"


def write(folder: Path, biome: Biome) -> None:
    """``folder/CARDAMOM_2001_2010_<code>.nc`` with ``Mean``, ``Median`` and ``Standard_Deviation``."""
    for code, (values, units, spread) in _quantities(biome).items():
        with created(folder / f"CARDAMOM_2001_2010_{code}.nc", {"latitude": 180, "longitude": 360}) as file:
            variable(file, "latitude", "f8", ("latitude",), units="degrees_north")[:] = np.arange(-89.5, 90.0)
            variable(file, "longitude", "f8", ("longitude",), units="degrees_east")[:] = np.arange(-179.5, 180.0)
            mean = _one_degree(biome, values)
            for name, shown in (("Mean", mean), ("Median", 0.95 * mean), ("Standard_Deviation", spread * mean)):
                variable(file, name, "f4", ("latitude", "longitude"), units=units)[:] = shown


def _quantities(biome: Biome) -> dict[str, tuple[np.ndarray, str, float]]:
    scatter = Scatter(biome.seed, biome.domain.cell, "cardamom")
    lcma = composition_lcma(biome.land) ** 0.6 * 70.0**0.4 * np.exp(0.25 * scatter("lcma"))
    wood = 32.0 * np.exp(-0.01 * (biome.climate.temperature + 3.0) + 0.3 * scatter("wood"))
    leaf = np.clip(0.16 + 0.03 * scatter("leaf"), 0.05, 0.4)
    labile = np.clip(0.15 + 0.02 * scatter("labile"), 0.05, 0.3)
    stem = np.clip(0.40 + 0.03 * scatter("stem"), 0.2, 0.6)
    npp = 0.8 * np.exp(0.03 * biome.climate.temperature + 0.15 * scatter("npp"))
    return {
        "RT_WOO": (wood, "years", 0.8),
        "RT_FOL": (0.4 * np.exp(0.25 * scatter("lifespan")), "years", 0.6),
        "RT_ROO": (1.3 * np.exp(0.3 * scatter("roots")), "years", 0.9),
        "LCMA": (lcma, "gC m-2", 0.5),
        "AF_FOL": (leaf, "1", 0.4),
        "AF_LAB": (labile, "1", 0.4),
        "AF_WOO": (stem, "1", 0.4),
        "AF_ROO": (1.0 - leaf - labile - stem, "1", 0.4),
        "AF_AUT": (expected_autotrophic_fraction(biome.climate, biome.land) + 0.02 * scatter("auto"), "1", 0.15),
        "FL_NPP": (npp, "gC m-2 d-1", 0.3),
    }


def _one_degree(biome: Biome, values: np.ndarray) -> np.ndarray:
    """Means over the land of 1° on the globe, 0 elsewhere."""
    box = biome.domain.gridded(values)
    blocks = box.reshape(box.shape[0] // 2, 2, box.shape[1] // 2, 2).transpose(0, 2, 1, 3).reshape(-1, 4)
    land = np.isfinite(blocks)
    means = np.where(land, blocks, 0.0).sum(axis=1) / np.maximum(land.sum(axis=1), 1)
    globe = np.zeros((180, 360), dtype=np.float32)
    south, west = biome.domain.south + 90, biome.domain.west + 180
    globe[south : south + box.shape[0] // 2, west : west + box.shape[1] // 2] = means.reshape(
        box.shape[0] // 2, box.shape[1] // 2
    )
    return globe
