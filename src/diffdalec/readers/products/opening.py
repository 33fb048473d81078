"""Opening a product's netCDF file lazily: netCDF-3, netCDF-4, and either of them gzipped."""

from __future__ import annotations

import gc
import gzip
import os
import shutil
import tempfile
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import xarray as xr

from diffdalec.errors import InputError
from diffdalec.readers.products.files import SourceFile

_CLASSIC = (b"CDF\x01", b"CDF\x02")  # these, scipy reads and notices where the end is lost; the netCDF library gives 0
_NETCDF = (*_CLASSIC, b"CDF\x05", b"\x89HDF")


FIRST_PART = 4 << 20
"""Bytes of a gzipped file, decompressed, in which its header is looked for before all of it is decompressed."""


@contextmanager
def opened(file: SourceFile, first_part: bool = False) -> Iterator[xr.Dataset]:
    """The file as a lazy Dataset: nothing decoded, nothing loaded. A ``.gz`` is decompressed first, as ``unpacked``.

    With ``first_part``, only its beginning is decompressed: enough for most headers, all else reads as 0.
    Raises InputError where the file is absent, truncated, damaged or no netCDF.
    """
    with unpacked(file, first_part) as plain:
        path = plain.path
        engine = "scipy" if _magic(path, file.path.name) in _CLASSIC else "netcdf4"
        with refused_in_one_sentence(file.path):
            dataset = xr.open_dataset(path, engine=engine, decode_cf=False, cache=False)
        with dataset:
            yield dataset


@contextmanager
def unpacked(file: SourceFile, first_part: bool = False) -> Iterator[SourceFile]:
    """The file itself, or, where it is gzipped, a decompressed copy in its ``scratch`` folder, removed afterwards.

    Open it once round several reads of one file. Raises InputError for a truncated or damaged archive.
    """
    if not file.path.is_file():
        raise InputError(f"{file.path.name}: the file is no longer at {file.path.parent}.")
    if file.path.suffix != ".gz":
        yield file
        return
    with tempfile.TemporaryDirectory(prefix="diffdalec-", dir=file.setting("scratch")) as folder:
        copy = Path(folder) / file.path.stem
        try:
            with gzip.open(file.path, "rb") as packed, copy.open("wb") as plain:
                if first_part:
                    plain.write(packed.read(FIRST_PART))
                    plain.truncate(max(plain.tell(), _decompressed_size(file.path)))
                else:
                    shutil.copyfileobj(packed, plain, 1 << 20)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(
                f"{file.path.name}: cannot be decompressed, it is truncated or damaged "
                f"({file.path.stat().st_size} bytes; {error})."
            ) from error
        yield file.at(copy)


def _decompressed_size(path: Path) -> int:
    """Size that the end of a gzip file states (modulo 4 GiB); a netCDF header disagrees where the end is lost."""
    with path.open("rb") as handle:
        handle.seek(-min(4, path.stat().st_size), os.SEEK_END)
        return int.from_bytes(handle.read(4), "little")


@contextmanager
def refused_in_one_sentence(path: Path, kind: str = "netCDF") -> Iterator[None]:
    """Whatever a file library raises inside becomes one InputError sentence."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # the libraries raise many kinds, all meaning the same to the user
        _let_go_of_frames(error)
        raise InputError(
            f"{path.name}: cannot be read as {kind}, it is truncated or damaged "
            f"({path.stat().st_size} bytes; {type(error).__name__})."
        ) from error


def _let_go_of_frames(error: Exception) -> None:
    """Close what the failed call had half opened now; scipy would warn of it whenever it is collected."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        link: BaseException | None = error
        while link is not None:
            link.__traceback__ = None
            link = link.__context__
        gc.collect()


def _magic(path: Path, name: str) -> bytes:
    with path.open("rb") as handle:
        magic = handle.read(4)
    if magic not in _NETCDF:
        raise InputError(f"{name}: is no netCDF file (it begins with {magic!r}).")
    return magic
