"""What every site format hands over: a table in our names, still in the file's units, order and gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from diffdalec.errors import InputError


@dataclass(frozen=True)
class RawSite:
    """A site file as read, before units, time axis and gaps are looked at.

    ``frame``: float64 columns named as in :mod:`diffdalec.variables`, NaN where missing, indexed by the rows'
    times in file order. ``units``: the unit the file or its format declares, where it does. ``labels``: what
    the file calls each column, for messages. ``companions``: other files that were used.
    """

    format: str
    file: str
    frame: pd.DataFrame
    units: Mapping[str, str]
    labels: Mapping[str, str]
    latitude: float | None = None
    site: str | None = None
    notes: tuple[str, ...] = ()
    companions: tuple[Path, ...] = field(default=())

    def label(self, name: str) -> str:
        """Our name, with the file's own name behind it where that differs."""
        theirs = self.labels.get(name, name)
        return name if theirs == name else f"{name} ({theirs})"


def missing_variable(file: str, name: str, looked_for: tuple[str, ...], found: list[str]) -> InputError:
    """The error for a quantity that the file lacks: names what was looked for and what is there."""
    shown = ", ".join(found[:12]) + (f" and {len(found) - 12} more" if len(found) > 12 else "")
    return InputError(
        f"{file}: {name} is missing; looked for {' or '.join(looked_for)}, found {shown or 'no variables'}."
    )
