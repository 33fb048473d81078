"""Daily minimum and maximum temperature for FLUXNET2015 files, which hold neither.

In order of preference, day by day: a half-hourly file; means (and standard deviations) of night and day in
the file; the same in the reanalysis file of the site that lies beside it; an estimate from the share of
radiation that arrives. The daily mean is always the tower's TA_F; all but the first give the half-range A of
the day, and Tmin, Tmax = TA_F ∓ A.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd

from diffdalec.errors import InputError
from diffdalec.readers.csv_table import Heading, dates, numbers, read_cells, read_heading
from diffdalec.readers.fluxnet_half_hourly import half_hourly_extremes
from diffdalec.readers.raw import missing_variable
from diffdalec.readers.sunshine import daylight_fraction

HARGREAVES_COEFFICIENT = 0.16
"""[degC-0.5] of Hargreaves' radiation formula for the interior of continents (FAO-56, Allen et al. 1998, eq.
50).
"""

ESTIMATED_RANGE = (2.0, 20.0)
"""[degC] Limits of the daily range that is estimated from radiation."""

SHORTEST_PART = 0.1
"""A night or a day shorter than this part of 24 h may be missing without harm to the day's variance."""


class Table(Protocol):
    """Columns of the daily file as numbers."""

    file: str

    def __contains__(self, column: str) -> bool: ...

    def __getitem__(self, column: str) -> np.ndarray: ...

    def first_of(self, choices: tuple[str, ...]) -> str | None: ...


@dataclass(frozen=True)
class DailyExtremes:
    """``tmin``, ``tmax`` [degC] on the rows of the daily file, how they came about, and other files used."""

    tmin: np.ndarray
    tmax: np.ndarray
    notes: tuple[str, ...]
    files: tuple[Path, ...]


def daily_extremes(
    path: Path, time: pd.DatetimeIndex, table: Table, latitude: float | None, half_hourly: Path | None
) -> DailyExtremes:
    """Fill Tmin and Tmax from each source in turn.

    Raises InputError without TA_F or with no source at all.
    """
    column = table.first_of(("TA_F", "TA_F_MDS", "TA_ERA"))
    if column is None:
        raise missing_variable(path.name, "tmin, tmax", ("TA_F",), [])
    mean = table[column]
    tmin, tmax = np.full(mean.shape, np.nan), np.full(mean.shape, np.nan)
    notes, files = [], []
    if half_hourly is not None:
        tmin, tmax = half_hourly_extremes(half_hourly, time)
        files.append(half_hourly)
        notes.append(f"tmin, tmax: of the half-hourly values of {half_hourly.name} on {_count(tmin)} days")
    for half_range, source, companion in _half_ranges(path, time, table, mean, latitude):
        lacking = ~np.isfinite(tmin) & np.isfinite(mean) & np.isfinite(half_range)
        if lacking.any():
            tmin = np.where(lacking, mean - half_range, tmin)
            tmax = np.where(lacking, mean + half_range, tmax)
            notes.append(
                f"tmin, tmax: {column} ∓ half a range {source}, on {int(lacking.sum())} of {mean.size} days"
            )
            files += [companion] if companion else []
        if not (~np.isfinite(tmin) & np.isfinite(mean)).any():
            break
    if not np.isfinite(tmin).any():
        raise missing_variable(
            path.name,
            "tmin, tmax",
            ("TA_F with TA_F_NIGHT and TA_F_DAY", "SW_IN_POT", "a half-hourly file given with half_hourly="),
            [column],
        )
    return DailyExtremes(tmin, tmax, tuple(notes), tuple(files))


def _count(values: np.ndarray) -> int:
    return int(np.isfinite(values).sum())


def _half_ranges(
    path: Path, time: pd.DatetimeIndex, table: Table, mean: np.ndarray, latitude: float | None
) -> Iterator[tuple[np.ndarray, str, Path | None]]:
    """(half-range [degC], words, file) of each source that the site has, best first."""
    day_part = None if latitude is None else daylight_fraction(latitude, time.day_of_year.to_numpy())
    for stem in ("TA_F", "TA_F_MDS", "TA_ERA"):
        if f"{stem}_NIGHT" in table and f"{stem}_DAY" in table and stem in table:
            columns = {part: table[f"{stem}{part}"] for part in _parts(stem, table)}
            yield half_range_of_night_and_day(columns, day_part), f"from {stem}_NIGHT and {stem}_DAY", None
    companion = companion_of(path)
    if companion is not None:
        other, heading = companion
        columns = _companion_columns(other, heading, time)
        words = f"from TA_ERA_NIGHT and TA_ERA_DAY of {other.name} beside it (reanalysis)"
        yield half_range_of_night_and_day(columns, day_part), words, other
    if "SW_IN_POT" in table and (radiation := table.first_of(("SW_IN_F", "SW_IN_F_MDS"))):
        words = (
            f"estimated from {radiation} / SW_IN_POT by Hargreaves' formula, an ASSUMPTION for want of night "
            "and day means (give half_hourly= to replace it)"
        )
        yield half_range_of_radiation(table[radiation], table["SW_IN_POT"]), words, None


