"""Cells on maps: one panel, a row of panels under one scale, and the bar that tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PolyCollection
from matplotlib.colors import Colormap, LogNorm, Normalize, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from ...grid import COLUMNS, cell_id
from ..style import DOUBLE_COLUMN, MM, lay_out, new_figure, panel_letter
from .base_map import base_map, locator
from .projection import View, cell_corners, view_of
from .scales import MISSING, extend, logarithmic_ticks

TOUCHING = 0.4
"""Where fewer cells than this share have a neighbour on one of their sides, cells are drawn larger than they are."""

_PAD, _ROW_PAD = 0.06, 0.075
"""Room [inch] around a figure of maps, and above and below each row: a bar's label belongs to what is above it."""

_LEAST, _GREATEST = 2.4, 9.0
"""Diameters [pt] of the marks of scattered cells."""


@dataclass(frozen=True)
class CellMap:
    """The cells of a study, ready to be drawn any number of times."""

    latitude: np.ndarray
    longitude: np.ndarray
    view: View

    @classmethod
    def of(cls, cells: xr.Dataset) -> CellMap:
        """From the store's group ``cells``: its ``latitude`` and ``longitude`` (cell) [degrees]."""
        latitude, longitude = (cells[name].values.astype(float) for name in ("latitude", "longitude"))
        return cls(latitude, longitude, view_of(latitude, longitude))

    @property
    def aspect(self) -> float:
        """Height per width of a panel."""
        return self.view.aspect

    def base(self, ax: Axes, **labels: bool) -> None:
        """Land, coasts and graticule."""
        base_map(ax, self.view, self.latitude, self.longitude, **labels)

    def locate(self, ax: Axes) -> None:
        """Where on the globe the map lies."""
        locator(ax, self.view, self.latitude, self.longitude)

    def draw(self, ax: Axes, values: np.ndarray, norm: Normalize, cmap: Colormap, width: float) -> ScalarMappable:
        """Cells coloured by ``values`` (cell,), missing ones grey, in a panel ``width`` [inch] wide."""
        values = np.asarray(values, dtype=float)
        colours = cmap(norm(np.nan_to_num(values)))
        colours[~np.isfinite(values)] = to_rgba(MISSING)
        shapes, edge = self._shapes(width)
        first = np.argsort(np.isfinite(values), kind="stable")
        drawn = PolyCollection(shapes[first], facecolors=colours[first], zorder=2, **edge(colours[first]))
        ax.add_collection(drawn, autolim=False)
        return ScalarMappable(norm, cmap)

    def _shapes(self, width: float):
        """Outlines (cell, corner, 2) [km] of the cells, or marks in their place where they are scattered."""
        mark = self._mark(width)
        if mark is None:
            x, y = self.view.project(*cell_corners(self.latitude, self.longitude))
            return np.stack([x, y], axis=-1), lambda colours: {"edgecolors": colours, "linewidths": 0.3}
        around = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        circle = mark / 2 * np.stack([np.cos(around), np.sin(around)], axis=-1)
        centres = np.column_stack(self.view.project(self.latitude, self.longitude))
        return centres[:, None] + circle, lambda _: {"edgecolors": "#4d4d4d", "linewidths": 0.15}

    def _mark(self, width: float) -> float | None:
        """Diameter [km] of the marks of scattered cells; None where cells are drawn as they lie."""
        ids = cell_id(self.latitude, self.longitude)
        touching = [np.isin(ids + step, ids) for step in (1, -1, COLUMNS, -COLUMNS)]
        if np.any(touching, axis=0).mean() >= TOUCHING:
            return None
        per_point = self.view.width / (width * 72.0)
        x, y = self.view.project(self.latitude, self.longitude)
        nearest = np.full(x.size, np.inf)
        for i in range(x.size):
            away = np.hypot(x - x[i], y - y[i])
            away[i] = np.inf
            nearest[i] = away.min(initial=np.inf)
        room = np.median(nearest[np.isfinite(nearest)]) if x.size > 1 else np.inf
        return float(np.clip(0.8 * room, _LEAST * per_point, _GREATEST * per_point))


