"""Our own plain CSV: one row a day, columns in our names.

Units stand in the header (``tmin [K]`` or ``tmin (K)``) or in a row under it; latitude and site in lines
``# latitude: 65.1`` above it, or latitude in a column of one value.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from diffdalec.errors import InputError
from diffdalec.readers.csv_table import Heading, dates, numbers, read_cells
from diffdalec.readers.raw import RawSite, missing_variable
from diffdalec.variables import FORCING, OBSERVATIONS

_NAME_AND_UNIT = re.compile(r"^\s*([A-Za-z_0-9]+)\s*(?:[\[(](.*)[\])])?\s*$")


def _split(heading: Heading) -> dict[str, tuple[str, str]]:
    """Our name in lower case -> the column's heading and the unit in its brackets ('' without)."""
    parts = ((column, _NAME_AND_UNIT.match(column)) for column in heading.columns)
    return {match[1].lower(): (column, match[2] or "") for column, match in parts if match}


def recognises(heading: Heading) -> bool:
    """Whether at least two drivers stand in the header under our names."""
    return len(set(FORCING) & set(_split(heading))) >= 2


def read(path: Path, heading: Heading) -> RawSite:
    """The RawSite of a CSV in our names. Raises InputError for missing columns, bad dates and cells."""
    file, columns = path.name, _split(heading)
    axis = next((name for name in ("time", "date") if name in columns), None)
    if axis is None:
        raise missing_variable(file, "time", ("time", "date"), list(heading.columns))
    cells = read_cells(path, heading)
    if cells.empty:
        raise InputError(f"{file}: has a header and no rows; expected one row a day.")
    axis_column = columns[axis][0]
    units_row = cells.iloc[0] if not re.search(r"\d", cells[axis_column].iloc[0]) else None
    if units_row is not None:
        cells = cells.iloc[1:]
    values, units = {}, {}
    for name in (*FORCING, *OBSERVATIONS):
        if name not in columns:
            if name in FORCING and name != "co2":
                raise missing_variable(file, name, (name,), list(heading.columns))
            continue
        column, unit = columns[name]
        values[name] = numbers(cells[column], file)
        unit = unit or (units_row[column] if units_row is not None else "")
        if unit and unit != "-":
            units[name] = unit
    frame = pd.DataFrame(values, index=dates(cells[axis_column], file))
    known = {axis, "latitude", *FORCING, *OBSERVATIONS}
    unused = [column for name, (column, _) in columns.items() if name not in known]
    notes = (f"columns not used: {', '.join(unused)}",) if unused else ()
    site = heading.comments.get("site", path.stem)
    latitude = _latitude(heading, columns, cells, file)
    return RawSite("plain CSV", file, frame, units, {}, latitude, site, notes)


def _latitude(heading: Heading, columns: dict, cells: pd.DataFrame, file: str) -> float | None:
    if "latitude" in heading.comments:
        text = heading.comments["latitude"]
        try:
            return float(text)
        except ValueError as error:
            raise InputError(
                f"{file}: latitude is given as {text!r}; expected a number of degrees north."
            ) from error
    if "latitude" in columns:
        values = np.unique(numbers(cells[columns["latitude"][0]], file))
        if values.size != 1:
            raise InputError(f"{file}: latitude holds {values.size} different values; expected one.")
        return float(values[0])
    return None
