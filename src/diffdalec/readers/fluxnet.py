"""FLUXNET2015 daily CSV files, with the column names of the FULLSET and the SUBSET product.

Columns and quality flags: Pastorello et al. 2020, Sci. Data 7, 225. A daily ``_QC`` is the fraction of
half-hours that were measured or filled with good quality. GPP and RECO carry the flag of the NEE they were
partitioned from.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from diffdalec.errors import InputError
from diffdalec.readers.csv_table import Heading, dates, numbers, read_cells
from diffdalec.readers.fluxnet_temperature import daily_extremes
from diffdalec.readers.raw import RawSite, missing_variable
from diffdalec.readers.sunshine import latitude_from_potential_radiation
from diffdalec.variables import FAST_STREAMS

LOWEST_QUALITY = 0.5
"""Least part of a day's observation that must have been measured, or filled with good quality."""

LOWEST_AVAILABLE_ENERGY = 20.0
"""[W m-2] LE + H below this makes the evaporative fraction a quotient of noise."""

LARGEST_PARTITIONING_MISFIT = 1.0
"""[gC m-2 d-1] Night-time partitioning has RECO − GPP = NEE; a larger misfit marks one that failed."""

FORCING_COLUMNS = {
    "shortwave": (("SW_IN_F", "SW_IN_F_MDS"), "W m-2"),
    "vpd": (("VPD_F", "VPD_F_MDS"), "hPa"),
    "precipitation": (("P_F", "P"), "mm d-1"),
    "co2": (("CO2_F_MDS", "CO2"), "ppm"),
}
"""Our name -> their columns in order of preference, and the unit."""

PARTITIONINGS = tuple(f"{method}_{ustar}_REF" for method in ("NT", "DT") for ustar in ("VUT", "CUT"))
"""Endings of GPP_ and RECO_, best first: night-time before daytime, variable before constant u* threshold."""


def recognises(heading: Heading) -> bool:
    """Whether the header is one of FLUXNET2015, daily or not."""
    times = {"TIMESTAMP", "TIMESTAMP_START"} & set(heading.columns)
    return bool(times) and any(re.match(r"(TA|SW_IN|NEE|GPP|VPD|P|LE)_", name) for name in heading.columns)


def read(path: Path, heading: Heading, half_hourly: Path | None, latitude: float | None) -> RawSite:
    """The RawSite of a daily FLUXNET2015 file.

    ``latitude`` [degrees north] is taken where given, else found from SW_IN_POT. Raises InputError for a file
    that is not daily and for missing columns.
    """
    file = path.name
    if "TIMESTAMP" not in heading.columns:
        raise InputError(
            f"{file}: has TIMESTAMP_START, so it is half-hourly, hourly or weekly; expected the daily file "
            "(DD)."
        )
    cells = read_cells(path, heading)
    if cells.empty:
        raise InputError(f"{file}: has a header and no rows; expected one row a day.")
    length = cells["TIMESTAMP"].str.len().mode()[0]
    if length in (4, 6):
        raise InputError(f"{file}: is {'yearly' if length == 4 else 'monthly'}; expected a daily file (DD).")
    table = _Table(file, cells, dates(cells["TIMESTAMP"], file, "%Y%m%d"))
    notes: list[str] = []
    columns, labels, units = {}, {}, {}
    for name, (choices, unit) in FORCING_COLUMNS.items():
        column = table.first_of(choices)
        if column is None and name != "co2":
            raise missing_variable(file, name, choices, list(heading.columns))
        if column is not None:
            columns[name], labels[name], units[name] = table[column], column, unit
    if latitude is None and "SW_IN_POT" in cells:
        latitude = _latitude(table, notes)
    extremes = daily_extremes(path, table.time, table, latitude, half_hourly)
    columns |= {"tmin": extremes.tmin, "tmax": extremes.tmax}
    units |= {"tmin": "degC", "tmax": "degC"}
    notes += [*extremes.notes, *_filled_forcing(table, labels)]
    for name, (values, label, unit) in _observations(table, notes).items():
        columns[name], labels[name], units[name] = values, label, unit
    site = re.match(r"[A-Z]{3}_([A-Z]{2}-[A-Za-z0-9]{3})_", file)
    frame = pd.DataFrame(columns, index=table.time)
    return RawSite(
        "FLUXNET2015",
        file,
        frame,
        units,
        labels,
        latitude,
        site[1] if site else path.stem,
        tuple(notes),
        extremes.files,
    )


class _Table:
    """Columns as numbers, read when asked for."""

    def __init__(self, file: str, cells: pd.DataFrame, time: pd.DatetimeIndex) -> None:
        self.file, self.time, self._cells = file, time, cells

    def __contains__(self, column: str) -> bool:
        return column in self._cells

    def __getitem__(self, column: str) -> np.ndarray:
        return numbers(self._cells[column], self.file)

    def first_of(self, choices: tuple[str, ...]) -> str | None:
        """The first column of ``choices`` with any value in it; an empty one before none."""
        present = [column for column in choices if column in self]
        return next((c for c in present if np.isfinite(self[c]).any()), present[0] if present else None)


