"""Small files in the products' own layouts, written for the tests of their readers.

Every field is a plain function of the place and the step, :func:`pattern`, so that a test can say what must come back
at a place, however the file runs. All cover a corner of Finland or the lines between the tiles and hemispheres.
"""

from __future__ import annotations

import calendar
from pathlib import Path

import netCDF4
import numpy as np

SOUTH, NORTH, WEST, EAST = 60.0, 63.0, 21.0, 24.0


def pattern(latitude, longitude, steps=None, low=0.0, high=1.0):
    """Between ``low`` and ``high``: (latitude, longitude), or (step, latitude, longitude)."""
    latitude, longitude = np.asarray(latitude, float), np.asarray(longitude, float)
    field = np.sin(1.7 * latitude)[:, None] * np.cos(1.3 * longitude)[None, :]
    if steps is not None:
        field = np.cos(0.37 * np.asarray(steps, float))[:, None, None] * field
    return low + (high - low) * (0.5 + 0.5 * field)


def centres(low: float, high: float, resolution: float) -> np.ndarray:
    """Cell centres from ``low`` to ``high``, rounded as files have them."""
    return np.round(np.arange(round((high - low) / resolution)) * resolution + low + resolution / 2, 7)


def netcdf(
    path: Path,
    name: str,
    values: np.ndarray,
    dims: tuple[str, ...],
    coordinates: dict[str, tuple[np.ndarray, dict]],
    *,
    attributes: dict | None = None,
    fill=None,
    kind: str = "NETCDF4",
    unlimited: str | None = None,
    extra: dict[str, np.ndarray] | None = None,
) -> Path:
    """A netCDF file with one variable as given, nothing scaled on the way; ``extra`` are more of its shape."""
    with netCDF4.Dataset(path, "w", format=kind) as file:
        for dim, size in zip(dims, values.shape, strict=True):
            file.createDimension(dim, None if dim == unlimited else size)
        for dim, (numbers, given) in coordinates.items():
            variable = file.createVariable(dim, np.asarray(numbers).dtype, (dim,))
            variable.setncatts(given)
            variable[:] = numbers
        for key, numbers in {name: values, **(extra or {})}.items():
            numbers = np.asarray(numbers)
            variable = file.createVariable(key, numbers.dtype, dims, fill_value=fill)
            variable.set_auto_maskandscale(False)
            if key == name:
                variable.setncatts(attributes or {})
            variable[:] = numbers
    return path


def axes(resolution: float, *, descending=False, east_of_greenwich=False, box=(SOUTH, NORTH, WEST, EAST)):
    """Latitudes and longitudes as a file has them."""
    south, north, west, east = box
    latitude, longitude = centres(south, north, resolution), centres(west, east, resolution)
    return latitude[::-1] if descending else latitude, longitude % 360.0 if east_of_greenwich else longitude


def gleam(folder: Path, name: str, year: int, *, descending=True, days=None, box=(SOUTH, NORTH, WEST, EAST)) -> Path:
    latitude, longitude = axes(0.1, descending=descending, box=box)
    days = (366 if calendar.isleap(year) else 365) if days is None else days
    values = pattern(latitude, longitude, np.arange(days), 0.0, 4.0).astype("f4")
    values[0, 0, 0], values[1, 0, 0] = -999.0, np.nan
    time = (np.arange(days, dtype="f8"), {"units": f"days since {year}-01-01 00:00:00"})
    return netcdf(
        folder / f"{name}_{year}_GLEAM_v4.2a.nc",
        name,
        values,
        ("time", "lat", "lon"),
        {"time": time, "lat": (latitude, {}), "lon": (longitude, {})},
        attributes={"units": "mm.day-1"},
    )


def fluxsat(folder: Path, year: int, month: int, *, form="v2_{}.nc4", descending=False, **changes) -> Path:
    latitude, longitude = axes(0.05, descending=descending)
    days = calendar.monthrange(year, month)[1]
    since = (np.datetime64(f"{year}-{month:02d}-01") - np.datetime64("2000-01-01")).astype(int)
    values = pattern(latitude, longitude, np.arange(days), 0.0, 12.0).astype("f4")
    values[:, 0, 1] = -9999.0
    quality = np.broadcast_to(np.arange(latitude.size)[:, None] % 9, values.shape[1:])
    layers = {
        "BRDF_Quality": np.broadcast_to(quality, values.shape).astype("f4"),
        "Percent_Inputs": np.full(values.shape, 90.0, "f4"),
        "GPP_uncertainty": np.full(values.shape, 0.4, "f4"),
    }
    return netcdf(
        folder / f"GPP_FluxSat_daily_{form.format(f'{year}{month:02d}')}",
        "GPP",
        changes.get("values", values),
        ("time", "lat", "lon"),
        {
            "time": (since + np.arange(days, dtype="f8"), {"units": "days since 2000-01-01 00:00:00"}),
            "lat": (latitude.astype("f4"), {}),
            "lon": (longitude.astype("f4"), {}),
        },
        attributes={"units": "g C m-2 d-1", "missing_value": np.float32(-9999.0)},
        extra=layers,
    )


