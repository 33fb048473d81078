"""A small archive in the products' layouts, of plain functions of place and day, so that a test knows what must come
out of ``prepare``: a box of 0.5° cells from 60°N 24°E, two years.

Ten pixels of each cell are mature forest (:func:`is_mature`); there GPP, LAI and the rest have values of their own.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

SOUTH, WEST = 60, 24
YEARS = (2003, 2004)


def centres(origin: int, degrees: float, per_degree: int) -> np.ndarray:
    return origin + (np.arange(round(degrees * per_degree)) + 0.5) / per_degree


def is_mature(latitude, longitude) -> np.ndarray:
    """Ten of the hundred 0.05° pixels of every cell: those of its rows and columns that add up to 3 modulo 10."""
    row = np.floor(np.asarray(latitude) * 20 + 1e-6).astype(int)
    column = np.floor(np.asarray(longitude) * 20 + 1e-6).astype(int)
    return (row[:, None] + column[None, :]) % 10 == 3


def evaporation(latitude, longitude, day) -> np.ndarray:
    """[mm d-1] on 0.1°, different in every pixel."""
    place = 1.0 + 0.3 * np.sin(40.0 * np.asarray(latitude))[:, None] + 0.2 * np.cos(55.0 * np.asarray(longitude))
    return place * (0.5 + np.asarray(day)[:, None, None] / 400.0)


def temperature(year: int) -> np.ndarray:
    """(1460, 1, 1) [degC]: a season of 15 °C and a day of ±4 °C."""
    step = np.arange(1460)
    season = -15.0 * np.cos(2 * np.pi * step / 1460) + 0.1 * (year - 2003)
    return (season - 4.0 * np.cos(2 * np.pi * (step % 4) / 4))[:, None, None]


def write_archive(
    folder: Path, *, degrees: tuple[float, float] = (1.0, 2.0), years: tuple[int, int] = YEARS, lai: bool = True
) -> Path:
    """Write every product below ``folder`` for ``degrees`` of latitude and longitude, and the study file beside it."""
    archive = folder / "archive"
    box = _Box(archive, *degrees)
    for year in range(years[0], years[1] + 1):
        _meteorology(box, year)
        _fluxes(box, year, lai)
    _biomass(box)
    _traits_and_soil(box)
    table = "".join(f"{year} {360 + 2 * (year - 2000)}\n" for year in range(1985, 2021))
    box.file("co2/global_co2_ann_1985_2020.txt").write_text(table)
    return _study(folder, years, lai)


class _Box:
    def __init__(self, archive: Path, north_south: float, west_east: float):
        self.archive, self.size = archive, (north_south, west_east)

    def axes(self, per_degree: int) -> tuple[np.ndarray, np.ndarray]:
        return centres(SOUTH, self.size[0], per_degree), centres(WEST, self.size[1], per_degree)

    def file(self, name: str) -> Path:
        path = self.archive / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write(self, name, variable, values, per_degree, *, first=(), attributes=None, names=("lat", "lon"), extra=None):
        """A netCDF file of one field; ``first`` are its leading dimensions as (name, values, attributes)."""
        latitude, longitude = self.axes(per_degree)
        dims = (*(dim for dim, _, _ in first), *names)
        coords = {dim: (dim, numbers, about) for dim, numbers, about in first}
        coords |= {names[0]: latitude, names[1]: longitude}
        shape = (*(len(numbers) for _, numbers, _ in first), latitude.size, longitude.size)
        data = {variable: (dims, np.broadcast_to(values, shape), attributes or {})}
        dataset = xr.Dataset(data | (extra or {}), coords)
        dataset.to_netcdf(self.file(name), encoding={n: {"_FillValue": None} for n in dataset.variables})


def _meteorology(box: _Box, year: int) -> None:
    time = ("time", (year - 1901) * 365 + np.arange(1460) / 4, {"units": "days since 1901-01-01", "calendar": "noleap"})
    light = np.array([0.0, 4.0, 6.0, 0.0])[np.arange(1460) % 4][:, None, None] * 1e6
    fields = {
        "tmp": temperature(year) + 273.15,
        "spfh": np.full((1460, 1, 1), 0.001),
        "pres": np.full((1460, 1, 1), 1.0e5),
        "dswrf": light,
        "pre": np.where(np.arange(1460) % 8 == 0, 3.0, 0.0)[:, None, None],
    }
    for name, values in fields.items():
        file = f"cru_jra/{name}/crujra.v2.2.5d.{name}.{year}.365d.noc.nc"
        box.write(file, name, values.astype("f4"), 2, first=[time])


def _fluxes(box: _Box, year: int, lai: bool) -> None:
    fine, coarse = box.axes(20), box.axes(10)
    mature = is_mature(*fine)
    days = pd.date_range(f"{year}-01-01", f"{year}-12-31")
    for month in range(1, 13):
        day = days[days.month == month]
        values = np.where(mature, day.day_of_year.to_numpy()[:, None, None] / 50.0, 11.0).astype("f4")
        time = ("time", (day - pd.Timestamp("2000-01-01")).days.to_numpy(), {"units": "days since 2000-01-01"})
        box.write(f"fluxsat/GPP_FluxSat_daily_v2_{year}{month:02d}.nc4", "GPP", values, 20, first=[time])
    time = ("time", np.arange(len(days)), {"units": f"days since {year}-01-01"})
    e = evaporation(*coarse, np.arange(len(days))).astype("f4")
    box.write(f"gleam/E_{year}_GLEAM_v4.2a.nc", "E", e, 10, first=[time])
    box.write(f"gleam/Ep_{year}_GLEAM_v4.2a.nc", "Ep", 2 * e, 10, first=[time])
    doy = ("doy", np.arange(1, 366, 10, dtype="i4"), {})
    windows = np.arange(1.0, 38.0)[:, None, None].astype("f4") / 10
    box.write(f"zeng/RECO_{year}.nc", "RECO", windows, 10, first=[doy])
    if lai:
        for day_of_year in range(1, 362, 8):
            _glass(box, year, day_of_year, np.where(mature, 10 + day_of_year // 8, 5).astype(np.uint8))


def _glass(box: _Box, year: int, day: int, stored: np.ndarray) -> None:
    from pyhdf.SD import SD, SDC

    path = box.file(f"glass/GLASS01B01.V60.A{year}{day:03d}.2022010.hdf")
    file = SD(str(path), SDC.WRITE | SDC.CREATE | SDC.TRUNC)
    data = file.create("LAI", SDC.UINT8, stored.shape)
    data[:] = np.ascontiguousarray(stored[::-1])
    data.attr("_FillValue").set(SDC.UINT8, 255)
    data.endaccess()
    corner = f"UpperLeftPointMtrs=({WEST:.6f},{SOUTH + box.size[0]:.6f})"
    other = f"LowerRightMtrs=({WEST + box.size[1]:.6f},{SOUTH:.6f})"
    file.attr("StructMetadata.0").set(SDC.CHAR8, f"GROUP=GRID\n{corner}\n{other}\n")
    file.end()


def _biomass(box: _Box) -> None:
    latitude, longitude = box.axes(1125)
    values = np.where(is_mature(latitude, longitude), 120, 30).astype("u2")
    box.write("biomass/ESACCI-BIOMASS-L4-AGB-MERGED-100m-2020-fv4.0.nc", "agb", values, 1125)
    box.write("roots/pergridarea_bgb.nc", "AROOT", np.float32(20.0), 120, names=("LAT", "LON"))
    box.write("roots/pergridarea_agb.nc", "AGB", np.float32(80.0), 120, names=("LAT", "LON"))
    latitude, longitude = box.axes(2)
    one = np.ones((latitude.size, longitude.size), "f4")
    maximum = 150.0 * one
    maximum[0, 0] = np.nan
    others = {"k": (("lat", "lon"), 0.03 * one), "p": (("lat", "lon"), 2.5 * one)}
    box.write("growth/curves.nc", "AGBmax", maximum, 2, extra=others)


def _traits_and_soil(box: _Box) -> None:
    latitude, longitude = box.axes(2)
    rows = "".join(f"{lon},{lat},8.0,1.0\n" for lat in latitude for lon in longitude)
    box.file("sla/sla.csv").write_text("lon,lat,mean,sd\n" + rows)
    box.write("cue/CUE.nc", "CUE", np.float32(0.45), 4)
    stored = {"CLAY1": 20, "BD1": 120, "PHH2O1": 55, "OC1": 500, "TN1": 25}
    layer = np.array([1, 1, 1, 2])[:, None, None]
    for name, number in stored.items():
        depth = ("depth", np.array([4.5, 9.1, 16.6, 28.9]), {})
        box.write(f"soil/{name}.nc", name.removesuffix("1"), (number * layer).astype("i2"), 120, first=[depth])
    fractions = np.zeros((1, 15, 1, 1), "f4")
    fractions[0, 6:9] = np.array([0.5, 0.2, 0.1])[:, None, None]
    for year, change in ((2003, -0.1), (2004, 0.1)):
        first = [("time_counter", [0.0], {}), ("veget", np.arange(15), {})]
        changed = fractions + np.where(fractions > 0, np.float32(change), 0)
        box.write(f"pft/PFTmap_{year}.nc", "maxvegetfrac", changed.astype("f4"), 4, first=first)
    plots = f"{SOUTH + 0.7},{WEST + 0.1},0.3,0.4,0.3\n{SOUTH + 0.8},{WEST + 0.2},0.2,0.6,0.2\n"
    box.file("xia/plots.csv").write_text("lat,lon,f_leaf,f_wood,f_root\n" + plots)
    wider = _Box(box.archive, 4.0, 4.0)
    for code, value in (("AF_FOL", 0.2), ("AF_LAB", 0.1), ("RT_WOO", 30.0)):
        name = f"cardamom/CARDAMOM_2001_2010_{code}.nc"
        wider.write(name, "Mean", np.float32(value), 1, names=("latitude", "longitude"))


def _study(folder: Path, years: tuple[int, int], lai: bool) -> Path:
    span = f"[{years[0]}, {years[1]}]"
    text = f"""name: small
archive: archive
domain: {{latitude: [50, 72]}}
years: {{forcing: {span}, observations: {span}, calibration: [{years[0]}, {years[0]}]}}
products:
  cru_jra: cru_jra
  fluxsat: fluxsat
  gleam: gleam
  zeng_reco: "zeng/RECO_*.nc"
  {"glass_lai: glass" if lai else "# no LAI"}
  esa_cci_biomass: biomass
  root_biomass: roots
  sla: sla
  cue: cue
  gsde_soil: soil
  pft: pft
  co2: co2
  growth_curves: growth
  field_allocation: xia
  cardamom_2016: cardamom
"""
    path = folder / "study.yaml"
    path.write_text(text)
    return path
