"""The series of a site on its regular days: into our units, without what cannot be, forcing without gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diffdalec.errors import InputError
from diffdalec.readers.gaps import filled
from diffdalec.readers.plausibility import (
    checked_forcing,
    not_negative,
    ordered_extremes,
    plausible_observations,
    refuse_wrong_sign,
)
from diffdalec.readers.raw import RawSite
from diffdalec.readers.unit_recognition import in_our_unit
from diffdalec.variables import FORCING, OBSERVATIONS


def in_our_units(
    raw: RawSite, frame: pd.DataFrame, latitude: float, co2_given: bool, notes: list[str]
) -> dict[str, np.ndarray]:
    """Columns with any value, in our units, Tmin and Tmax in order; what was done is added to ``notes``.

    Raises InputError for forcing without values, but for CO2, which can be had elsewhere. Observations
    without values are left out.
    """
    time = pd.DatetimeIndex(frame.index)
    columns: dict[str, np.ndarray] = {}
    for name in (*FORCING, *OBSERVATIONS):  # tmax comes before vpd, whose unit is told with it
        if name not in frame or (name == "co2" and co2_given):
            continue
        values, label = frame[name].to_numpy(dtype=np.float64), raw.label(name)
        if not np.isfinite(values).any():
            if name in FORCING and name != "co2":
                raise InputError(f"{raw.file}: {label} has no values at all; expected one for every day.")
            notes.append(f"{label}: all values are missing")
            continue
        refuse_wrong_sign(name, values, label, raw.file)
        declared, tmax = raw.units.get(name), columns.get("tmax")
        columns[name], said = in_our_unit(name, values, declared, time, latitude, tmax, label, raw.file)
        notes += said
        if name == "tmax":
            _order_extremes(columns, time, raw.file, notes)
    return columns


def whole_series(
    raw: RawSite, columns: dict[str, np.ndarray], time: pd.DatetimeIndex, notes: list[str]
) -> dict[str, np.ndarray]:
    """Implausible values repaired or refused, and short gaps of the forcing filled; CO2 is left as it is."""
    columns = dict(columns)
    for name in FORCING:
        if name == "co2":
            continue
        label = raw.label(name)
        values, said = not_negative(name, columns[name], label, raw.file)
        checked_forcing(name, values, time, label, raw.file)
        columns[name], more = filled(values, time, label, raw.file)
        notes += [*said, *more]
    _order_extremes(columns, time, raw.file, notes)  # one of them may have been interpolated past the other
    for name in OBSERVATIONS:
        if name in columns:
            label = raw.label(name)
            columns[name], said = plausible_observations(name, columns[name], time, label, raw.file)
            notes += said
    return columns


def _order_extremes(
    columns: dict[str, np.ndarray], time: pd.DatetimeIndex, file: str, notes: list[str]
) -> None:
    columns["tmin"], columns["tmax"], said = ordered_extremes(columns["tmin"], columns["tmax"], time, file)
    notes += said
