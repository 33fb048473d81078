"""Our own plain netCDF: variables in our names along a CF ``time``, units in their attributes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import xarray as xr

from diffdalec.errors import InputError
from diffdalec.readers.missing import without_missing_codes
from diffdalec.readers.netcdf_file import decoded_time, series
from diffdalec.readers.raw import RawSite, missing_variable
from diffdalec.variables import FORCING, OBSERVATIONS

_LATITUDE_NAMES = ("latitude", "lat")


def recognises(dataset: xr.Dataset) -> bool:
    """Whether the file holds at least two drivers under our names."""
    return len(set(FORCING) & set(dataset.variables)) >= 2


def read(dataset: xr.Dataset, path: Path) -> RawSite:
    """The RawSite of an opened Dataset in our names. Raises InputError for a missing driver or time."""
    file, found = path.name, [str(name) for name in dataset.variables]
    axis = next((name for name in ("time", "date") if name in dataset.variables), None)
    if axis is None:
        raise missing_variable(file, "time", ("time", "date"), found)
    columns, units = {}, {}
    for name in (*FORCING, *OBSERVATIONS):
        if name not in dataset.variables:
            if name in FORCING and name != "co2":
                raise missing_variable(file, name, (name,), found)
            continue
        columns[name] = without_missing_codes(series(dataset, name, axis, file))
        declared = dataset[name].attrs.get("units")
        if isinstance(declared, str) and declared.strip():
            units[name] = declared
    frame = pd.DataFrame(columns, index=decoded_time(dataset, axis, file))
    site = dataset.attrs.get("site", path.stem)
    return RawSite("plain netCDF", file, frame, units, {}, _latitude(dataset, file), str(site))


def _latitude(dataset: xr.Dataset, file: str) -> float | None:
    for name in _LATITUDE_NAMES:
        if name in dataset.variables:
            values = dataset[name].values.ravel()
            if values.size != 1:
                raise InputError(f"{file}: {name} holds {values.size} values; expected one.")
            return float(values[0])
        if name in dataset.attrs:
            return float(dataset.attrs[name])
    return None
