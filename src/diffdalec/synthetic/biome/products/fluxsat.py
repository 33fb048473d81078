"""FluxSat v2 GPP: daily, 0.05°, a file a month, with its quality; dark months and cloudy spells are missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..biome import Biome, fine
from ..fields import generator
from .netcdf import axes, created, rounded, variable

NAME = "fluxsat"
MISSING = -9999.0
LOWEST_SUN = 12.0
"""Height of the noon sun [degrees] below which reflectances are not retrieved."""


def write(folder: Path, biome: Biome) -> None:
    """``folder/GPP_FluxSat_daily_v2_YYYYMM.nc4`` for every month observed."""
    factor = biome.relative_pixels("gpp", 20)
    own = generator(biome.seed, "fluxsat pixels").standard_normal(factor.shape, dtype=np.float32)
    factor = factor * np.exp(0.06 * own - 0.002)
    months = biome.observed.year * 100 + biome.observed.month
    for month in np.unique(months):
        _month(folder / f"GPP_FluxSat_daily_v2_{month}.nc4", biome, factor, np.flatnonzero(months == month))


def _month(path: Path, biome: Biome, factor: np.ndarray, days: np.ndarray) -> None:
    latitude, longitude = axes(biome.domain, 20)
    rng = generator(biome.seed, "fluxsat", int(days[0]))
    shape = (len(days), *factor.shape)
    cells = biome.domain.gridded(np.asarray(biome.seen["gpp"][days]))
    usual = fine(cells, 10) * factor
    gpp = np.maximum(usual + (0.12 + 0.10 * usual) * rng.standard_normal(shape, dtype=np.float32), 0.0)
    hidden = fine(biome.domain.gridded(np.asarray(biome.seen["cloud"][days])), 10)
    hidden = hidden + 0.4 * rng.standard_normal(shape, dtype=np.float32)
    dark = _noon_sun(biome, days)[:, :, None] < LOWEST_SUN
    gone = dark | (hidden > 1.9) | np.isnan(gpp)
    quality = np.clip(np.floor(2.0 * hidden), 0, 7)

    def stored(values: np.ndarray) -> np.ndarray:
        return np.where(gone, np.float32(MISSING), rounded(values))[:, ::-1]

    sizes = {"time": len(days), "lat": latitude.count, "lon": longitude.count}
    with created(path, sizes, {"title": "Synthetic FluxSat GPP v2: a regional subset"}) as file:
        since = (biome.observed[days] - np.datetime64("2000-01-01")).days.to_numpy()
        variable(file, "time", "i4", ("time",), units="days since 2000-01-01")[:] = since
        variable(file, "lat", "f4", ("lat",), units="degrees_north")[:] = latitude.centres[::-1]
        variable(file, "lon", "f4", ("lon",), units="degrees_east")[:] = longitude.centres
        dims = ("time", "lat", "lon")
        units = {"units": "g C m-2 d-1", "missing_value": np.float32(MISSING)}
        variable(file, "GPP", "f4", dims, MISSING, long_name="GPP", **units)[:] = stored(gpp)
        variable(file, "GPP_uncertainty", "f4", dims, MISSING, **units)[:] = stored(0.3 + 0.15 * usual)
        variable(file, "BRDF_Quality", "i1", dims)[:] = np.where(gone, 8, quality).astype("i1")[:, ::-1]
        share = np.clip(100.0 - 12.0 * quality, 0.0, 100.0)
        variable(file, "Percent_Inputs", "i1", dims)[:] = np.where(gone, 0, share).astype("i1")[:, ::-1]


def _noon_sun(biome: Biome, days: np.ndarray) -> np.ndarray:
    """Height [degrees] of the sun at noon (day, latitude)."""
    latitude, _ = axes(biome.domain, 20)
    day = biome.observed[days].day_of_year.to_numpy()[:, None]
    declination = -23.4 * np.cos(2.0 * np.pi * (day + 10.0) / 365.0)
    return 90.0 - np.abs(latitude.centres[None, :] - declination)
