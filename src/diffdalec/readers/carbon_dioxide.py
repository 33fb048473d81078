"""CO2 of a site: the number asked for, the file's own, or global annual means where the file's has gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diffdalec.readers.dates import spell
from diffdalec.readers.gaps import filled, long_gaps
from diffdalec.readers.global_co2 import global_co2
from diffdalec.readers.plausibility import checked_forcing


def daily_co2(
    values: np.ndarray | None,
    given: float | None,
    time: pd.DatetimeIndex,
    label: str,
    file: str,
    notes: list[str],
) -> np.ndarray:
    """CO2 [ppm] on every day; what was done is added to ``notes``.

    A series with gaps longer than those we interpolate is replaced whole, because a tower's CO2 stands above
    and below the global mean with the season and the night, and a patched series would have steps.
    """
    if given is not None:
        notes.append(f"co2: {given:g} ppm throughout, as asked for")
        return np.full(len(time), float(given))
    if values is None:
        notes.append("co2: not in the file, global annual means of NOAA GML are used")
        return global_co2(time, file)
    if gaps := long_gaps(values):
        notes.append(
            f"{label}: missing for longer than can be interpolated ({spell(time, gaps)}); global annual "
            "means of NOAA "
            "GML are used throughout"
        )
        return global_co2(time, file)
    checked_forcing("co2", values, time, label, file)
    whole, said = filled(values, time, label, file)
    notes += said
    return whole
