"""Atmospheric CO2: a smooth course through known years, and the season that northern forests see of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.interpolate import PchipInterpolator

from ..chains import YEAR, season

_KNOWN = {
    1700: 276.6, 1750: 277.1, 1800: 283.0, 1850: 285.2, 1900: 295.8, 1930: 307.2, 1950: 311.3, 1960: 316.4,
    1970: 325.0, 1979: 336.9, 1985: 345.5, 1990: 354.1, 1995: 359.9, 2000: 368.9, 2005: 379.0, 2010: 388.8,
    2015: 399.7, 2020: 412.4, 2024: 422.8,
}  # fmt: skip
"""Global annual means [ppm]: ice cores before 1960 (as in the TRENDY protocol), NOAA's marine boundary layer after."""


def annual_co2(years: np.ndarray) -> np.ndarray:
    """Global annual mean [ppm] of calendar ``years``."""
    return PchipInterpolator(list(_KNOWN), list(_KNOWN.values()))(np.asarray(years, dtype=float))


def daily_co2(time: pd.DatetimeIndex) -> np.ndarray:
    """[ppm] (day,): the global mean within the year, with the seasonal course near 60°N (range about 15 ppm)."""
    day = time.day_of_year.to_numpy(dtype=float)
    centre = time.year.to_numpy() + (day - 0.5) / YEAR - 0.5
    return annual_co2(centre) + season(day, 0.0, 6.5, 60.0) + season(2.0 * day, 0.0, 2.0, 250.0)
