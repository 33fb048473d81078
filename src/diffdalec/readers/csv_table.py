"""A CSV file as text columns: delimiter, comment lines, header, and cells turned into numbers and dates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from diffdalec.errors import InputError
from diffdalec.readers.missing import without_missing_codes

_EMPTY = frozenset({"", "-", "na", "n/a", "nan", "null", "none"})


@dataclass(frozen=True)
class Heading:
    """What stands above the data: ``comments`` are the ``# key: value`` lines, keys in lower case."""

    delimiter: str
    comments: dict[str, str]
    columns: tuple[str, ...]
    skipped_lines: int


def read_heading(path: Path) -> Heading:
    """Delimiter (comma, semicolon or tab), comments and column names.

    Raises InputError for no text or no header.
    """
    comments: dict[str, str] = {}
    with path.open(encoding="utf-8-sig", newline="") as handle:
        try:
            for number, line in enumerate(handle):
                if line.startswith("#"):
                    key, _, value = line[1:].partition(":")
                    comments[key.strip().lower()] = value.strip()
                elif line.strip():
                    delimiter = max(",;\t", key=line.count)
                    columns = tuple(cell.strip().strip('"') for cell in line.rstrip("\r\n").split(delimiter))
                    return Heading(delimiter, comments, columns, number)
        except UnicodeDecodeError as error:
            raise InputError(
                f"{path.name}: is neither netCDF nor text in UTF-8, so no site format we know."
            ) from error
    raise InputError(f"{path.name}: is empty; expected a site file with a header and one row a day.")


def read_cells(path: Path, heading: Heading, wanted: list[str] | None = None) -> pd.DataFrame:
    """All cells as stripped text, one column for each name wanted (all without ``wanted``)."""
    repeated = sorted({name for name in heading.columns if heading.columns.count(name) > 1})
    if repeated:
        raise InputError(f"{path.name}: the column {repeated[0]} appears more than once in the header.")
    try:
        cells = pd.read_csv(
            path,
            sep=heading.delimiter,
            skiprows=heading.skipped_lines + 1,
            names=list(heading.columns),
            usecols=wanted,
            index_col=False,
            dtype=str,
            keep_default_na=False,
            na_filter=False,
            encoding="utf-8-sig",
            on_bad_lines="error",
        )
    except (pd.errors.ParserError, ValueError) as error:
        raise InputError(f"{path.name}: cannot be read as a table ({str(error).strip()}).") from error
    return cells.apply(lambda column: column.fillna("").str.strip())


def numbers(cells: pd.Series, file: str) -> np.ndarray:
    """float64 values, NaN for empty cells and missing codes.

    Raises InputError at a cell that is no number.
    """
    text = cells.where(~cells.str.lower().isin(_EMPTY), "nan")
    values = pd.to_numeric(text, errors="coerce")
    wrong = values.isna() & (text.str.lower() != "nan")
    if wrong.any():
        row = int(np.flatnonzero(wrong.to_numpy())[0])
        raise InputError(
            f"{file}: {cells.name} has {cells.iloc[row]!r} in data row {row + 1}; expected a number."
        )
    return without_missing_codes(values)


def dates(cells: pd.Series, file: str, pattern: str | None = None) -> pd.DatetimeIndex:
    """Dates written as ``pattern``, or in ISO 8601.

    Raises InputError at the first cell that is no such date.
    """
    parsed = pd.to_datetime(cells, format=pattern or "ISO8601", errors="coerce")
    wrong = parsed.isna().to_numpy()
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        expected = {"%Y%m%d": "YYYYMMDD", "%Y%m%d%H%M": "YYYYMMDDHHMM"}.get(pattern or "", "YYYY-MM-DD")
        raise InputError(
            f"{file}: {cells.name} has {cells.iloc[row]!r} in data row {row + 1}; expected a date as "
            f"{expected}."
        )
    return pd.DatetimeIndex(parsed)
