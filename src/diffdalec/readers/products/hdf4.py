"""HDF4 and HDF-EOS grids through pyhdf: opening, whether a file is whole, its place on the globe, a window of it."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from diffdalec.errors import InputError
from diffdalec.readers.products.files import SourceFile
from diffdalec.readers.products.opening import refused_in_one_sentence
from diffdalec.readers.products.optional import library
from diffdalec.readers.products.window import Grid, axis

_MAGIC = b"\x0e\x03\x13\x01"
_NO_DATA = 0xFFFFFFFF


@contextmanager
def opened_hdf4(file: SourceFile) -> Iterator[Any]:
    """The pyhdf SD of a file. Raises InputError where it is absent, truncated, damaged or no HDF4."""
    interface = library("pyhdf.SD", file.path.name)
    if not file.path.is_file():
        raise InputError(f"{file.path.name}: the file is no longer at {file.path.parent}.")
    _require_whole(file.path)
    with refused_in_one_sentence(file.path, "HDF4"):
        opened = interface.SD(str(file.path), interface.SDC.READ)
    try:
        yield opened
    finally:
        opened.end()


def selected(opened: Any, name: str, file: SourceFile) -> tuple[Any, dict[str, Any]]:
    """A data set of two dimensions and its attributes. Raises InputError where the file lacks it."""
    names = list(opened.datasets())
    if name not in names:
        raise InputError(f"{file.path.name}: has no variable {name}; it has {', '.join(names) or 'none'}.")
    chosen = opened.select(name)
    if len(np.atleast_1d(chosen.info()[2])) != 2:
        raise InputError(f"{file.path.name}: {name} has the shape {chosen.info()[2]}; expected rows and columns.")
    return chosen, chosen.attributes()


def eos_grid(opened: Any, shape: tuple[int, int], file: SourceFile, resolution: float) -> Grid:
    """The grid of ``shape`` whose corners stand in the file's ``StructMetadata.0``; of the globe where they do not.

    Raises InputError where corners, shape and resolution do not go together.
    """
    text = str(opened.attributes().get("StructMetadata.0", ""))
    upper, lower = (_corner(text, name) for name in ("UpperLeftPointMtrs", "LowerRightMtrs"))
    west, north = upper or (-180.0, 90.0)
    east, south = lower or (180.0, -90.0)
    rows, columns = (np.arange(number) + 0.5 for number in shape)
    return Grid(
        axis(north + rows * (south - north) / shape[0], "latitude", file.path.name, (resolution,)),
        axis(west + columns * (east - west) / shape[1], "longitude", file.path.name, (resolution,)),
    )


def window_of(chosen: Any, grid: Grid, file: SourceFile) -> np.ndarray:
    """Stored numbers (latitude, longitude) of the window ``grid``."""

    def block(rows: slice, columns: slice) -> np.ndarray:
        count = (rows.stop - rows.start, columns.stop - columns.start)
        if 0 in count:  # the library refuses to read nothing
            return np.zeros(count, dtype=np.float32)
        with refused_in_one_sentence(file.path, "HDF4"):
            return np.asarray(chosen.get(start=(rows.start, columns.start), count=count)).reshape(count)

    return grid.gather(block)


def _corner(text: str, name: str) -> tuple[float, float] | None:
    """(longitude, latitude) [degrees] of a corner, written in degrees or packed as DDDMMMSSS.SS."""
    found = re.search(name + r"\s*=\s*\(\s*([-+.\deE]+)\s*,\s*([-+.\deE]+)\s*\)", text)
    if found is None:
        return None
    longitude, latitude = (_degrees(float(number)) for number in found.groups())
    return longitude, latitude


def _degrees(number: float) -> float:
    if abs(number) <= 360.0:
        return number
    degrees, rest = divmod(abs(number), 1e6)
    minutes, seconds = divmod(rest, 1e3)
    return float(np.sign(number)) * (degrees + minutes / 60.0 + seconds / 3600.0)


def _require_whole(path: Path) -> None:
    """Raise InputError where the file is no HDF4, or ends before the data that its directory lists.

    The directory (HDF4 specification, data descriptor blocks) is at the front, so that the library opens a file whose
    end is lost and fails only in reading.
    """
    size = path.stat().st_size
    with path.open("rb") as handle:
        magic = handle.read(4)
        if magic != _MAGIC:
            raise InputError(f"{path.name}: is no HDF4 file (it begins with {magic!r}).")
        following, end, visited = 4, 0, set()
        while following and following not in visited:
            visited.add(following)
            handle.seek(following)
            head = handle.read(6)
            number, following = struct.unpack(">hI", head) if len(head) == 6 else (0, size + 1)
            block = handle.read(12 * number)
            for _tag, _reference, offset, length in struct.iter_unpack(">HHII", block[: len(block) // 12 * 12]):
                if offset != _NO_DATA and length != _NO_DATA:
                    end = max(end, offset + length)
            end = max(end, following)
    if end > size:
        raise InputError(
            f"{path.name}: cannot be read as HDF4, it is truncated or damaged ({size} bytes; it lists data up to "
            f"{end})."
        )
