"""Parts: a product's variables for all cells and a stretch of time, each made once and kept until its inputs change.

A part is a folder of one .npy file per variable, (cells, …), and ``part.json``, which says of what it was made. It is
written beside its place and renamed, so that what stands under its name is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import xarray as xr

from ...readers.products import SourceFile
from .windows import Window

PART_FORMAT = 1
"""Raised when a part is made otherwise than before: older ones are then made anew."""



@dataclass(frozen=True)
class Placed:
    """``values`` (cells of the window, …), where they belong along the dimensions after the cells, and how many were
    repaired in making them.
    """

    where: tuple
    values: np.ndarray
    repairs: Mapping[str, int] = field(default_factory=dict)


Make = Callable[[Window, Sequence[xr.Dataset]], Mapping[str, Placed]]
"""Makes a window's values of the Datasets of a group of files."""


@dataclass(frozen=True)
class Group:
    """Files that are read together, and what is made of them."""

    files: tuple[SourceFile, ...]
    make: Make


@dataclass(frozen=True)
class Part:
    """``variables``: name -> shape after the cells. ``settings``: whatever besides the files makes the numbers."""

    stage: str
    name: str
    variables: Mapping[str, tuple[int, ...]]
    groups: tuple[Group, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def files(self) -> list[SourceFile]:
        """All files of the part, once each, in order."""
        return list(dict.fromkeys(file for group in self.groups for file in group.files))


class PartStore:
    """The parts of one set of cells in a folder."""

    def __init__(self, folder: Path, cells: np.ndarray, hashes: Callable[[Path], str]):
        self._folder, self._cells, self._hashes = folder, cells, hashes
        self._repairs: dict[str, dict[str, dict[str, int]]] = {}
        self._lock = threading.Lock()

    def is_done(self, part: Part) -> bool:
        """Whether the part is there and would be made of the same again."""
        record = self._record(part)
        return record is not None and record["fingerprint"] == self.fingerprint(part)

    def fingerprint(self, part: Part) -> str:
        """A hash of the cells, the files' contents and the settings that the part is made of."""
        made = {
            "format": PART_FORMAT,
            "cells": hashlib.sha256(np.ascontiguousarray(self._cells, dtype=np.int64).tobytes()).hexdigest(),
            "variables": {name: list(shape) for name, shape in part.variables.items()},
            "files": [[file.product, list(file.variables), self._hashes(file.path)] for file in part.files],
            "settings": dict(part.settings),
            "named": sorted({str(s) for file in part.files for s in file.settings if s[0] != "scratch"}),
        }
        return hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()

    def begin(self, part: Part) -> None:
        """Make room for the part: files of NaN, written in blocks."""
        folder = self._beside(part)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name, shape in part.variables.items():
            with (folder / f"{name}.npy").open("wb") as file:
                _write_missing(file, (len(self._cells), *shape))
        with self._lock:
            self._repairs[_key(part)] = {}

    def put(
        self, part: Part, window: Window, placed: Mapping[str, Placed], read: Mapping[str, Mapping[str, int]]
    ) -> None:
        """Write a window's values, and add up what was repaired in making and in reading (``read``) them."""
        for name, made in placed.items():
            # Mapped for this write alone: pages that stay mapped would count as memory of the process.
            array = np.load(self._beside(part) / f"{name}.npy", mmap_mode="r+")
            array[(window.positions, *made.where)] = made.values
            del array
        with self._lock:
            kept = self._repairs[_key(part)]
            counted = [*read.items(), *((name, made.repairs) for name, made in placed.items())]
            for name, counts in counted:
                for what, count in counts.items():
                    of_name = kept.setdefault(name, {})
                    of_name[what] = of_name.get(what, 0) + count

    def finish(self, part: Part) -> None:
        """Close the part and give it its name."""
        with self._lock:
            repairs = self._repairs.pop(_key(part))
        record = {
            "fingerprint": self.fingerprint(part),
            "repairs": repairs,
            "inputs": [[f.product, f.path.name, f.path.stat().st_size, self._hashes(f.path)] for f in part.files],
        }
        beside, place = self._beside(part), self._place(part)
        (beside / "part.json").write_text(json.dumps(record), encoding="utf-8")
        shutil.rmtree(place, ignore_errors=True)
        beside.rename(place)

    def read(self, part: Part, variable: str, positions: np.ndarray | None = None) -> np.ndarray:
        """Values (cells, …) of a finished part, of all cells or of those at ``positions``."""
        mapped = np.load(self._place(part) / f"{variable}.npy", mmap_mode="r")
        return np.array(mapped if positions is None else mapped[positions])

    def repairs(self, part: Part) -> dict[str, dict[str, int]]:
        """Variable -> what was done to its values in reading, and how often."""
        record = self._record(part)
        return {} if record is None else record["repairs"]

    def inputs(self, part: Part) -> list[tuple[str, str, int, str]]:
        """(product, file name, size [bytes], sha256) of the part's files."""
        record = self._record(part)
        return [] if record is None else [tuple(entry) for entry in record["inputs"]]

    def sweep(self) -> None:
        """Remove what an interrupted run left unfinished."""
        for left in self._folder.glob("*/.*.writing-*"):
            shutil.rmtree(left, ignore_errors=True)

    def _record(self, part: Part) -> dict | None:
        file = self._place(part) / "part.json"
        return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None

    def _place(self, part: Part) -> Path:
        return self._folder / part.stage / part.name

    def _beside(self, part: Part) -> Path:
        return self._folder / part.stage / f".{part.name}.writing-{os.getpid()}"


def _key(part: Part) -> str:
    return f"{part.stage}/{part.name}"


def _write_missing(file: BinaryIO, shape: tuple[int, ...]) -> None:
    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    left, block = int(np.prod(shape)), np.full(1 << 20, np.nan, dtype="<f4")
    while left:
        count = min(left, block.size)
        file.write(block[:count].tobytes())
        left -= count
