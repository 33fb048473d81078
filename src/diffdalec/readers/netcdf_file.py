"""Opening a netCDF file whole, with one sentence where that fails."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from diffdalec.errors import InputError

_CLASSIC = (b"CDF\x01", b"CDF\x02")


def load(path: Path) -> xr.Dataset:
    """The Dataset in memory, times not decoded. Raises InputError where the file is truncated or damaged."""
    with path.open("rb") as handle:
        classic = handle.read(4) in _CLASSIC
    try:
        # the netCDF library reads the lost end of a classic file as zeros, scipy's reader notices
        with xr.open_dataset(path, decode_times=False, engine="scipy" if classic else None) as dataset:
            return dataset.load()
    except Exception as error:  # the netCDF libraries raise many kinds, all meaning the same to the user
        raise InputError(
            f"{path.name}: cannot be read as netCDF, it is truncated or damaged "
            f"({path.stat().st_size} bytes; {type(error).__name__})."
        ) from error


def decoded_time(dataset: xr.Dataset, name: str, file: str) -> pd.DatetimeIndex:
    """The CF time variable ``name`` as dates. Raises InputError for an undated or a non-standard calendar."""
    units = str(dataset[name].attrs.get("units", ""))
    if "since" not in units:
        raise InputError(
            f"{file}: {name} has the units {units!r}; expected CF units such as 'days since 2001-01-01'."
        )
    try:
        times = xr.decode_cf(dataset[[name]])[name].values
    except Exception as error:  # xarray raises ValueError, OutOfBounds and others for unusable units
        raise InputError(f"{file}: {name} cannot be decoded with the units {units!r}.") from error
    if not np.issubdtype(times.dtype, np.datetime64):
        calendar = dataset[name].attrs.get("calendar", "unknown")
        raise InputError(
            f"{file}: {name} uses the calendar {calendar!r}; expected the standard one with leap days."
        )
    return pd.DatetimeIndex(times)


def series(dataset: xr.Dataset, name: str, time: str, file: str) -> np.ndarray:
    """Values of a variable along ``time``; other dimensions must have length 1."""
    variable = dataset[name].squeeze()
    if variable.dims != (time,):
        raise InputError(
            f"{file}: {name} has dimensions {dict(dataset[name].sizes)}; expected {time!r} alone."
        )
    return np.asarray(variable.values, dtype=np.float64)
