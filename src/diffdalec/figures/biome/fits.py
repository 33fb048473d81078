"""How well the fast streams are met: NNSE on maps and as distributions, in calibration and held-out years."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ..style import DOUBLE_COLUMN, MM, colours, empty_panel, experiment_label, new_figure, number, panel_letter, styled
from .groups import statistic
from .maps import CellMap, colour_bar, fit_height, map_figure
from .quantities import STREAMS
from .scales import extend, limits, sequential

PERIODS = {"calibration": "calibration years", "validation": "held-out years"}
FEW = 15
AS_GOOD_AS_THE_MEAN = 0.5


@styled
def nnse_maps_figure(
    cells: xr.Dataset, evaluation: xr.Dataset, period: str, table: xr.Dataset | None = None
) -> Figure:
    """NNSE of the fast streams (columns) by experiment (rows) in one period, all under one scale.

    ``evaluation`` has ``nnse`` (cell, experiment, stream, period); ``table`` (experiment, stream, period) its
    ``median`` over cells.
    """
    nnse = evaluation["nnse"].sel(period=period)
    streams = [str(s) for s in nnse["stream"].values if bool(nnse.sel(stream=s).notnull().any())]
    streams = streams or [str(s) for s in nnse["stream"].values][:1]
    experiments = [str(name) for name in nnse["experiment"].values]
    where = CellMap.of(cells)
    # One scale for both periods: their figures are compared.
    norm = limits([evaluation["nnse"].values], 0.0, 1.0)
    figure, axes = map_figure(where, len(experiments), len(streams), bars=1)
    width = figure.get_figwidth() / len(streams)
    for row, name in enumerate(experiments):
        for column, stream in enumerate(streams):
            ax, values = axes[row, column], nnse.sel(stream=stream, experiment=name).values
            where.base(ax, left=column == 0, bottom=row == len(experiments) - 1 or where.view.polar)
            where.draw(ax, values, norm, sequential(), width)
            title = f"{STREAMS.get(stream, stream)}, {experiment_label(name)}"
            panel_letter(ax, row * len(streams) + column, title)
            middle = statistic(table, "median", experiment=name, stream=stream, period=period)
            text = f"n = {int(np.isfinite(values).sum()):,}"
            ax.set_xlabel(f"{text}, median {number(middle)}" if np.isfinite(middle) else text, labelpad=2)
    where.locate(axes[0, 0])
    label = f"NNSE in the {PERIODS.get(period, period)} [–]"
    colour_bar(list(axes.ravel()), ScalarMappable(norm, sequential()), label, extend([nnse.values], norm))
    return fit_height(figure)


@styled
def nnse_distributions_figure(evaluation: xr.Dataset) -> Figure:
    """NNSE over cells, a panel for each stream: experiments side by side, calibration years beside held-out years."""
    nnse = evaluation["nnse"]
    streams, experiments = [str(s) for s in nnse["stream"].values], [str(e) for e in nnse["experiment"].values]
    palette = colours(experiments)
    figure = new_figure(DOUBLE_COLUMN, 62 * MM)
    axes = figure.subplots(1, len(streams), sharey=True, squeeze=False)[0]
    for i, (ax, stream) in enumerate(zip(axes, streams, strict=True)):
        one = nnse.sel(stream=stream)
        panel_letter(ax, i, STREAMS.get(stream, stream))
        if not bool(one.notnull().any()):
            empty_panel(ax, "no observations")
            continue
        for j, name in enumerate(experiments):
            for k, period in enumerate(PERIODS):
                if period in one["period"].values:
                    values = one.sel(experiment=name, period=period).values
                    _box(ax, j + (k - 0.5) * 0.36, values, palette[name], k == 0)
        ax.axhline(AS_GOOD_AS_THE_MEAN, color="#888888", lw=0.6, ls=":", zorder=0)
        ax.set_xticks(range(len(experiments)), [experiment_label(n).replace("-", "-\n", 1) for n in experiments])
        ax.tick_params(axis="x", length=0)
        ax.set_xlim(-0.6, len(experiments) - 0.4)
        n = int(one.notnull().any(["experiment", "period"]).sum())
        ax.text(0.03, 0.03, f"n = {n:,}", transform=ax.transAxes)
    low = float(nnse.quantile(0.02))
    bottom = max(0.0, np.floor((low - 0.05) * 10) / 10) if np.isfinite(low) else 0.0
    axes[0].set_ylim(bottom, 1.0)
    axes[0].set_ylabel("NNSE [–]")
    handles: list[Artist] = [
        Patch(facecolor="#999999", lw=0, label="calibration years"),
        Patch(facecolor="white", edgecolor="#777777", lw=0.8, label="held-out years"),
    ]
    if bottom < AS_GOOD_AS_THE_MEAN:
        handles.append(Line2D([], [], color="#888888", lw=0.6, ls=":", label="as good as the observations' mean"))
    figure.legend(handles=handles, loc="outside upper center", ncols=3)
    return figure


def _box(ax: Axes, x: float, values: np.ndarray, colour: str, filled: bool) -> None:
    values = values[np.isfinite(values)]
    if not values.size:
        return
    face = colour if filled else "white"
    if values.size <= FEW:
        spread = np.linspace(-0.09, 0.09, values.size) if values.size > 1 else np.zeros(1)
        ax.plot(x + spread, values, "o", ms=2.6, mfc=face, mec=colour, mew=0.6)
        ax.hlines(np.median(values), x - 0.14, x + 0.14, color=colour, lw=1.6)
        return
    low, q1, middle, q3, high = np.percentile(values, [5, 25, 50, 75, 95])
    ax.vlines(x, low, high, color=colour, lw=0.8, zorder=1)
    ax.bar(x, q3 - q1, 0.28, q1, facecolor=face, edgecolor=colour, lw=0.8, zorder=2)
    ax.hlines(middle, x - 0.14, x + 0.14, color="white" if filled else colour, lw=1.2, zorder=3)
