"""What every product reader shares: a file with what it holds, its header, and how files are found on disk.

A product is three functions (:class:`Product`): ``find`` lists files by their names, ``check`` opens the header of one,
``read`` reads a window of one. All that goes wrong is an InputError of one sentence that names the file.
"""

from __future__ import annotations

import datetime
import glob
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
import xarray as xr

from diffdalec.errors import InputError

Band = tuple[float, float]
"""(lowest, highest) [degrees]; every grid cell that overlaps it is read, not only those centred in it."""

Settings = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, order=True)
class SourceFile:
    """A file of a product; sorts by variable and time.

    ``variables`` are our names of what it holds. ``start`` is the first day that it covers, None where it is static.
    ``settings`` are the reader's, as given to ``find``: ``variable`` or ``variables`` (ours -> theirs) where a file has
    names of its own, the ``scratch`` folder for what must be decompressed, and what the product has beside.
    """

    product: str
    variables: tuple[str, ...]
    start: datetime.date | None
    path: Path
    settings: Settings = field(default=(), compare=False)

    @property
    def year(self) -> int | None:
        """Calendar year of ``start``; None where the file is static."""
        return None if self.start is None else self.start.year

    def setting(self, name: str, default: Any = None) -> Any:
        """A setting given to ``find``, else ``default``."""
        return dict(self.settings).get(name, default)

    def at(self, path: Path) -> SourceFile:
        """The same file at another place, for a decompressed copy."""
        return replace(self, path=path)


@dataclass(frozen=True)
class Header:
    """What a file says about itself, once it was found to be right.

    ``latitude``, ``longitude``: centres [degrees], ascending, longitude from −180 to 180 (of points where the product
    is a table); empty where it has no place. ``times``: DatetimeIndex, CFTimeIndex for a calendar without leap days,
    None where static. ``resolution``: width of a grid cell [degrees], None for points. ``notes``: sentences about what
    was told from the contents or left unlooked at.
    """

    latitude: np.ndarray
    longitude: np.ndarray
    times: pd.Index | None = None
    resolution: float | None = None
    notes: tuple[str, ...] = ()


class Find(Protocol):
    """``find(location, years=range(2001, 2020), **settings)``: the files of a folder, a glob or one path, sorted.

    Raises InputError where there are none, where a year or month of ``years`` is missing, where two files hold the
    same, and for a setting that the product does not have.
    """

    def __call__(
        self, location: str | Path, *, years: range | None = None, **settings: Any
    ) -> tuple[SourceFile, ...]: ...


class Read(Protocol):
    """``read(file, latitudes, longitudes)``: the window of one file as a Dataset in our names and units, NaN missing.

    Coordinates ``latitude`` and ``longitude`` ascending, ``time`` where there is one. Nothing outside the window is
    read from disk. Raises InputError for what cannot be read or is not plausible.
    """

    def __call__(
        self, file: SourceFile, latitudes: Band | None = None, longitudes: Band | None = None
    ) -> xr.Dataset: ...


@dataclass(frozen=True)
class Product:
    """A product: its name in a study file, its title, the variables that it gives (our names) and its reader.

    ``settings`` are the names that ``find`` accepts beside ``years``, ``variable``, ``variables`` and ``scratch``;
    ``static`` products ignore ``years``.
    """

    name: str
    title: str
    variables: tuple[str, ...]
    find: Find
    check: Callable[[SourceFile], Header]
    read: Read
    settings: tuple[str, ...] = ()
    static: bool = False


def candidates(location: str | Path, product: str) -> list[Path]:
    """All files of a folder (and the folders in it), of a glob, or the one path. Raises InputError for none."""
    text = str(location)
    path = Path(location).expanduser()
    if path.is_dir():
        found = [entry for entry in path.rglob("*") if entry.is_file() and not entry.name.startswith(".")]
    elif path.is_file():
        found = [path]
    elif glob.has_magic(text):
        found = [Path(entry) for entry in glob.glob(str(Path(text).expanduser()), recursive=True)]
        found = [entry for entry in found if entry.is_file()]
    else:
        raise InputError(f"{product}: there is no file or folder {text}.")
    if not found:
        raise InputError(f"{product}: {text} holds no file.")
    return sorted(found)