def map_figure(
    cells: CellMap, rows: int, columns: int, *, bars: int = 0, square_rows: int = 0
) -> tuple[Figure, np.ndarray]:
    """A page-wide figure with ``rows`` × ``columns`` panels for maps, to be finished by :func:`fit_height`.

    ``bars`` is the number of colour bars under rows, ``square_rows`` that of rows of square panels below the maps.
    Returns the figure and its axes (rows + square rows, columns).
    """
    width = min(DOUBLE_COLUMN, columns * 62 * MM + 12 * MM)
    # Heights of the panels alone per width: decorations come on top in this layout.
    ratios = [cells.aspect] * rows + [1.0] * square_rows
    height = sum(ratios) * width / columns + (len(ratios) * 11 + bars * 9) * MM
    # Taller than it will be: panels are then as wide as the page lets them.
    figure = new_figure(width, 1.3 * height)
    axes = figure.subplots(len(ratios), columns, squeeze=False, gridspec_kw={"height_ratios": ratios})
    return figure, axes


def map_row(
    axes: Sequence[Axes], cells: CellMap, panels: Mapping[str, np.ndarray], norm: Normalize, cmap: Colormap,
    label: str, notes: Sequence[str] = (), first_letter: int = 0, labels: bool = True,
) -> None:
    """Panels in a row under one scale: title and values (cell,) of each, a note under each, one bar for all."""
    width = figure_of(axes[0]).get_figwidth() / max(len(axes), 1)
    mappable = ScalarMappable(norm, cmap)
    for i, (ax, (title, values)) in enumerate(zip(axes, panels.items(), strict=False)):
        cells.base(ax, left=labels and i == 0, bottom=labels)
        cells.draw(ax, values, norm, cmap, width)
        panel_letter(ax, first_letter + i, title)
        if i < len(notes):
            ax.set_xlabel(notes[i], labelpad=2)
    colour_bar(axes[: len(panels)], mappable, label, extend(panels.values(), norm))


def grey_cells(figure: Figure, meaning: str) -> None:
    """Say at the foot of a figure what grey cells are."""
    handle = Patch(facecolor=MISSING, lw=0, label=meaning)
    figure.legend(handles=[handle], loc="outside lower right", fontsize=6.5, handlelength=1.0, handleheight=1.0)


def fit_height(figure: Figure) -> Figure:
    """Give a figure of maps the height that its panels take at its width."""
    for _ in range(3):
        figure.set_layout_engine("compressed", h_pad=_ROW_PAD)
        lay_out(figure)
        height = figure.get_tightbbox().height + 2 * _PAD
        if abs(height - figure.get_figheight()) < _PAD:
            return figure
        figure.set_figheight(height)
    figure.set_layout_engine("compressed", h_pad=_ROW_PAD)
    return figure


def figure_of(ax: Axes) -> Figure:
    """The figure that a panel is in."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure


def colour_bar(axes: Sequence[Axes], mappable: ScalarMappable, label: str, ends: str, **options: Any) -> None:
    """A bar under ``axes`` that says what their colours mean."""
    figure = figure_of(axes[0])
    shrink = 0.5 if len(axes) > 1 else 0.75
    look: dict[str, Any] = {"location": "bottom", "shrink": shrink, "aspect": 32, "pad": 0.02} | options
    bar = figure.colorbar(mappable, ax=list(axes), extend=ends, **look)
    bar.set_label(label, labelpad=2)
    bar.outline.set_linewidth(0.4)
    bar.ax.tick_params(width=0.4, length=2)
    if "ticks" not in look and type(bar.norm) is Normalize:
        bar.locator = MaxNLocator(4 if len(axes) == 1 else 6, steps=[1, 2, 5, 10])
        bar.update_ticks()
    elif isinstance(bar.norm, LogNorm):
        assert bar.norm.vmin is not None and bar.norm.vmax is not None
        bar.locator, bar.formatter = logarithmic_ticks(bar.norm.vmin, bar.norm.vmax)
        bar.minorticks_off()
        bar.update_ticks()