def six_hourly(
    path: Path,
    name: str,
    year: int,
    values,
    *,
    late=0.0,
    calendar_name="noleap",
    steps=1460,
    kind="NETCDF4",
    box=(60.0, 63.0, 21.0, 24.0),
    units="",
    unlimited=None,
    east_of_greenwich=False,
) -> Path:
    """CRU-JRA's layout; ``values`` makes the field of latitude, longitude and steps. ``late`` [d] moves the stamps."""
    latitude, longitude = axes(0.5, box=box, east_of_greenwich=east_of_greenwich)
    field = values(latitude, longitude, np.arange(steps)).astype("f4")
    field[:, 0, 0] = 9.96921e36
    time = (year - 1901) * 365 + np.arange(steps) / 4 + late
    about = {"units": "days since 1901-01-01 00:00:00"} | ({"calendar": calendar_name} if calendar_name else {})
    return netcdf(
        path,
        name,
        field,
        ("time", "lat", "lon"),
        {"lat": (latitude, {}), "lon": (longitude, {}), "time": (time, about)},
        attributes={"units": units} if units else {},
        kind=kind,
        unlimited=unlimited,
    )


def cru_jra(folder: Path, name: str, year: int, values, *, version="v2.2", **changes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return six_hourly(folder / f"crujra.{version}.5d.{name}.{year}.365d.noc.nc", name, year, values, **changes)


def zeng(
    folder: Path, file_name: str, *, windows=37, first=1, days=None, descending=True, name="RECO", north=NORTH
) -> Path:
    latitude, longitude = axes(0.1, descending=descending, box=(SOUTH, north, WEST, EAST))
    days = first + 10 * np.arange(windows, dtype="i4") if days is None else np.asarray(days)
    values = pattern(latitude, longitude, np.arange(days.size), 0.0, 6.0).astype("f4")
    values[3, 0, 0] = np.nan
    return netcdf(
        folder / file_name,
        name,
        values,
        ("doy", "lat", "lon"),
        {
            "doy": (days, {}),
            "lat": (latitude, {}),
            "lon": (longitude, {}),
        },
    )


def grid_file(path: Path, name: str, values, resolution: float, *, dims=("lat", "lon"), fill=None, **changes) -> Path:
    """A static field; ``values`` makes it of latitude and longitude."""
    places = {key: changes.pop(key) for key in ("descending", "east_of_greenwich", "box") if key in changes}
    latitude, longitude = axes(resolution, **places)
    field = values(latitude, longitude)
    coordinates = {dims[-2]: (latitude, {}), dims[-1]: (longitude, {})}
    return netcdf(path, name, field, dims, coordinates, fill=fill, **changes)


def packed(degrees: float) -> float:
    """Degrees as DDDMMMSSS.SS, the way of HDF-EOS."""
    whole = int(abs(degrees))
    minutes = round((abs(degrees) - whole) * 60, 6)
    seconds = round((minutes - int(minutes)) * 60, 4)
    return float(np.sign(degrees)) * (whole * 1e6 + int(minutes) * 1e3 + seconds)


def glass(
    folder: Path,
    year: int,
    day: int,
    *,
    version="60",
    dtype=np.uint8,
    attributes=None,
    corners=True,
    name="LAI",
    box=(SOUTH, NORTH, WEST, EAST),
    scale=0.1,
    in_degrees=False,
) -> Path:
    """HDF4-EOS, north first; the stored numbers are :func:`pattern` of 0 to 6, with one pixel missing."""
    from pyhdf.SD import SD, SDC

    south, north, west, east = box
    latitude, longitude = axes(0.05, descending=True, box=box)
    numbers = np.rint(pattern(latitude, longitude, None, 0.0, 6.0) / scale).astype(dtype)
    numbers[0, 0], numbers[0, 1] = (255, 253) if dtype == np.uint8 else (-1, 2550)
    path = folder / f"GLASS01B01.V{version}.A{year}{day:03d}.2022{day:03d}.hdf"
    file = SD(str(path), SDC.WRITE | SDC.CREATE | SDC.TRUNC)
    if corners:
        upper, lower = [(west, north), (east, south)]
        if not in_degrees:
            upper, lower = tuple(map(packed, upper)), tuple(map(packed, lower))
        text = (
            "GROUP=GridStructure\n\tGROUP=GRID_1\n\t\tGridName=\"GLASS01B01\"\n"
            f"\t\tXDim={longitude.size}\n\t\tYDim={latitude.size}\n"
            f"\t\tUpperLeftPointMtrs=({upper[0]:.6f},{upper[1]:.6f})\n"
            f"\t\tLowerRightMtrs=({lower[0]:.6f},{lower[1]:.6f})\n\tEND_GROUP=GRID_1\nEND_GROUP=GridStructure\nEND\n"
        )
        file.attr("StructMetadata.0").set(SDC.CHAR, text)
    data = file.create(name, SDC.UINT8 if dtype == np.uint8 else SDC.INT16, numbers.shape)
    data.setcompress(SDC.COMP_DEFLATE, 4)
    data[:] = numbers
    for key, (kind, value) in (attributes or {}).items():
        data.attr(key).set(getattr(SDC, kind), value)
    data.endaccess()
    file.end()
    return path


def geotiff(path: Path, numbers: np.ndarray, west: float, north: float, resolution: float, **profile) -> Path:
    """A GeoTIFF of one band, north first, in tiles of 64 pixels."""
    import rasterio
    from rasterio.transform import from_origin

    settings = {"crs": "EPSG:4326", "compress": "deflate", "tiled": True, "blockxsize": 64, "blockysize": 64} | profile
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=numbers.shape[1],
        height=numbers.shape[0],
        count=1,
        dtype=numbers.dtype,
        transform=settings.pop("transform", from_origin(west, north, resolution, resolution)),
        **settings,
    ) as file:
        file.write(numbers, 1)
    return path
