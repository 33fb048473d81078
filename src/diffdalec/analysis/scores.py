"""Scores of a simulated against an observed series, over the pairs where both are finite.

Each takes two arrays of one shape and returns a float: NaN where there are too few pairs, or where the
score is not defined because the observations do not vary.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def nse(observed: ArrayLike, simulated: ArrayLike) -> float:
    """Nash–Sutcliffe efficiency (Nash & Sutcliffe 1970): 1 − Σ(s − o)² / Σ(o − ō)², at most 1."""
    o, s = _pairs(observed, simulated)
    variation = _variation(o)
    return float(1.0 - np.sum((s - o) ** 2) / variation) if variation > 0 else np.nan


def nnse(observed: ArrayLike, simulated: ArrayLike) -> float:
    """Normalised Nash–Sutcliffe efficiency 1 / (2 − NSE): 1 is perfect, 0.5 as good as the observed mean."""
    return 1.0 / (2.0 - nse(observed, simulated))


def r2(observed: ArrayLike, simulated: ArrayLike) -> float:
    """Squared Pearson correlation; NaN where either series is constant."""
    o, s = _pairs(observed, simulated)
    scale = _variation(o) * _variation(s)
    return float(np.sum((o - o.mean()) * (s - s.mean())) ** 2 / scale) if scale > 0 else np.nan


def rmse(observed: ArrayLike, simulated: ArrayLike) -> float:
    """Root mean square error, in the unit of the series."""
    o, s = _pairs(observed, simulated)
    return float(np.sqrt(np.mean((s - o) ** 2))) if o.size else np.nan


def pbias(observed: ArrayLike, simulated: ArrayLike) -> float:
    """Percent bias 100·Σ(s − o)/Σo [%]: positive where the simulation is too high."""
    o, s = _pairs(observed, simulated)
    total = o.sum()
    return float(100.0 * np.sum(s - o) / total) if total != 0 else np.nan


def _pairs(observed: ArrayLike, simulated: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Both series in float64 where both are finite."""
    o, s = np.asarray(observed, dtype=np.float64), np.asarray(simulated, dtype=np.float64)
    if o.shape != s.shape:
        raise ValueError(f"observed has shape {o.shape}, simulated {s.shape}: expected one shape")
    both = np.isfinite(o) & np.isfinite(s)
    return o[both], s[both]


def _variation(series: np.ndarray) -> float:
    """Sum of squared departures from the mean; exactly 0 where no two values differ."""
    if series.size < 2 or np.ptp(series) == 0:
        return 0.0
    return float(np.sum((series - series.mean()) ** 2))
