"""The only way a number gets into the report of a study: from a row and column of an exported table.

Each is a ``<data>`` element that holds the table's own text as its value and says where it stands
(``TABLE:ROW:COLUMN``, rows counted from 0); what is seen is that text rounded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd
from markupsafe import Markup, escape

from .. import text

Write = Callable[[float], str]
significant: Write = text.significant


def decimals(digits: int) -> Write:
    """Written with so many decimals."""
    return partial(text.decimals, digits=digits)


def whole(value: float) -> str:
    """Written as a whole number, thousands apart."""
    return f"{round(value):,}".replace(",", "\u202f").replace("-", "−") if math.isfinite(value) else text.MISSING


def share(value: float) -> str:
    """A share of one, written in percent."""
    return f"{text.decimals(100.0 * value, 0)} %" if math.isfinite(value) else text.MISSING


def percent(value: float) -> str:
    """A number in percent, written with its sign."""
    written = text.decimals(value, 1)
    return written if written == text.MISSING else f"{'+' if value > 0 else ''}{written} %"


def angle(letters: str) -> Write:
    """Degrees north or east of 0 (``NS``, ``EW``), with the letter of the side."""
    return lambda value: f"{abs(value):.2f}° {letters[0] if value >= 0 else letters[1]}"


@dataclass(frozen=True)
class Tables:
    """Exported tables by name, every entry as the text that stands in the file."""

    frames: Mapping[str, pd.DataFrame]

    @classmethod
    def read(cls, folder: Path) -> Tables:
        """The CSV files of a folder."""
        frames = {p.stem: pd.read_csv(p, dtype=str, keep_default_na=False) for p in sorted(folder.glob("*.csv"))}
        return cls(frames)

    def __contains__(self, name: str) -> bool:
        return name in self.frames and len(self.frames[name]) > 0

    def rows(self, table: str, **labels: str) -> list[int]:
        """The rows whose columns have these texts; none where there is no such table or column."""
        if table not in self:
            return []
        frame = self.frames[table]
        if any(name not in frame for name in labels):
            return []
        kept = pd.Series(True, index=frame.index)
        for name, value in labels.items():
            kept &= frame[name] == str(value)
        return [int(i) for i in frame.index[kept]]

    def labels(self, table: str, column: str) -> list[str]:
        """The texts of a column, each once, in the rows' order."""
        if table not in self or column not in self.frames[table]:
            return []
        return list(dict.fromkeys(self.frames[table][column]))

    def text(self, table: str, row: int, column: str) -> str:
        """An entry's text."""
        return str(self.frames[table][column].iloc[row])

    def value(self, table: str, row: int | None, column: str) -> float:
        """An entry as a number; NaN where it is empty, or where there is no such row or column."""
        if row is None or table not in self or column not in self.frames[table]:
            return math.nan
        written = self.text(table, row, column)
        return float(written) if written else math.nan

    def one(self, table: str, column: str, write: Write = significant, **labels: str) -> Markup:
        """The number in the only row with these labels; a dash where there is none."""
        rows = self.rows(table, **labels)
        return self.shown(table, rows[0], column, write) if len(rows) == 1 else Markup(text.MISSING)

    def number(self, table: str, column: str, **labels: str) -> float:
        """The value in the only row with these labels; NaN where there is none."""
        rows = self.rows(table, **labels)
        return self.value(table, rows[0] if len(rows) == 1 else None, column)

    def shown(self, table: str, row: int, column: str, write: Write = significant) -> Markup:
        """An entry as it is written in the report; a dash where it is missing."""
        value = self.value(table, row, column)
        if not math.isfinite(value):
            return Markup(text.MISSING)
        where = f"{table}:{row}:{column}"
        return Markup('<data value="{}" data-at="{}">{}</data>').format(
            self.text(table, row, column), where, escape(write(value))
        )


def sentence(template: str, **parts: object) -> Markup:
    """A sentence with numbers, names and the like in its places ``{name}``."""
    return Markup(escape(template)).format(**parts)
