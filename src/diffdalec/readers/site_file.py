"""``open_site``: any site file that we know -> one Dataset of daily forcing and observations.

The format is told by the content, never by the file's name. What the readers hand over goes through the same
steps: time axis, units, plausibility, gaps, CO2, calibration years. Everything repaired is a sentence in
``notes``.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from diffdalec.errors import InputError
from diffdalec.readers import differland, fluxnet, plain_csv, plain_netcdf
from diffdalec.readers.calibration_years import chosen_years, whole_years
from diffdalec.readers.carbon_dioxide import daily_co2
from diffdalec.readers.csv_table import read_heading
from diffdalec.readers.netcdf_file import load
from diffdalec.readers.raw import RawSite
from diffdalec.readers.site_series import in_our_units, whole_series
from diffdalec.readers.time_axis import regular_daily
from diffdalec.variables import FAST_STREAMS, FORCING, OBSERVATIONS, SITE, VARIABLES

_NETCDF_BEGINNINGS = (b"CDF\x01", b"CDF\x02", b"CDF\x05", b"\x89HDF")


def open_site(
    path,
    *,
    calibration_years: int | tuple[int, int] = 5,
    half_hourly=None,
    name: str | None = None,
    latitude: float | None = None,
    co2: float | None = None,
) -> xr.Dataset:
    """Open a site file as a Dataset in our names and units.

    Known formats: DifferLand v1.0 netCDF, FLUXNET2015 daily CSV (FULLSET and SUBSET names), and our own plain
    CSV and netCDF (see the page "Bring your data").

    Parameters
    ----------
    path: the file.
    calibration_years: the first n whole calendar years of the data, or (first, last) calendar year.
    half_hourly: half-hourly FLUXNET2015 file of the same site, for true daily extremes of temperature.
    name: name of the site, where the file's own is not wanted.
    latitude: [degrees north], where the file has none or a wrong one.
    co2: [ppm], one number in place of what the file holds.

    Returns
    -------
    Dataset along contiguous days ``time``: forcing without gaps, observations with NaN where missing, scalars
    ``latitude``, ``mean_temperature``, ``mean_precipitation``; attributes ``site``, ``source``,
    ``source_sha256``, ``companions`` (other files used, with their SHA-256), ``reader``,
    ``calibration_years``, ``absent_streams`` and ``notes``, a list of sentences on what was converted,
    filled, clipped or is lacking.

    Raises
    ------
    InputError: one sentence on the file, the variable, what was found and what was expected.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path.name}: there is no such file in {path.parent}.")
    _check_number("latitude", latitude)
    _check_number("co2", co2)
    raw = _read(path, None if half_hourly is None else Path(half_hourly), latitude)
    frame, notes = regular_daily(raw.frame, raw.file)
    notes = [*raw.notes, *notes]
    latitude = _latitude(raw, latitude, notes)
    time = pd.DatetimeIndex(frame.index)
    columns = in_our_units(raw, frame, latitude, co2 is not None, notes)
    columns = whole_series(raw, columns, time, notes)
    columns["co2"] = daily_co2(columns.get("co2"), co2, time, raw.label("co2"), raw.file, notes)
    first, last = chosen_years(time, calibration_years, raw.file)
    _note_coverage(raw.file, columns, time, first, last, notes)
    return _dataset(path, raw, name, columns, time, latitude, (first, last), notes)


def _read(path: Path, half_hourly: Path | None, latitude: float | None) -> RawSite:
    """Tell the format by the content, and read it."""
    with path.open("rb") as handle:
        beginning = handle.read(8)
    if beginning.startswith(_NETCDF_BEGINNINGS):
        dataset = load(path)
        reader = next((format for format in (plain_netcdf, differland) if format.recognises(dataset)), None)
        if reader is not None:
            _no_half_hourly(path, half_hourly)
            return reader.read(dataset, path)
        found = list(dataset.variables)
    else:
        if b"\x00" in beginning:
            raise InputError(
                f"{path.name}: is neither netCDF nor text; expected a site file in netCDF or CSV."
            )
        heading = read_heading(path)
        if plain_csv.recognises(heading):
            _no_half_hourly(path, half_hourly)
            return plain_csv.read(path, heading)
        if fluxnet.recognises(heading):
            return fluxnet.read(path, heading, half_hourly, latitude)
        found = list(heading.columns)
    shown = ", ".join(str(item) for item in found[:6])
    raise InputError(
        f"{path.name}: is in no site format we know; expected the names of FLUXNET2015 (TIMESTAMP, TA_F …), "
        "DifferLand "
        f"(T2M_MIN, SSRD …) or our own ({', '.join(FORCING)}), found {shown}."
    )


