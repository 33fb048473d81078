"""The files of a study's archive, found and looked at before any is read: all problems at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...errors import InputError
from ...grid import Axis, latitude_axis, longitude_axis
from ...readers.products import PRODUCTS, SourceFile
from ...study import Study
from .remembered import Remembered
from .tiles import missing_tiles

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many steps of it are done, and how many there are."""

HEADERS = "headers.json"
"""Name of the file that remembers headers."""

HEADER_FORMAT = 1
"""Raised when headers are checked otherwise than before: they are then all opened again."""

REQUIRED = ("cru_jra", "co2", "growth_curves")
"""Products without which there is no cell to calibrate."""

OF_FORCING = ("cru_jra", "trendy_radiation", "co2")
OF_OBSERVATIONS = ("fluxsat", "gleam", "zeng_reco", "glass_lai")
MASKED = OF_OBSERVATIONS
"""Products that are averaged over mature forest, which the biomass map tells."""

UNALIGNED = ("root_biomass", "cue")
"""Products whose cells may begin anywhere."""

LAYERS = {"gsde_soil": 4}
"""Fields of each variable in a file of a product, where they are neither times nor variables."""

METEOROLOGY = ("air_temperature", "specific_humidity", "surface_pressure", "precipitation_amount")
EXTREMES = ("air_temperature_minimum", "air_temperature_maximum")


@dataclass(frozen=True)
class Extent:
    """Where a file lies and how much it holds: its axes (None for points) and the number of its fields (times, layers,
    variables)."""

    latitude: Axis | None
    longitude: Axis | None
    fields: int


@dataclass(frozen=True)
class Sources:
    """Files by product and variable, and the extent of every file."""

    files: Mapping[str, tuple[SourceFile, ...]]
    extents: Mapping[Path, Extent]
    notes: tuple[str, ...]

    def of(self, product: str, variable: str | None = None, year: int | None = None) -> tuple[SourceFile, ...]:
        """The files of a product that hold ``variable`` and lie in ``year``; none where the study lacks the product."""
        return tuple(
            file
            for file in self.files.get(product, ())
            if (variable is None or variable in file.variables) and (year is None or file.year == year)
        )

    def years(self, product: str) -> list[int]:
        """Years that a product's files are of, ascending."""
        return sorted({file.year for file in self.files.get(product, ()) if file.year is not None})


def find_sources(study: Study, folder: Path, progress: Progress | None = None, *, afresh: bool = False) -> Sources:
    """Find every file of the study's products and open the header of each.

    What headers said is remembered in ``folder``, by the files' sizes and times, unless all are to be opened
    ``afresh``; ``folder/scratch`` is for what must be decompressed. Raises InputError once, with every problem on a
    line of its own.
    """
    scratch = folder / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    problems: list[str] = []
    files = _find(study, scratch, problems)
    headers = Remembered(folder / HEADERS)
    extents, notes = _look(files, None if afresh else headers, progress or _silent, problems)
    headers.save()
    if "growth_curves" in files and all(file.path in extents for file in files["growth_curves"]):
        problems += missing_tiles(study, files["growth_curves"], files.get("esa_cci_biomass", ()))
    if problems:
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        raise InputError(f"study {study.name}: {count} in the archive\n" + "\n".join(f"- {p}" for p in problems))
    return Sources(files, extents, tuple(notes))


def _find(study: Study, scratch: Path, problems: list[str]) -> dict[str, tuple[SourceFile, ...]]:
    found: dict[str, tuple[SourceFile, ...]] = {}
    for product in REQUIRED:
        if product not in study.products:
            problems.append(f"{product}: the study gives no place for it, and no cell can be made without it.")
    for product in MASKED:
        if product in study.products and "esa_cci_biomass" not in study.products:
            problems.append(f"{product}: is averaged over mature forest, which esa_cci_biomass is needed to tell.")
    for product, settings in study.products.items():
        try:
            named: dict[str, Any] = {"variable": settings.variable, "variables": settings.variables}
            own = {**named, **settings.settings}
            find = partial(PRODUCTS[product].find, study.location(product), scratch=str(scratch), **own)
            found[product] = find(years=_years(study, product), wanted=_wanted(study, product, find))
        except InputError as error:
            problems.append(str(error))
    return found


def _wanted(study: Study, product: str, find: Callable[..., tuple[SourceFile, ...]]) -> tuple[str, ...] | None:
    """Variables that the cells need of a product, None for all that it has."""
    if product == "cru_jra":
        held = {name for file in find(years=None) for name in file.variables}
        extremes = EXTREMES if held & set(EXTREMES) else ()
        radiation = () if "trendy_radiation" in study.products else ("shortwave_flux",)
        return (*METEOROLOGY, *extremes, *radiation)
    return ("aboveground_biomass",) if product == "esa_cci_biomass" else None


def _years(study: Study, product: str) -> range | None:
    pair = None
    if product in OF_FORCING:
        pair = study.years.forcing
    elif product in OF_OBSERVATIONS:
        pair = study.years.observations
    return None if pair is None else range(pair[0], pair[1] + 1)


def _look(
    files: Mapping[str, tuple[SourceFile, ...]], headers: Remembered | None, progress: Progress, problems: list[str]
) -> tuple[dict[Path, Extent], list[str]]:
    """Headers one after another: the netCDF and HDF4 libraries are not safe in threads."""
    everything = [file for of_product in files.values() for file in of_product]
    extents: dict[Path, Extent] = {}
    notes: list[str] = []
    for done, file in enumerate(everything, 1):
        look = partial(_header, file)
        try:
            found = look() if headers is None else headers(file.path, look, _question(file))
            latitude, longitude = (None if axis is None else Axis(*axis) for axis in found[:2])
            extents[file.path] = Extent(latitude, longitude, found[2])
            notes += [f"{file.product}: {note}" for note in found[3]]
        except InputError as error:
            problems.append(str(error))
        progress("looking at headers", done, len(everything))
    return extents, list(dict.fromkeys(notes))


def _header(file: SourceFile) -> list:
    """Both axes, number of fields and notes of a file's header, as JSON has them."""
    header = PRODUCTS[file.product].check(file)
    extent = extent_of(header.latitude, header.longitude, header.times, header.resolution, file)
    axes = [None if axis is None else list(astuple(axis)) for axis in (extent.latitude, extent.longitude)]
    return [*axes, extent.fields, list(header.notes)]


def _question(file: SourceFile) -> str:
    """All that bears on what a check finds besides the file itself."""
    settings = [setting for setting in file.settings if setting[0] != "scratch"]
    return f"{HEADER_FORMAT} {file.product} {file.variables} {settings}"


def extent_of(
    latitude: np.ndarray, longitude: np.ndarray, times: pd.Index | None, resolution: float | None, file: SourceFile
) -> Extent:
    """The extent that a header tells."""
    count = (1 if times is None else len(times)) * len(file.variables) * LAYERS.get(file.product, 1)
    if resolution is None or not len(latitude):
        return Extent(None, None, count)
    name = file.path.name
    aligned = file.product not in UNALIGNED
    return Extent(
        latitude_axis(latitude, f"{name}: latitude", resolution, aligned=aligned),
        longitude_axis(longitude, f"{name}: longitude", resolution, aligned=aligned),
        count,
    )


def _silent(name: str, done: int, total: int) -> None:
    pass
