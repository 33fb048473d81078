"""GLEAM v4.2a: daily evaporation and potential evaporation, 0.1°, a file a year, from the north, missing NaN."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..biome import Biome, fine
from ..fields import generator
from .netcdf import axes, created, rounded, variable

NAME = "gleam"
FIELDS = {"E": ("et", "Actual evaporation"), "Ep": ("potential_evaporation", "Potential evaporation")}


def write(folder: Path, biome: Biome) -> None:
    """``folder/E/E_YYYY_GLEAM_v4.2a.nc`` and ``folder/Ep/Ep_…`` for every year observed."""
    et = biome.relative_pixels("et", 10)
    own = generator(biome.seed, "gleam pixels").standard_normal(et.shape, dtype=np.float32)
    factors = {"E": et * np.exp(0.05 * own), "Ep": np.where(np.isnan(et), np.nan, np.exp(0.03 * own))}
    for year in np.unique(biome.observed.year):
        for name, factor in factors.items():
            _year(folder / name / f"{name}_{year}_GLEAM_v4.2a.nc", biome, name, factor, int(year))


def _year(path: Path, biome: Biome, name: str, factor: np.ndarray, year: int) -> None:
    latitude, longitude = axes(biome.domain, 10)
    days = np.flatnonzero(biome.observed.year == year)
    source, meaning = FIELDS[name]
    sizes = {"time": len(days), "lat": latitude.count, "lon": longitude.count}
    with created(path, sizes, {"title": f"Synthetic GLEAM v4.2a {name}: a regional subset"}) as file:
        since = (biome.observed[days] - np.datetime64("1980-01-01")).days.to_numpy()
        variable(file, "time", "i4", ("time",), units="days since 1980-01-01", calendar="standard")[:] = since
        variable(file, "lat", "f8", ("lat",), units="degrees_north")[:] = latitude.centres[::-1]
        variable(file, "lon", "f8", ("lon",), units="degrees_east")[:] = longitude.centres
        data = variable(file, name, "f4", ("time", "lat", "lon"), np.nan, units="mm/day", long_name=meaning)
        for first in range(0, len(days), 32):
            part = days[first : first + 32]
            cells = biome.domain.gridded(np.asarray(biome.seen[source][part]))
            rng = generator(biome.seed, f"gleam {name}", year, first)
            noise = rng.standard_normal((len(part), *factor.shape), dtype=np.float32)
            values = fine(cells, 5) * factor * (1.0 + 0.05 * noise)
            data[first : first + len(part)] = rounded(values)[:, ::-1]
