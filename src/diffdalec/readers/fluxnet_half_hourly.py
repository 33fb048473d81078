"""Daily extremes of the half-hourly (HH) or hourly (HR) file of a FLUXNET2015 site."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from diffdalec.errors import InputError
from diffdalec.readers.csv_table import dates, numbers, read_cells, read_heading
from diffdalec.readers.raw import missing_variable

LEAST_PART_OF_A_DAY = 0.9
"""Days with a smaller part of their half-hours have no extremes: the missing ones may have held them."""


def half_hourly_extremes(path: Path, time: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
    """Tmin and Tmax [degC] of the local days in ``time``, NaN where the file has too few values.

    Raises InputError for a file without TIMESTAMP_START and TA_F, at a coarser step, or of other years.
    """
    if not path.is_file():
        raise InputError(f"{path.name}: there is no such half-hourly file.")
    heading = read_heading(path)
    column = next((name for name in ("TA_F", "TA_F_MDS") if name in heading.columns), None)
    if "TIMESTAMP_START" not in heading.columns or column is None:
        wanted = ("TIMESTAMP_START with TA_F",)
        raise missing_variable(path.name, "half-hourly temperature", wanted, list(heading.columns))
    cells = read_cells(path, heading, ["TIMESTAMP_START", column])
    if cells.empty:
        raise InputError(f"{path.name}: has a header and no rows; expected half-hourly values.")
    starts = dates(cells["TIMESTAMP_START"], path.name, "%Y%m%d%H%M")
    values = pd.Series(numbers(cells[column], path.name), index=starts)
    if starts.has_duplicates:
        twice = starts[starts.duplicated()][0]
        raise InputError(f"{path.name}: has the time {twice:%Y-%m-%d %H:%M} twice; expected each once.")
    values = values.sort_index()
    step = values.index.to_series().diff().median() if len(values) > 1 else pd.Timedelta(days=1)
    if step > pd.Timedelta(hours=1):
        raise InputError(f"{path.name}: has a step of {step}; expected half-hourly or hourly values.")
    by_day = values.groupby(values.index.normalize()).agg(["min", "max", "count"]).reindex(time.normalize())
    enough = (by_day["count"] >= LEAST_PART_OF_A_DAY * (pd.Timedelta(days=1) / step)).to_numpy()
    if not enough.any():
        raise InputError(
            f"{path.name}: has no whole day of {column} between {time.min():%Y-%m-%d} and "
            f"{time.max():%Y-%m-%d}."
        )
    return np.where(enough, by_day["min"], np.nan), np.where(enough, by_day["max"], np.nan)