def matches(
    location: str | Path, product: str, pattern: str, example: str
) -> Iterator[tuple[Path, re.Match[str]]]:
    """Files whose names match ``pattern`` (whole name, with or without .gz), in order.

    Where both a file and its .gz are there, the decompressed one is taken. Raises InputError where none matches.
    """
    paths = candidates(location, product)
    plain = {path for path in paths if path.suffix != ".gz"}
    matcher, any_matched = re.compile(pattern + r"(\.gz)?"), False
    for path in paths:
        match = matcher.fullmatch(path.name)
        if match and not (path.suffix == ".gz" and path.with_suffix("") in plain):
            any_matched = True
            yield path, match
    if not any_matched:
        raise InputError(
            f"{product}: none of the {len(paths)} files at {location} is named like {example} "
            f"(the first is {paths[0].name})."
        )


def complete(
    files: Iterable[SourceFile], expected: Iterable[tuple[tuple[str, ...], datetime.date]], location: str | Path
) -> tuple[SourceFile, ...]:
    """The files sorted, once each period of ``expected`` (variables, start) is there and nothing is there twice.

    Only files of the expected periods are kept. Raises InputError for a missing or a doubled one.
    """
    by_period = unique(files, location)
    wanted = list(expected)
    missing = [key for key in wanted if key not in by_period]
    if missing:
        product = next(iter(by_period.values())).product if by_period else "the product"
        raise InputError(f"{product}: {location} lacks {_periods(missing)}.")
    return tuple(sorted(by_period[key] for key in wanted))


def unique(files: Iterable[SourceFile], location: str | Path) -> dict[tuple, SourceFile]:
    """(variables, start) -> file. Raises InputError where two files hold the same."""
    by_period: dict[tuple, SourceFile] = {}
    for file in files:
        key = (file.variables, file.start)
        if key in by_period:
            raise InputError(
                f"{file.product}: {by_period[key].path.name} and {file.path.name} at {location} hold the same "
                f"{', '.join(file.variables)}; expected one of them."
            )
        by_period[key] = file
    return by_period


def yearly(files: list[SourceFile], years: range | None, location: str | Path) -> tuple[SourceFile, ...]:
    """Files that hold a year each: those of ``years`` for every variable found, all of them without ``years``."""
    if years is None:
        return tuple(sorted(unique(files, location).values()))
    variables = sorted({file.variables for file in files})
    return complete(
        files, [(names, datetime.date(year, 1, 1)) for names in variables for year in years], location
    )


def chosen_settings(product: str, known: Iterable[str], given: Mapping[str, Any]) -> Settings:
    """The settings given to ``find`` without those that are None or empty; mappings as sorted pairs.

    Raises InputError for one that the product does not have.
    """
    names = sorted({"scratch", "variable", "variables", *known})
    for name in given:
        if name not in names:
            raise InputError(f"{product}: has no setting {name!r}; expected one of {', '.join(names)}.")
    return tuple(
        (name, tuple(sorted(value.items())) if isinstance(value, Mapping) else value)
        for name, value in sorted(given.items())
        if value is not None and value != {}
    )


def _periods(missing: list[tuple[tuple[str, ...], datetime.date]], most: int = 4) -> str:
    """``et of 2003, et of 2004 and 3 more`` (months and days where files hold less than a year)."""
    whole_years = all((start.month, start.day) == (1, 1) for _, start in missing)
    texts = [f"{', '.join(names)} of {start.year if whole_years else start.isoformat()}" for names, start in missing]
    rest = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {rest} more" if rest > 0 else "")
