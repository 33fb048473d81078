"""What lies under the cells of a map: land, coasts, parallels and meridians with their labels, and a locator."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.patches import Circle, Polygon
from matplotlib.path import Path

from .land import coastlines, land
from .projection import View, project

LAND, SEA, COAST, GRID = "#e0dfd8", "#ffffff", "#7d7d78", "#c4c4bf"
LABEL_SIZE = 5.5

LOCATOR = (0.26, 0.22, 0.18, 0.14)
"""Sizes of the globe that are tried, as shares of the width of the map."""

KM_PER_DEGREE = 111.2
_STEPS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0)
_LINES_ACROSS = 4.5
_FAR = 1.6
"""Land and lines are drawn as far from the centre as this many times the frame's half diagonal."""


def base_map(
    ax: Axes, view: View, latitude: np.ndarray, longitude: np.ndarray, left: bool = True, bottom: bool = True
) -> None:
    """Prepare a panel for a map of cells at ``latitude`` and ``longitude``.

    Degrees are written on the ``left`` (latitudes) and at the ``bottom`` (longitudes), in round frames where no cells
    are and around the rim.
    """
    west, east, south, north = view.frame
    ax.set_aspect("equal")
    ax.set_xlim(west, east)
    ax.set_ylim(south, north)
    ax.set_facecolor(SEA)
    ax.set_xticks([])
    ax.set_yticks([])
    rim = Circle((0, 0), east, transform=ax.transData) if view.polar else ax.patch
    for artist in _land(view, coast_width=0.35):
        ax.add_collection(artist, autolim=False)
        artist.set_clip_path(rim)
    if view.polar:
        _round_graticule(ax, view, bottom)
        for parallel in (60.0, 80.0) if left else ():
            _parallel_label(ax, view, parallel, latitude, longitude)
    else:
        _straight_graticule(ax, view, left, bottom)


def locator(ax: Axes, view: View, latitude: np.ndarray, longitude: np.ndarray) -> None:
    """A small globe in the corner where the fewest cells are, with the map's frame on it; not for polar maps."""
    if view.polar:
        return
    x, y = view.project(latitude, longitude)
    west, east, south, north = view.frame
    right, up = (x - west) / (east - west), (y - south) / (north - south)
    half = 0.25 * KM_PER_DEGREE / (east - west), 0.25 * KM_PER_DEGREE / (north - south)
    for size in LOCATOR:
        tall = size / view.aspect
        hidden = {(r, u): np.sum((np.abs(right - r) < size + 0.02 + half[0]) & (np.abs(up - u) < tall + 0.02 + half[1]))
                  for u in (1, 0) for r in (0, 1)}  # fmt: skip
        r, u = min(hidden, key=lambda corner: hidden[corner])
        if not hidden[r, u]:
            break
    globe = ax.inset_axes((0.015 + r * (0.97 - size), 0.02 + u * (0.96 - tall), size, tall), zorder=6)
    globe.set_aspect("equal")
    globe.axis("off")
    tilted = View(float(np.clip(view.latitude, -60, 60)), view.longitude, (0, 0, 0, 0), polar=True)
    reach = float(project(90.0, 0.0, 0.0, 0.0)[1])
    rim = Circle((0, 0), reach, facecolor=SEA, edgecolor=COAST, lw=0.5)
    globe.add_patch(rim)
    globe.set_xlim(-1.03 * reach, 1.03 * reach)
    globe.set_ylim(-1.03 * reach, 1.03 * reach)
    for artist in _land(tilted, coast_width=0.2, reach=reach):
        globe.add_collection(artist, autolim=False)
        artist.set_clip_path(rim)
    cx, cy = tilted.project(view.latitude, view.longitude)
    width, height = max(view.width, 0.09 * reach) / 2, max(view.width * view.aspect, 0.09 * reach) / 2
    box = np.array([(-width, -height), (width, -height), (width, height), (-width, height)]) + np.array([cx, cy])
    globe.add_patch(Polygon(box, closed=True, fill=False, ec="#c1272d", lw=0.8))


def land_shapes(view: View, reach: float) -> list[np.ndarray]:
    """Outlines (point, 2) [km] of the land that may lie within ``reach`` of the centre, however far its coast is.

    Land around the point opposite to the centre has no inside on the map and is left out.
    """
    opposite = (view.longitude % 360.0 - 180.0, -view.latitude)
    found = []
    for outline in (rings[0] for rings in land()):
        xy = np.column_stack(view.project(outline[:, 1], outline[:, 0]))
        near = (xy.min(axis=0) < reach).all() and (xy.max(axis=0) > -reach).all()  # never where a coordinate is NaN
        if near and not Path(outline).contains_point(opposite):
            found.append(xy)
    return found


def _land(view: View, coast_width: float, reach: float | None = None) -> tuple[PolyCollection, LineCollection]:
    west, east, south, north = view.frame
    reach = _FAR * np.hypot(east - west, north - south) / 2 if reach is None else reach
    shapes = land_shapes(view, reach)
    seas = [np.column_stack(view.project(r[:, 1], r[:, 0])) for rings in land() for r in rings[1:]]
    faces = [LAND] * len(shapes) + [SEA] * len(seas)
    lines = [np.column_stack(view.project(line[:, 1], line[:, 0])) for line in coastlines()]
    lines = [xy for xy in lines if (np.hypot(*xy.T) < reach).any()]
    return (
        PolyCollection([*shapes, *seas], facecolors=faces, edgecolors="none", zorder=1),
        LineCollection(lines, colors=COAST, linewidths=coast_width, zorder=3),
    )


