"""Retrieved against other values: the 1:1 line, points or their density, and statistics in the corner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from ..style import REFERENCE, number
from .maps import colour_bar
from .scales import MANYFOLD, logarithmic_axis, sequential

MANY = 400
"""More cells than this are drawn as their density."""

WITHIN = (0.1, 99.9)
"""Percentiles of many cells that the axes hold; how many lie beyond is said."""

_BINS = 45


def one_to_one(axes: Sequence[Axes], pairs: Sequence[tuple[np.ndarray, np.ndarray]], colours: Sequence[str],
               sizes: Sequence[np.ndarray] | None = None, lowest: float | None = 0.0,
               logarithmic: bool = False) -> None:  # fmt: skip
    """Panels of (x, y) under the same limits on both axes, which hold every pair; a bar for the density, if any."""
    low, high = shared_factors(pairs) if logarithmic else shared_limits(pairs, lowest)
    scale: Literal["log", "linear"] = "log" if logarithmic else "linear"
    extent = tuple(np.log10([low, high] * 2)) if logarithmic else (low, high, low, high)
    many = max((int(_both(*pair).sum()) for pair in pairs), default=0) > MANY
    most, drawn = 1.0, []
    for i, (ax, (x, y), colour) in enumerate(zip(axes, pairs, colours, strict=True)):
        both = _both(x, y)
        ax.plot([low, high], [low, high], color=REFERENCE, lw=0.8, ls=(0, (5, 2)), zorder=3)
        if many and both.any():
            drawn.append(
                ax.hexbin(
                    x[both], y[both], gridsize=_BINS, extent=extent, mincnt=1, cmap=sequential(),
                    linewidths=0.1, zorder=2, xscale=scale, yscale=scale,
                )
            )  # fmt: skip
            most = max(most, float(np.max(np.asarray(drawn[-1].get_array()))))
        else:
            area = 9.0 if sizes is None else sizes[i][both]
            ax.scatter(x[both], y[both], s=area, color=colour, alpha=0.65, lw=0, zorder=2)
        _square(ax, low, high, logarithmic)
    if drawn:
        norm = LogNorm(1.0, max(most, 10.0))
        for hexagons in drawn:
            hexagons.set_norm(norm)
        colour_bar(axes, ScalarMappable(norm, sequential()), "cells per hexagon", "neither", shrink=0.3, aspect=24)


def shared_limits(pairs: Sequence[tuple[np.ndarray, np.ndarray]], lowest: float | None) -> tuple[float, float]:
    """Limits that hold all finite pairs (of many cells those in :data:`WITHIN`), with a little room; the lower one not
    above ``lowest``."""
    every = np.concatenate([np.concatenate([x[_both(x, y)], y[_both(x, y)]]) for x, y in pairs] or [np.zeros(0)])
    if not every.size:
        return 0.0, 1.0
    low, high = (float(q) for q in np.percentile(every, WITHIN if every.size > 2 * MANY else (0.0, 100.0)))
    low = low if lowest is None else min(low, lowest)
    room = 0.04 * (high - low) or 0.5
    return low - (room if low != lowest else 0.0), high + room


def shared_factors(pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[float, float]:
    """The same for positive values on logarithmic axes."""
    logs = [tuple(np.log(np.where(v > 0, v, np.nan)) for v in pair) for pair in pairs]
    low, high = shared_limits(logs, None)  # type: ignore[arg-type]
    return float(np.exp(low)), float(np.exp(high))


def differ_manyfold(pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> bool:
    """Whether positive values are such that logarithmic axes show them better."""
    low, high = shared_factors(pairs)
    return all(bool((v[np.isfinite(v)] > 0).all()) for pair in pairs for v in pair) and high > MANYFOLD * low


def statistics(ax: Axes, lines: Sequence[str], pair: tuple[np.ndarray, np.ndarray] | None = None) -> None:
    """Lines of text in the corner of a panel where the fewest points of ``pair`` are, the upper left without any."""
    right, top = (False, True) if pair is None else _free_corner(ax, *pair)
    if pair is not None:
        beyond = _beyond(ax, *pair)
        lines = [*lines, f"{beyond} beyond the axes"] if beyond else lines
    outline = [withStroke(linewidth=1.8, foreground="white", alpha=0.85)]
    x, y = (0.97 if right else 0.03), (0.97 if top else 0.03)
    ax.text(x, y, "\n".join(lines), transform=ax.transAxes, ha="right" if right else "left",
            va="top" if top else "bottom", path_effects=outline, zorder=6, fontsize=6.5, linespacing=1.25)  # fmt: skip


def score_lines(cells: int, rmse: float, unit: str, r2: float, pbias: float) -> list[str]:
    """n, RMSE, R² and PBIAS as they stand in an inset; those that are not known are left out."""
    lines = [count(cells)]
    lines += [f"RMSE = {short(rmse)}{' ' + unit if unit else ''}"] if np.isfinite(rmse) else []
    lines += [f"R² = {number(r2)}"] if np.isfinite(r2) else []
    lines += [percent_bias(pbias)] if np.isfinite(pbias) else []
    return lines


def count(cells: int) -> str:
    """``n = 2,973``"""
    return f"n = {cells:,}"


def percent_bias(value: float) -> str:
    """``PBIAS = −55.7 %``"""
    return f"PBIAS = {number(value, 1)} %"


def short(value: float) -> str:
    """Three significant digits with a true minus sign."""
    if not np.isfinite(value):
        return "–"
    return number(value, int(np.clip(2 - np.floor(np.log10(abs(value))), 0, 5))) if value else "0"


def _both(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.isfinite(x) & np.isfinite(y)


def _free_corner(ax: Axes, x: np.ndarray, y: np.ndarray) -> tuple[bool, bool]:
    """(right, top) of the corner that the fewest points lie in; the upper left before others."""
    both = _both(x, y)
    across, up = (ax.transData - ax.transAxes).transform(np.column_stack([x[both], y[both]])).T
    inside = {(r, t): int(np.sum((np.abs(across - r) < 0.5) & (np.abs(up - t) < 0.34)))
              for r, t in ((False, True), (True, False))}  # fmt: skip
    return min(inside, key=lambda corner: inside[corner])


def _beyond(ax: Axes, x: np.ndarray, y: np.ndarray) -> int:
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    return int(np.sum((x < west) | (x > east) | (y < south) | (y > north)))


def _square(ax: Axes, low: float, high: float, logarithmic: bool) -> None:
    for axis in (ax.xaxis, ax.yaxis):
        if logarithmic:
            logarithmic_axis(axis)
        else:
            axis.set_major_locator(MaxNLocator(4))
    ax.set_xlim(low, high)
    ax.set_ylim(low, high)
    ax.set_aspect("equal", adjustable="box")
