"""What a study was given: the growth curves' parameters, and the observations' coverage, on maps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure

from ...variables import CELLS
from ..style import number, panel_letter, styled
from .maps import CellMap, colour_bar, fit_height, map_figure
from .quantities import STREAMS, name_of, quantity_axis, sentence
from .scales import extend, limits, sequential

CURVE = ("biomass_curve_maximum", "biomass_curve_rate", "biomass_curve_shape", "root_shoot")
COVERAGE = "coverage_"
_COLUMNS = {1: 1, 2: 2, 3: 3, 4: 2, 5: 3, 6: 3}


@styled
def growth_curve_figure(cells: xr.Dataset) -> Figure:
    """Parameters of the growth curves and the root:shoot ratio, each under its own scale."""
    names = [name for name in CURVE if name in cells]
    where = CellMap.of(cells)
    figure, axes, width = _panels(where, len(names), bars=-(-len(names) // _COLUMNS[len(names)]))
    for i, (ax, name) in enumerate(zip(axes, names, strict=False)):
        values = cells[name].values.astype(float)
        norm = limits([values], 0.0)
        where.base(ax)
        mappable = where.draw(ax, values, norm, sequential(), width)
        panel_letter(ax, i, sentence(name_of(name)))
        ax.set_xlabel(_note(values), labelpad=2)
        colour_bar([ax], mappable, quantity_axis(name, CELLS[name].unit), extend([values], norm))
    where.locate(axes[0])
    return fit_height(figure)


@styled
def coverage_figure(cells: xr.Dataset) -> Figure:
    """The share of a stream's expected values that is there, a map for each stream under one scale from 0 to 1."""
    streams: Mapping[str, np.ndarray] = {
        str(name).removeprefix(COVERAGE): cells[name].values.astype(float)
        for name in cells.data_vars if str(name).startswith(COVERAGE)
    }  # fmt: skip
    where = CellMap.of(cells)
    figure, axes, width = _panels(where, len(streams), bars=1)
    norm = limits([np.array([0.0, 1.0])], 0.0, 1.0)
    for i, (ax, (stream, values)) in enumerate(zip(axes, streams.items(), strict=False)):
        where.base(ax)
        where.draw(ax, values, norm, sequential(), width)
        panel_letter(ax, i, STREAMS.get(stream, name_of(stream)))
        ax.set_xlabel(_note(values), labelpad=2)
    where.locate(axes[0])
    mappable = ScalarMappable(norm, sequential())
    colour_bar(list(axes), mappable, "share of the expected values that is there [–]", "neither")
    return fit_height(figure)


def _panels(where: CellMap, number_of: int, bars: int) -> tuple[Figure, np.ndarray, float]:
    columns = _COLUMNS.get(number_of, 3)
    figure, axes = map_figure(where, -(-number_of // columns), columns, bars=bars)
    for ax in axes.ravel()[number_of:]:
        ax.axis("off")
    return figure, axes.ravel(), figure.get_figwidth() / columns


def _note(values: np.ndarray) -> str:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return "n = 0"
    middle = float(np.median(finite))
    return f"n = {finite.size:,}, median {number(middle, 0 if middle >= 100 else 2 if middle >= 0.1 else 3)}"