def _round_graticule(ax: Axes, view: View, labels: bool) -> None:
    """Parallels every 10 degrees and meridians every 45, the slanted ones labelled outside the rim."""
    reach, side = view.frame[1], np.sign(view.latitude)
    ax.spines[:].set_visible(False)
    ax.patch.set_visible(False)
    around = np.linspace(-180, 180, 361)
    rim = Circle((0, 0), reach, facecolor="none", edgecolor=COAST, lw=0.6, zorder=5)
    ax.add_patch(Circle((0, 0), reach, facecolor=SEA, edgecolor="none", zorder=0))
    ax.add_patch(rim)
    rim.set_clip_on(False)
    for parallel in range(10, 90, 10):
        x, y = view.project(side * parallel, around)
        if np.hypot(x[0], y[0]) >= reach * 0.995:
            continue
        ax.plot(x, y, color=GRID, lw=0.35, zorder=1.5)
    for meridian in range(-180, 180, 45):
        x, y = view.project(side * np.array([80.0, 0.0]), meridian)
        ends = np.hypot(x, y)
        ax.plot([x[0], x[1] / ends[1] * reach], [y[0], y[1] / ends[1] * reach], color=GRID, lw=0.35, zorder=1.5)
        if labels and meridian % 90:
            x, y = x[1] / ends[1] * 1.02 * reach, y[1] / ends[1] * 1.02 * reach
            slant: dict[str, Any] = {"ha": "left" if x > 0 else "right", "va": "bottom" if y > 0 else "top"}
            ax.text(x, y, _longitude(meridian), fontsize=LABEL_SIZE, color="#555555", in_layout=False, **slant)


def _parallel_label(ax: Axes, view: View, parallel: float, latitude: np.ndarray, longitude: np.ndarray) -> None:
    """A parallel's degrees, where the nearest cell is farthest away."""
    if parallel <= 90.0 - np.degrees(2 * np.arcsin(min(view.frame[1] / (2 * 6371.0), 1.0))) + 2.0:
        return
    side = np.sign(view.latitude)
    around = np.arange(-172.5, 180, 15.0)
    places = np.column_stack(view.project(side * parallel, around))
    cells = np.column_stack(view.project(latitude, longitude))
    away = np.array([np.hypot(*(cells - place).T).min() for place in places])
    x, y = places[int(away.argmax())]
    box = {"boxstyle": "square,pad=0.1", "fc": SEA, "ec": "none", "alpha": 0.7}
    ax.text(x, y, _latitude(side * parallel), fontsize=LABEL_SIZE, color="#555555", zorder=4, bbox=box,
            ha="center", va="center")  # fmt: skip


def _straight_graticule(ax: Axes, view: View, left: bool, bottom: bool) -> None:
    """Lines at round degrees, labelled where they cross the frame's left and lower side."""
    west, east, south, north = view.frame
    ax.spines[:].set_visible(True)
    ax.spines[:].set_color(COAST)
    tall = (north - south) / KM_PER_DEGREE
    wide = (east - west) / KM_PER_DEGREE / np.cos(np.radians(view.latitude))
    ticks: tuple[dict[float, str], dict[float, str]] = ({}, {})
    for parallel in _round_degrees(view.latitude, tall, _LINES_ACROSS * max(view.aspect, 0.6)):
        longitudes = view.longitude + np.linspace(-1, 1, 201) * min(wide, 179.0)
        x, y = view.project(np.clip(parallel, -89.9, 89.9), longitudes)
        ax.plot(x, y, color=GRID, lw=0.35, zorder=1.5)
        where = _crossing(x, y, west)
        if where is not None and south < where < north:
            ticks[1][where] = _latitude(parallel)
    for meridian in _round_degrees(view.longitude, wide, _LINES_ACROSS):
        latitudes = np.clip(view.latitude + np.linspace(-1, 1, 201) * tall, -89.9, 89.9)
        x, y = view.project(latitudes, meridian)
        ax.plot(x, y, color=GRID, lw=0.35, zorder=1.5)
        where = _crossing(y, x, south)
        if where is not None and west < where < east:
            ticks[0][where] = _longitude(meridian)
    ax.set_xticks(list(ticks[0]), list(ticks[0].values()) if bottom else [""] * len(ticks[0]))
    ax.set_yticks(list(ticks[1]), list(ticks[1].values()) if left else [""] * len(ticks[1]))
    ax.tick_params(length=1.8, width=0.4, labelsize=LABEL_SIZE, colors="#555555", pad=1.5)


def _crossing(along: np.ndarray, across: np.ndarray, edge: float) -> float | None:
    """Where a line meets an edge: ``across`` at which ``along`` is ``edge``; None where it does not."""
    order = np.argsort(along)
    if not along[order[0]] <= edge <= along[order[-1]]:
        return None
    return float(np.interp(edge, along[order], across[order]))


def _round_degrees(middle: float, span: float, lines: float) -> np.ndarray:
    step = next((s for s in _STEPS if span / s <= lines), _STEPS[-1])
    return np.arange(np.floor((middle - span) / step), np.ceil((middle + span) / step) + 1) * step


def _latitude(value: float) -> str:
    return f"{abs(value):g}°{'N' if value > 0 else 'S' if value < 0 else ''}"


def _longitude(value: float) -> str:
    value = (value + 180.0) % 360.0 - 180.0
    return f"{abs(value):g}°{'E' if 0 < value < 180 else 'W' if -180 < value < 0 else ''}"
