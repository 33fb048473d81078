"""Colour scales of maps: perceptually uniform, told apart by people with common colour-vision deficiencies.

Values in order have viridis (van der Walt & Smith 2015). Differences have a blue–orange scale whose lightness falls
evenly and equally on both sides of a near-white middle; it is mixed in Oklab (Ottosson 2020, "A perceptual color space
for image processing") and its middle is always at zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import matplotlib as mpl
import numpy as np
from matplotlib.axis import Axis, XAxis
from matplotlib.colors import Colormap, ListedColormap, LogNorm, Normalize
from matplotlib.ticker import Formatter, Locator, LogLocator, NullFormatter, StrMethodFormatter

MISSING = "#a3a39d"
"""Cells without a value: darker than land, not on any scale."""

TAILS = (2.0, 98.0)
"""Percentiles beyond which values take the end colour, shown by the bar's pointed end."""

MANYFOLD = 5.0
"""Rates that differ by more than this are shown on a logarithmic scale."""

_LEAST = 1e-300
"""A span that is no more than this is none."""

_STEPS = 128
_MIDDLE, _END = 0.975, 0.44
_BLUE, _ORANGE = np.radians(250.0), np.radians(52.0)
_CHROMA = 0.135
_OKLAB_TO_LMS = np.array(
    [[1.0, 0.3963377774, 0.2158037573], [1.0, -0.1055613458, -0.0638541728], [1.0, -0.0894841775, -1.2914855480]]
)
_LMS_TO_LINEAR = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


def sequential() -> Colormap:
    """For values that have an order."""
    return mpl.colormaps["viridis"]


@cache
def diverging() -> Colormap:
    """For differences: blue below zero, near-white at it, orange above."""
    away = np.linspace(0.0, 1.0, _STEPS)
    sides = [_side(away, hue) for hue in (_BLUE, _ORANGE)]
    return ListedColormap(np.concatenate([sides[0][::-1], sides[1]]), "blue_orange")


def _side(away: np.ndarray, hue: float) -> np.ndarray:
    """sRGB (step, 3) of one side, from the middle outward."""
    lightness = _MIDDLE + (_END - _MIDDLE) * away
    chroma = _CHROMA * np.sin(away * np.pi / 2.0) ** 0.9
    lab = np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], axis=-1)
    linear = np.clip((lab @ _OKLAB_TO_LMS.T) ** 3 @ _LMS_TO_LINEAR.T, 0.0, 1.0)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def limits(values: Iterable[np.ndarray], lowest: float | None = None, highest: float | None = None) -> Normalize:
    """One scale for all of ``values``, between round numbers that hold what is within :data:`TAILS`.

    ``lowest`` and ``highest`` are ends that the quantity itself has (a share ends at 0 and at 1).
    """
    low, high = _tails(values)
    step = _round_step(high - low)
    low, high = np.floor(low / step + 1e-9) * step, np.ceil(high / step - 1e-9) * step
    if low == high:
        low, high = low - step, high + step
    # An end that all values lie beyond is none: they are wrong, and are to be seen.
    low = max(low, lowest) if lowest is not None and lowest < high else low
    high = min(high, highest) if highest is not None and low < highest else high
    return Normalize(float(low), float(high))


def rate_limits(values: Iterable[np.ndarray]) -> Normalize:
    """One scale for positive values of all sizes: logarithmic where those within :data:`TAILS` differ by more than
    :data:`MANYFOLD`, as rates do over cells; otherwise that of :func:`limits` from 0."""
    every = list(values)
    low, high = _tails([v[v > 0] for v in every])
    if not 0 < low * MANYFOLD < high:
        return limits(every, 0.0)
    return LogNorm(float(f"{low:.1g}"), float(f"{high:.1g}"))


def around_zero(values: Iterable[np.ndarray]) -> Normalize:
    """One scale for all differences, as far below zero as above it."""
    low, high = _tails(values)
    end = max(abs(low), abs(high))
    step = _round_step(end)
    end = np.ceil(end / step - 1e-9) * step if end > _LEAST else 1.0
    return Normalize(-float(end), float(end))


def logarithmic_axis(axis: Axis) -> None:
    """A logarithmic scale, written in plain numbers: at 1, 2 and 5 of each power of ten, or at these powers alone."""
    name = "x" if isinstance(axis, XAxis) else "y"
    axis.axes.set(**{f"{name}scale": "log"})
    locator, axis_formatter = logarithmic_ticks(*axis.get_view_interval())
    axis.set_major_locator(locator)
    axis.set_major_formatter(axis_formatter)
    axis.set_minor_formatter(NullFormatter())


def logarithmic_ticks(low: float, high: float) -> tuple[Locator, Formatter]:
    """Where such a scale has its numbers, and how they are written."""
    return LogLocator(subs=(1.0, 2.0, 5.0) if high < 60 * low else (1.0,)), StrMethodFormatter("{x:g}")


def extend(values: Iterable[np.ndarray], norm: Normalize) -> str:
    """Which ends of the bar are pointed: those that values lie beyond."""
    found = _finite(values)
    assert norm.vmin is not None and norm.vmax is not None
    room = 1e-9 * (norm.vmax - norm.vmin)  # a round number is not exactly the multiple of its step
    below, above = bool((found < norm.vmin - room).any()), bool((found > norm.vmax + room).any())
    return {(False, False): "neither", (True, False): "min", (False, True): "max", (True, True): "both"}[below, above]


def _finite(values: Iterable[np.ndarray]) -> np.ndarray:
    every = np.concatenate([np.ravel(np.asarray(v, dtype=float)) for v in values])
    return every[np.isfinite(every)]


def _tails(values: Iterable[np.ndarray]) -> tuple[float, float]:
    found = _finite(values)
    if not found.size:
        return 0.0, 1.0
    low, high = np.percentile(found, TAILS) if found.size >= 50 else (found.min(), found.max())
    return float(low), float(high)


def _round_step(span: float) -> float:
    """1, 2 or 5 times a power of ten, of which a span has some five to ten."""
    if span <= _LEAST:
        return 1.0
    power = 10.0 ** np.floor(np.log10(span / 8.0))
    return float(next(m * power for m in (1.0, 2.0, 5.0, 10.0) if span / (m * power) <= 8.0))