def _no_half_hourly(path: Path, half_hourly: Path | None) -> None:
    if half_hourly is not None:
        raise InputError(
            f"{path.name}: half_hourly goes with FLUXNET2015 daily files only, and this is none."
        )


def _check_number(name: str, value: float | None) -> None:
    bounds = VARIABLES[name].plausible
    if value is None or bounds is None:
        return
    low, high = bounds
    if not (isinstance(value, int | float | np.number) and low <= value <= high):
        raise InputError(
            f"{name} is {value!r}; expected a number from {low:g} to {high:g} {VARIABLES[name].unit}."
        )


def _latitude(raw: RawSite, given: float | None, notes: list[str]) -> float:
    low, high = SITE["latitude"].plausible or (-90.0, 90.0)
    if given is not None:
        if raw.latitude is not None and abs(raw.latitude - given) > 0.01:
            notes.append(f"latitude: {given:g} as asked for, in place of {raw.latitude:g} in the file")
        return float(given)
    if raw.latitude is None:
        raise InputError(f"{raw.file}: latitude is missing; give it in the file or with latitude=.")
    if not low <= raw.latitude <= high:
        raise InputError(
            f"{raw.file}: latitude is {raw.latitude:g}; expected {low:g} to {high:g} degrees north."
        )
    return raw.latitude


def _note_coverage(
    file: str, columns: dict[str, np.ndarray], time: pd.DatetimeIndex, first: int, last: int, notes: list[str]
) -> None:
    """What observations there are in the calibration years, and whether years are left to validate with."""
    inside = (time.year >= first) & (time.year <= last)
    streams = [name for name in FAST_STREAMS if name in columns]
    counts = {name: int(np.isfinite(columns[name][inside]).sum()) for name in streams}
    if not any(counts.values()):
        raise InputError(
            f"{file}: holds no observation of {', '.join(FAST_STREAMS)} in the calibration years "
            f"{first}-{last}; "
            "expected at least one of these streams."
        )
    notes += [
        f"{name}: no values in the calibration years {first}-{last}" for name, n in counts.items() if not n
    ]
    if absent := [name for name in OBSERVATIONS if name not in columns]:
        notes.append(f"{', '.join(absent)}: no values in the file, left out")
    if not [year for year in whole_years(time) if not first <= year <= last]:
        notes.append(f"time: all whole years ({first}-{last}) calibrate, none is left for validation")


def _dataset(
    path: Path,
    raw: RawSite,
    name: str | None,
    columns: dict[str, np.ndarray],
    time: pd.DatetimeIndex,
    latitude: float,
    years: tuple[int, int],
    notes: list[str],
) -> xr.Dataset:
    inside = (time.year >= years[0]) & (time.year <= years[1])
    scalars = {
        "latitude": latitude,
        "mean_temperature": float(((columns["tmin"] + columns["tmax"])[inside] / 2.0).mean()),
        "mean_precipitation": float(columns["precipitation"][inside].mean()),
    }
    held = [column for column in (*FORCING, *OBSERVATIONS) if column in columns]
    variables: dict[str, tuple] = {
        column: ("time", columns[column], VARIABLES[column].attributes) for column in held
    }
    variables |= {scalar: ((), value, SITE[scalar].attributes) for scalar, value in scalars.items()}
    attributes = {
        "site": name or raw.site or path.stem,
        "source": path.name,
        "source_sha256": _sha256(path),
        "companions": ", ".join(f"{other.name} {_sha256(other)}" for other in raw.companions),
        "reader": raw.format,
        "calibration_years": f"{years[0]}-{years[1]}",
        "absent_streams": ", ".join(stream for stream in OBSERVATIONS if stream not in columns),
        "notes": notes,
    }
    return xr.Dataset(variables, {"time": time.as_unit("ns")}, attributes)


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
