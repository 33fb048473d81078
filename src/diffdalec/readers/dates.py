"""Dates in messages, and runs of days."""

from __future__ import annotations

import numpy as np
import pandas as pd


def runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """(first, last) index of every run of True, both included."""
    padded = np.concatenate([[False], np.asarray(flags, dtype=bool), [False]]).astype(np.int8)
    edges = np.flatnonzero(np.diff(padded))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def spell(time: pd.DatetimeIndex, spans: list[tuple[int, int]], most: int = 3) -> str:
    """The spans as text: ``2010-01-05 to 2010-02-13 (40 days), 2011-03-01 and 2 more``."""
    parts = []
    for first, last in spans[:most]:
        day = f"{time[first]:%Y-%m-%d}"
        parts.append(day if first == last else f"{day} to {time[last]:%Y-%m-%d} ({last - first + 1} days)")
    rest = len(spans) - most
    return ", ".join(parts) + (f" and {rest} more" if rest > 0 else "")