def _latitude(table: _Table, notes: list[str]) -> float | None:
    potential, day = table["SW_IN_POT"], table.time.day_of_year.to_numpy()
    valid = np.isfinite(potential)
    if valid.sum() < 180:
        return None
    latitude, misfit = latitude_from_potential_radiation(potential[valid], day[valid])
    if misfit > 0.05:
        raise InputError(
            f"{table.file}: SW_IN_POT fits no latitude (misfit {misfit:.0%} at {latitude:.1f}); give it with "
            "latitude=."
        )
    notes.append(f"latitude: {latitude:.2f} degrees north, found from SW_IN_POT; give latitude= to set it")
    return latitude


def _filled_forcing(table: _Table, labels: dict[str, str]) -> list[str]:
    """How much of the forcing was not measured at the tower."""
    notes = []
    for name, column in {"tmin, tmax": "TA_F", **labels}.items():
        if f"{column}_QC" in table:
            quality = table[f"{column}_QC"]
            filled = int((quality < LOWEST_QUALITY).sum())
            if filled:
                notes.append(
                    f"{name}: on {filled} of {quality.size} days less than half of {column} was measured or "
                    "filled "
                    "with good quality (kept)"
                )
    return notes


def _observations(table: _Table, notes: list[str]) -> dict[str, tuple[np.ndarray, str, str]]:
    """Observed streams by name: values, their column, their unit."""
    found = {}
    ending = _partitioning(table)
    if ending is not None:
        gpp, reco = f"GPP_{ending}", f"RECO_{ending}"
        nee = f"NEE_{ending[3:]}"
        failed = _failed_partitioning(table, gpp, reco, nee) if ending.startswith("NT") else None
        for name, column in (("gpp", gpp), ("reco", reco)):
            values = _good_quality(table, name, column, f"{nee}_QC", notes)
            if failed is not None and (dropped := int((failed & np.isfinite(values)).sum())):
                notes.append(
                    f"{name}: {dropped} more days left out because {reco} − {gpp} differs from {nee} by more "
                    f"than {LARGEST_PARTITIONING_MISFIT:g} gC m-2 d-1 (failed partitioning)"
                )
                values = np.where(failed, np.nan, values)
            found[name] = (values, column, "gC m-2 d-1")
        if ending != PARTITIONINGS[0]:
            notes.append(
                f"gpp, reco: from {gpp} and {reco}, for want of values in GPP_{PARTITIONINGS[0]} and its RECO"
            )
    if "LE_F_MDS" in table:
        latent = _good_quality(table, "et", "LE_F_MDS", "LE_F_MDS_QC", notes)
        found["et"] = (latent, "LE_F_MDS", "W m-2")
        if "H_F_MDS" in table:
            sensible = _good_quality(table, "evaporative_fraction", "H_F_MDS", "H_F_MDS_QC", notes)
            with np.errstate(invalid="ignore", divide="ignore"):
                fraction = latent / (latent + sensible)
                meant = (latent + sensible > LOWEST_AVAILABLE_ENERGY) & (fraction > 0) & (fraction < 1)
            values = np.where(meant, fraction, np.nan)
            notes.append(
                f"evaporative_fraction: LE / (LE + H) on the {int(np.isfinite(values).sum())} days on which "
                "LE + H "
                f"exceeds {LOWEST_AVAILABLE_ENERGY:g} W m-2"
            )
            found["evaporative_fraction"] = (values, "LE_F_MDS, H_F_MDS", "1")
    if not set(FAST_STREAMS) & set(found):
        looked_for = ("GPP_NT_VUT_REF with RECO_NT_VUT_REF", "LE_F_MDS")
        raise missing_variable(table.file, "every observation stream", looked_for, list(table._cells))
    return found


def _partitioning(table: _Table) -> str | None:
    """Ending of the first GPP that has values and its RECO; of an empty pair before none."""
    held = [ending for ending in PARTITIONINGS if f"GPP_{ending}" in table and f"RECO_{ending}" in table]
    gpp = table.first_of(tuple(f"GPP_{ending}" for ending in held))
    return gpp.removeprefix("GPP_") if gpp else None


def _good_quality(table: _Table, name: str, column: str, flag: str, notes: list[str]) -> np.ndarray:
    values = table[column]
    if flag not in table:
        notes.append(f"{name}: no {flag} in the file, all of {column} is used, gap-filled days included")
        return values
    poor = ~(table[flag] >= LOWEST_QUALITY)
    if dropped := int((poor & np.isfinite(values)).sum()):
        notes.append(f"{name}: {dropped} of {values.size} days left out with {flag} below {LOWEST_QUALITY:g}")
    return np.where(poor, np.nan, values)


def _failed_partitioning(table: _Table, gpp: str, reco: str, nee: str) -> np.ndarray | None:
    if nee not in table:
        return None
    return np.abs(table[reco] - table[gpp] - table[nee]) > LARGEST_PARTITIONING_MISFIT
