"""CRU-JRA v2.2: six-hourly fields, a gzipped file a variable and year, no leap days, from the south pole."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import numpy as np
from scipy.io import netcdf_file

from ..biome import Biome
from ..fields import generator
from ..reanalysis import DayShape, day_shape, six_hourly
from ..weather import Weather
from .netcdf import axes

NAME = "cru_jra"
MISSING = np.float32(9.96921e36)
UNITS = {
    "tmp": ("Degrees Kelvin", "Temperature at 2m"),
    "tmin": ("Degrees Kelvin", "Minimum temperature at 2m"),
    "tmax": ("Degrees Kelvin", "Maximum temperature at 2m"),
    "pre": ("mm/6h", "Total precipitation"),
    "dswrf": ("J/m**2", "Downward solar radiation flux, total of six hours"),
    "spfh": ("kg/kg", "Specific humidity"),
    "pres": ("Pa", "Pressure"),
}


def write(folder: Path, biome: Biome) -> None:
    """``folder/<var>/crujra.v2.2.5d.<var>.<year>.365d.noc.nc.gz`` for every year of the forcing."""
    shape = day_shape(biome.domain.latitude, biome.domain.longitude)
    for year in np.unique(biome.time.year):
        for name, values in _fields(biome, shape, int(year)).items():
            path = folder / name / f"crujra.v2.2.5d.{name}.{year}.365d.noc.nc.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            with gzip.open(path, "wb", compresslevel=1) as packed:
                packed.write(_classic(biome, name, int(year), values))


def _fields(biome: Biome, shape: DayShape, year: int) -> dict[str, np.ndarray]:
    chosen = (biome.time.year == year) & ~((biome.time.month == 2) & (biome.time.day == 29))
    days = np.flatnonzero(chosen)
    series = {name: np.asarray(values[days]) for name, values in biome.forcing.items()}
    return six_hourly(Weather(time=biome.time[days], **series), shape, generator(biome.seed, "six-hourly rain", year))


def _classic(biome: Biome, name: str, year: int, values: np.ndarray) -> bytes:
    """The bytes of a netCDF-3 file."""
    latitude, longitude = axes(biome.domain, 2)
    buffer = io.BytesIO()
    file = netcdf_file(buffer, "w", version=2)
    file.title = f"Synthetic CRU-JRA v2.2 6-hourly {name}: a regional subset of a biome that does not exist"
    for dim, size in (("time", len(values)), ("lat", latitude.count), ("lon", longitude.count)):
        file.createDimension(dim, size)
    _coordinate(file, "lat", latitude.centres, "degrees_north")
    _coordinate(file, "lon", longitude.centres, "degrees_east")
    time = file.createVariable("time", "d", ("time",))
    time[:] = 365.0 * (year - 1901) + 0.25 * np.arange(len(values))
    time.units, time.calendar = "days since 1901-01-01 00:00:00", "noleap"
    data = file.createVariable(name, "f", ("time", "lat", "lon"))
    data.units, data.long_name = UNITS[name]
    data._FillValue, data.missing_value = MISSING, MISSING
    data[:] = biome.domain.gridded(values, float(MISSING))
    file.flush()
    return buffer.getvalue()


def _coordinate(file: netcdf_file, name: str, values: np.ndarray, units: str) -> None:
    made = file.createVariable(name, "f", (name,))
    made[:] = values
    made.units = units
