"""A CSV of points with latitude and longitude, under any of the usual column names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from diffdalec.errors import InputError
from diffdalec.readers.csv_table import numbers, read_cells, read_heading
from diffdalec.readers.products.files import SourceFile

PLACE = {"latitude": (r"lat(itude)?(_?deg.*)?", r"y"), "longitude": (r"lon(g|gitude)?(_?deg.*)?", r"x")}
"""Names of the columns of the place, any case, in order of preference."""


def points(
    file: SourceFile, columns: Mapping[str, Sequence[str]], optional: Sequence[str] = ()
) -> dict[str, np.ndarray]:
    """Latitude, longitude and our ``columns`` (name -> patterns of column names, any case) as float64.

    The file's settings may name columns (``variables``). A column of ``optional`` may be absent. Raises InputError for
    a missing column, a cell that is no number, and a place off the globe.
    """
    heading = read_heading(file.path)
    chosen = dict(file.setting("variables", ()))
    theirs = {}
    for ours, patterns in (PLACE | dict(columns)).items():
        wanted = (re.escape(chosen[ours]),) if ours in chosen else patterns
        found = next(
            (name for pattern in wanted for name in heading.columns if re.fullmatch(pattern, name, re.IGNORECASE)), None
        )
        if found is not None:
            theirs[ours] = found
        elif ours not in optional:
            raise InputError(
                f"{file.path.name}: has no column for {ours}; it has {', '.join(heading.columns)}."
            )
    cells = read_cells(file.path, heading, list(dict.fromkeys(theirs.values())))
    table = {ours: numbers(cells[name], file.path.name) for ours, name in theirs.items()}
    if not table["latitude"].size:
        raise InputError(f"{file.path.name}: has a header and no rows.")
    for name, limit in (("latitude", 90.0), ("longitude", 360.0)):
        wrong = ~(np.abs(table[name]) <= limit)
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise InputError(
                f"{file.path.name}: {name} is {table[name][row]:g} in data row {row + 1}; expected degrees up to "
                f"{limit:g}."
            )
    table["longitude"] = (table["longitude"] + 180.0) % 360.0 - 180.0
    return table
