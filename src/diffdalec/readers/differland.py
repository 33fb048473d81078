"""Site files of DifferLand v1.0 (Fang and Gentine 2024): CARDAMOM names, daily, netCDF.

Their ``time`` is days since 2001-01-01 although no attribute says so; -9999 and NaN are missing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from diffdalec.readers.missing import without_missing_codes
from diffdalec.readers.netcdf_file import decoded_time, series
from diffdalec.readers.raw import RawSite, missing_variable
from diffdalec.variables import FORCING

EPOCH = pd.Timestamp("2001-01-01")

VARIABLES = {
    "tmin": ("T2M_MIN", "degC"),
    "tmax": ("T2M_MAX", "degC"),
    "shortwave": ("SSRD", "MJ m-2 d-1"),
    "vpd": ("VPD", "hPa"),
    "precipitation": ("TOTAL_PREC", "mm d-1"),
    "co2": ("CO2", "ppm"),
    "gpp": ("GPP", "gC m-2 d-1"),
    "reco": ("RECO", "gC m-2 d-1"),
    "et": ("ET", "mm d-1"),
    "lai": ("LAI", "m2 m-2"),
    "evaporative_fraction": ("EF", "1"),
}
"""Our name -> their name and the unit of the format, which a ``units`` attribute in the file overrides."""


def recognises(dataset: xr.Dataset) -> bool:
    """Whether the file holds drivers under the names of this format."""
    return len({"T2M_MIN", "T2M_MAX", "SSRD", "TOTAL_PREC"} & set(dataset.variables)) >= 2


def read(dataset: xr.Dataset, path: Path) -> RawSite:
    """The RawSite of an opened DifferLand Dataset. Raises InputError for a missing driver or time."""
    file, found = path.name, [str(name) for name in dataset.variables]
    if "time" not in dataset.variables:
        raise missing_variable(file, "time", ("time",), found)
    columns, units, labels = {}, {}, {}
    for name, (theirs, unit) in VARIABLES.items():
        if theirs not in dataset.variables:
            if name in FORCING and name != "co2":
                raise missing_variable(file, name, (theirs,), found)
            continue
        columns[name] = without_missing_codes(series(dataset, theirs, "time", file))
        declared = dataset[theirs].attrs.get("units")
        units[name] = declared if isinstance(declared, str) and declared.strip() else unit
        labels[name] = theirs
    latitude = float(dataset["LAT"].values.ravel()[0]) if "LAT" in dataset.variables else None
    time = _time(dataset, file)
    return RawSite("differland", file, pd.DataFrame(columns, index=time), units, labels, latitude, path.stem)


def _time(dataset: xr.Dataset, file: str) -> pd.DatetimeIndex:
    if "since" in str(dataset["time"].attrs.get("units", "")):
        return decoded_time(dataset, "time", file)
    days = np.asarray(dataset["time"].values, dtype=np.float64)
    return pd.DatetimeIndex(EPOCH + pd.to_timedelta(days, unit="D"))
