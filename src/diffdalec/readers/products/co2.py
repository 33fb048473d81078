"""Global annual mean CO2 as given to the TRENDY models: ``global_co2_ann_1700_20YY.txt``, year and ppm, no header."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from diffdalec.errors import InputError
from diffdalec.readers.products.fields import array
from diffdalec.readers.products.files import Band, Header, Product, SourceFile, chosen_settings, matches, unique

NAME = "co2"


def find(
    location: str | Path, *, years: range | None = None, wanted: Sequence[str] | None = None, **settings: Any
) -> tuple[SourceFile, ...]:
    """The one file; it must hold every one of ``years``."""
    chosen = chosen_settings(NAME, (), settings)
    files = [
        SourceFile(NAME, ("co2",), None, path, chosen)
        for path, _ in matches(location, NAME, r"global_co2_ann_\d{4}_\d{4}\.txt", "global_co2_ann_1700_2020.txt")
    ]
    found = unique(files, location)
    held = set(_table(found[0])[0])
    lacking = [year for year in years or () if year not in held]
    if lacking:
        raise InputError(f"{NAME}: {found[0].path.name} lacks {', '.join(map(str, lacking[:4]))}.")
    return found


def check(file: SourceFile) -> Header:
    """The years; the file is small and read whole."""
    years = read(file)["year"].values
    times = pd.PeriodIndex([pd.Period(year=int(year), freq="Y") for year in years])
    return Header(np.array([]), np.array([]), times)


def read(file: SourceFile, latitudes: Band | None = None, longitudes: Band | None = None) -> xr.Dataset:
    """``co2`` [ppm] (year)."""
    years, values = _table(file)
    found = array("co2", ("year",), values, file, "the second column", strict=True)
    return xr.Dataset({"co2": found}, {"year": years}, {"source": file.path.name})


def _table(file: SourceFile) -> tuple[np.ndarray, np.ndarray]:
    """Years and ppm. Raises InputError at a line that is no year and number, and for years out of order."""
    years, values = [], []
    for number, line in enumerate(file.path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            year, value = (float(cell) for cell in line.replace(",", " ").split())
        except ValueError:
            raise InputError(f"{file.path.name}: line {number} is {line.strip()!r}; expected a year and ppm.") from None
        years.append(year)
        values.append(value)
    steps = np.diff(years)
    if not years or np.any(steps != 1.0):
        where = f" after {years[int(np.flatnonzero(steps != 1.0)[0])]:g}" if years else ""
        raise InputError(f"{file.path.name}: its years do not follow one another{where}; expected one line a year.")
    return np.array(years, dtype=int), np.array(values)


PRODUCT = Product(NAME, "Global annual CO2", ("co2",), find, check, read)