def _parts(stem: str, table) -> list[str]:
    return [part for part in ("", "_NIGHT", "_DAY", "_NIGHT_SD", "_DAY_SD") if f"{stem}{part}" in table]


def half_range_of_night_and_day(columns: dict[str, np.ndarray], day_part: np.ndarray | None) -> np.ndarray:
    """Half the daily temperature range [degC] from the means of night and day.

    ``columns``: '' (mean of all 24 h), '_NIGHT', '_DAY' and, where there are, their '_SD' [degC]. With the
    standard deviations and the part of the day that is light, the variance of the day is known, and a sine of
    that variance has A = √2·σ; this also counts the fronts that pass in winter, when night and day hardly
    differ. Without them, A = |day − night|: for a sine that peaks two hours after noon the two differ by 0.98
    A to 1.10 A at any day length. NaN where that cannot be had, as without standard deviations in polar day.
    """
    mean, night, day = columns[""], columns["_NIGHT"], columns["_DAY"]
    simple = np.abs(day - night)
    if day_part is None or "_NIGHT_SD" not in columns or "_DAY_SD" not in columns:
        return simple
    variance = _share(1.0 - day_part, columns["_NIGHT_SD"] ** 2 + (night - mean) ** 2) + _share(
        day_part, columns["_DAY_SD"] ** 2 + (day - mean) ** 2
    )
    return np.where(np.isfinite(variance), np.sqrt(2.0 * variance), simple)


def _share(part: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """``part`` of a variance; an unknown one counts as 0 where its part is small (near polar day, night)."""
    return np.where(np.isnan(variance) & (part < SHORTEST_PART), 0.0, part * variance)


def half_range_of_radiation(incoming: np.ndarray, potential: np.ndarray) -> np.ndarray:
    """Half the daily range [degC]: ΔT = (S / (0.16 S0))², Hargreaves' formula turned round.

    ``incoming`` and ``potential`` (above the atmosphere) in one unit; ΔT is kept within ESTIMATED_RANGE.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        clearness = np.where(potential > 0, incoming / potential, 0.0)
    clearness = np.where(np.isfinite(incoming), np.maximum(clearness, 0.0), np.nan)
    return np.clip((clearness / HARGREAVES_COEFFICIENT) ** 2, *ESTIMATED_RANGE) / 2.0


def companion_of(path: Path) -> tuple[Path, Heading] | None:
    """The daily reanalysis file of the same site in the same folder, with its heading, where there is one."""
    site = "_".join(path.name.split("_")[:2])
    if not path.name.startswith("FLX_"):
        return None
    for other in sorted(path.parent.glob(f"{site}_*_ERA*_DD_*.csv")):
        heading = read_heading(other)
        if other != path and {"TIMESTAMP", "TA_ERA", "TA_ERA_NIGHT", "TA_ERA_DAY"} <= set(heading.columns):
            return other, heading
    return None


def _companion_columns(path: Path, heading: Heading, time: pd.DatetimeIndex) -> dict[str, np.ndarray]:
    parts = [p for p in ("", "_NIGHT", "_DAY", "_NIGHT_SD", "_DAY_SD") if f"TA_ERA{p}" in heading.columns]
    cells = read_cells(path, heading, ["TIMESTAMP", *(f"TA_ERA{part}" for part in parts)])
    stamps = dates(cells["TIMESTAMP"], path.name, "%Y%m%d")
    if stamps.has_duplicates:
        raise InputError(f"{path.name}: has the day {stamps[stamps.duplicated()][0]:%Y-%m-%d} twice.")
    frame = pd.DataFrame({part: numbers(cells[f"TA_ERA{part}"], path.name) for part in parts}, index=stamps)
    aligned = frame.reindex(time)
    return {part: aligned[part].to_numpy() for part in parts}
