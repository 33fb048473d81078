"""GLASS LAI v6: 8-day composites, 0.05°, HDF4-EOS, a file a composite; uint8 in tenths, from the north, fill 255."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ....errors import InputError
from ..biome import Biome, fine
from ..fields import generator
from ..observe import COMPOSITES
from .netcdf import axes

NAME = "glass_lai"
FILL = 255
HIGHEST = 100


def write(folder: Path, biome: Biome) -> None:
    """``folder/YYYY/GLASS01B01.V60.AYYYYDDD.2022138.hdf`` for every composite observed."""
    factor = biome.relative_pixels("lai", 20)
    own = generator(biome.seed, "glass pixels").standard_normal(factor.shape, dtype=np.float32)
    factor = factor * np.exp(0.08 * own)
    structure = _structure(biome)
    index = 0
    for year in np.unique(biome.observed.year):
        (folder / str(year)).mkdir(parents=True, exist_ok=True)
        for day in COMPOSITES:
            rng = generator(biome.seed, "glass", index)
            cells = biome.domain.gridded(np.asarray(biome.seen["lai"][index]))
            lai = fine(cells, 10) * factor * (1.0 + 0.06 * rng.standard_normal(factor.shape, dtype=np.float32))
            lost = np.isnan(lai) | (rng.random(factor.shape, dtype=np.float32) < 0.01)
            tenths = np.clip(np.rint(10.0 * np.where(lost, 0.0, lai)), 0, HIGHEST)
            stored = np.where(lost, FILL, tenths).astype(np.uint8)[::-1]
            _file(folder / str(year) / f"GLASS01B01.V60.A{year}{day:03d}.2022138.hdf", stored, structure)
            index += 1


def _file(path: Path, stored: np.ndarray, structure: str) -> None:
    try:
        from pyhdf.SD import SD, SDC
    except ImportError:
        raise InputError(
            'GLASS LAI files need the library pyhdf, which is not installed: pip install "diffdalec[products]".'
        ) from None
    file = SD(str(path), SDC.WRITE | SDC.CREATE | SDC.TRUNC)
    file.attr("StructMetadata.0").set(SDC.CHAR, structure)
    data = file.create("LAI", SDC.UINT8, stored.shape)
    data.setcompress(SDC.COMP_DEFLATE, 1)
    data.attr("scale_factor").set(SDC.FLOAT64, 0.1)
    data.attr("add_offset").set(SDC.FLOAT64, 0.0)
    data.attr("valid_range").set(SDC.UINT8, [0, HIGHEST])
    data.setfillvalue(FILL)
    data[:] = np.ascontiguousarray(stored)
    data.endaccess()
    file.end()


def _structure(biome: Biome) -> str:
    """HDF-EOS structure metadata: corners in packed degrees, minutes and seconds (DDDMMMSSS.SS)."""
    latitude, longitude = axes(biome.domain, 20)
    (south, north), (west, east) = latitude.bounds, longitude.bounds
    corners = (
        f"UpperLeftPointMtrs=({west * 1e6:.6f},{north * 1e6:.6f})\n"
        f"\t\tLowerRightMtrs=({east * 1e6:.6f},{south * 1e6:.6f})"
    )
    return (
        "GROUP=SwathStructure\nEND_GROUP=SwathStructure\nGROUP=GridStructure\n\tGROUP=GRID_1\n"
        f'\t\tGridName="GLASS01B01"\n\t\tXDim={longitude.count}\n\t\tYDim={latitude.count}\n\t\t{corners}\n'
        "\t\tProjection=GCTP_GEO\n\t\tGridOrigin=HDFE_GD_UL\n\tEND_GROUP=GRID_1\nEND_GROUP=GridStructure\nEND\n"
    )
