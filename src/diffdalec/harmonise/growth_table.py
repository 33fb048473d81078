"""From a table of stands to the arrays of a growth-curve fit."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import InputError
from .growth_curve import CARBON, biomass_unit

AGE_NAMES = ("age", "stand age", "age yr", "age years", "stand age yr")
BIOMASS_NAMES = (
    "biomass",
    "total biomass",
    "aboveground biomass",
    "agb",
    "carbon",
    "biomass carbon",
    "mgc ha",
    "mg ha",
)
SD_NAMES = ("sd", "biomass sd", "uncertainty")
MISSING = -9999.0
POOL_COLUMN = "variable name"
"""ForC's column that says of which pool a row is."""


@dataclass(frozen=True)
class GrowthTable:
    """Stands: ``age`` [yr] and ``biomass`` [``unit``], 1-D; ``unit`` None where the table does not say.

    ``sd`` in ``unit`` or None; ``dropped`` rows lacked age, biomass or sd.
    """

    age: np.ndarray
    biomass: np.ndarray
    unit: str | None
    sd: np.ndarray | None = None
    dropped: int = 0


def growth_table(frame: pd.DataFrame, source: str = "growth table") -> GrowthTable:
    """Age, biomass and unit of a table with one stand a row.

    Columns are found by name, whatever their case: ``age`` or ``stand_age`` (also ``age [yr]``), and
    ``biomass``, ``agb``, ``total_biomass``, ``MgC_ha`` or ``Mg_ha``, whose unit may follow in brackets or as
    a suffix (``biomass [MgC ha-1]``, ``biomass_MgC_ha``); a column ``sd`` is optional. Other columns are
    ignored. Rows with a missing value (empty or −9999) are dropped and counted. InputError (which names
    ``source``) where a column is missing, is there twice or is not of numbers, or where the table mixes pools
    (ForC's ``variable.name``).
    """
    named = {column: _name_and_unit(str(column)) for column in frame.columns}
    _one_pool(frame, named, source)
    age, _ = _column(frame, named, AGE_NAMES, "age", source)
    biomass, unit = _column(frame, named, BIOMASS_NAMES, "biomass", source)
    columns = [age, biomass]
    has_sd = any(name in SD_NAMES for name, _ in named.values())
    if has_sd:
        columns.append(_column(frame, named, SD_NAMES, "sd", source)[0])
    values = np.stack(columns)
    whole = np.all(np.isfinite(values) & (values != MISSING), axis=0)
    kept = values[:, whole]
    return GrowthTable(
        age=kept[0],
        biomass=kept[1],
        unit=None if unit is None else biomass_unit(unit),
        sd=kept[2] if has_sd else None,
        dropped=int(np.sum(~whole)),
    )


def _name_and_unit(column: str) -> tuple[str, str | None]:
    """A column's plain name and the unit it carries: brackets, or the suffix ``MgC_ha`` or ``Mg_ha``."""
    unit = None
    bracketed = re.fullmatch(r"\s*(.+?)\s*[\[(]\s*(.+?)\s*[\])]\s*", column)
    if bracketed:
        column, unit = bracketed.groups()
    name = re.sub(r"[\s_.]+", " ", column).strip().lower()
    suffix = re.fullmatch(r"(.* )?(mgc|mg)[ /]ha(-1)?", name)
    if suffix and unit is None:
        unit = CARBON if suffix[2] == "mgc" else "Mg ha-1"
        name = (suffix[1] or f"{suffix[2]} ha").strip()
    return name, unit


def _column(frame, named, accepted, meaning: str, source: str) -> tuple[np.ndarray, str | None]:
    found = [column for column, (name, _) in named.items() if name in accepted]
    if len(found) != 1:
        state = f"columns {', '.join(map(repr, found))} could all be" if found else "no column is"
        listed = ", ".join(str(column) for column in frame.columns)
        raise InputError(
            f"{source}: {state} {meaning}, expected one named like {accepted[0]!r}; columns are {listed}"
        )
    try:
        values = pd.to_numeric(frame[found[0]]).to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"{source}: column {found[0]!r} is not all numbers ({error})") from None
    return values, named[found[0]][1]


def _one_pool(frame, named, source: str) -> None:
    for column, (name, _) in named.items():
        if name == POOL_COLUMN:
            pools = sorted(frame[column].dropna().astype(str).unique())
            if len(pools) > 1:
                raise InputError(
                    f"{source}: column {column!r} mixes {', '.join(pools)}, expected rows of one pool"
                )
