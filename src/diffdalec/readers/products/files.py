"""What every product reader shares: a file with what it holds, its header, and how files are found on disk.

A product is three functions (:class:`Product`): ``find`` lists files by their names, ``check`` opens the header of one,
``read`` reads a window of one. All that goes wrong is an InputError of one sentence that names the file.
"""

from __future__ import annotations

import datetime
import glob
import os
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
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

    def holding(self, *variables: str) -> SourceFile:
        """The same file for other variables that it holds; a ``variable`` in the settings was not for those."""
        settings = tuple((name, value) for name, value in self.settings if name != "variable")
        return replace(self, variables=variables, settings=settings if variables != self.variables else self.settings)


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
    """``find(location, years=range(2001, 2020), wanted=("et",), **settings)``: the files of a folder, a glob or one
    path, sorted.

    ``wanted`` are our names of the variables that must be there; without them those are taken that are found.
    Raises InputError where there are none, where a variable wanted, or a year or month of ``years`` is missing, where
    two files hold the same, and for a setting that the product does not have.
    """

    def __call__(
        self,
        location: str | Path,
        *,
        years: range | None = None,
        wanted: Sequence[str] | None = None,
        **settings: Any,
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
        found = [entry for entry in _below(path) if entry.is_file() and not entry.name.startswith(".")]
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


def _below(folder: Path) -> Iterator[Path]:
    """Everything in a folder and the folders in it, through links too: archives are often put together of links."""
    visited = set()
    for here, folders, names in os.walk(folder, followlinks=True):
        visited.add(os.path.realpath(here))
        folders[:] = [name for name in folders if os.path.realpath(os.path.join(here, name)) not in visited]
        yield from (Path(here, name) for name in names)


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


def only_wanted(
    files: Iterable[SourceFile], wanted: Sequence[str] | None, product: str, location: str | Path
) -> list[SourceFile]:
    """The files that hold a variable wanted. Raises InputError for a variable that none of them holds."""
    listed = list(files)
    if wanted is None:
        return listed
    held = {name for file in listed for name in file.variables}
    for name in wanted:
        if name not in held:
            raise InputError(f"{product}: no file at {location} holds {name}; found are {', '.join(sorted(held))}.")
    return [file for file in listed if set(wanted) & set(file.variables)]


def unique(
    files: Iterable[SourceFile],
    location: str | Path,
    key: Callable[[SourceFile], Hashable] = lambda file: (file.variables, file.start),
) -> tuple[SourceFile, ...]:
    """The files sorted. Raises InputError where two hold the same."""
    by_key: dict[Hashable, SourceFile] = {}
    for file in sorted(files):
        other = by_key.setdefault(key(file), file)
        if other is not file:
            raise InputError(
                f"{file.product}: {other.path.name} and {file.path.name} at {location} hold the same "
                f"{', '.join(file.variables)}; expected one of them."
            )
    return tuple(by_key.values())


def complete(
    files: Iterable[SourceFile], starts: Iterable[datetime.date] | None, location: str | Path
) -> tuple[SourceFile, ...]:
    """The files of the periods that begin on ``starts``, for every variable found, sorted; all without ``starts``.

    Raises InputError for a period that is missing or there twice.
    """
    listed = unique(files, location)
    if starts is None:
        return listed
    by_period = {(file.variables, file.start): file for file in listed}
    wanted = [(names, start) for names in sorted({file.variables for file in listed}) for start in starts]
    missing = [period for period in wanted if period not in by_period]
    if missing:
        raise InputError(f"{listed[0].product}: {location} lacks {_periods(missing)}.")
    return tuple(by_period[period] for period in wanted)


def first_days(years: range | None) -> list[datetime.date] | None:
    """1 January of each year; None without years."""
    return None if years is None else [datetime.date(year, 1, 1) for year in years]


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
