"""Opening a product's netCDF file lazily: netCDF-3, netCDF-4, and either of them gzipped."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import xarray as xr

from diffdalec.errors import InputError
from diffdalec.readers.products.files import SourceFile

_CLASSIC = (b"CDF\x01", b"CDF\x02")  # these, scipy reads and notices where the end is lost; the netCDF library gives 0
_NETCDF = (*_CLASSIC, b"CDF\x05", b"\x89HDF")


@contextmanager
def opened(file: SourceFile) -> Iterator[xr.Dataset]:
    """The file as a lazy Dataset: nothing decoded, nothing loaded. A ``.gz`` is decompressed first, as ``unpacked``.

    Raises InputError where it is absent, truncated, damaged or no netCDF, also where that shows only in reading.
    """
    with unpacked(file) as plain:
        path = plain.path
        engine = "scipy" if _magic(path) in _CLASSIC else "netcdf4"
        with refused_in_one_sentence(file.path):
            dataset = xr.open_dataset(path, engine=engine, decode_cf=False, cache=False)
        with dataset:
            yield dataset


@contextmanager
def unpacked(file: SourceFile) -> Iterator[SourceFile]:
    """The file itself, or, where it is gzipped, a decompressed copy in its ``scratch`` folder, removed afterwards.

    Open it once round several reads of one file. Raises InputError for a truncated or damaged archive.
    """
    if file.path.suffix != ".gz":
        if not file.path.is_file():
            raise InputError(f"{file.path.name}: the file is no longer at {file.path.parent}.")
        yield file
        return
    scratch = file.setting("scratch")
    with tempfile.TemporaryDirectory(prefix="diffdalec-", dir=scratch) as folder:
        copy = Path(folder) / file.path.stem
        try:
            with gzip.open(file.path, "rb") as packed, copy.open("wb") as plain:
                shutil.copyfileobj(packed, plain, 1 << 20)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(
                f"{file.path.name}: cannot be decompressed, it is truncated or damaged "
                f"({file.path.stat().st_size} bytes; {error})."
            ) from error
        yield file.at(copy)


@contextmanager
def refused_in_one_sentence(path: Path, kind: str = "netCDF") -> Iterator[None]:
    """Whatever a file library raises inside becomes one InputError sentence."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # the libraries raise many kinds, all meaning the same to the user
        raise InputError(
            f"{path.name}: cannot be read as {kind}, it is truncated or damaged "
            f"({path.stat().st_size} bytes; {type(error).__name__})."
        ) from error


def _magic(path: Path) -> bytes:
    with path.open("rb") as handle:
        magic = handle.read(4)
    if magic not in _NETCDF:
        raise InputError(f"{path.name}: is no netCDF file (it begins with {magic!r}).")
    return magic
