"""Retrieved against true traits and parameters of a synthetic stand."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from .style import (
    DOUBLE_COLUMN,
    FAILED,
    MM,
    REFERENCE,
    colours,
    column_of_panels,
    experiment_label,
    markers,
    new_figure,
    panel_letter,
    quantity_label,
    styled,
)

TOLERANCE, TOLERANCE_DAYS = 0.20, 15.0
WIDEST = 8.0
"""Ratios beyond 1/8 and 8 are drawn at the edge as arrows."""


@styled
def recovery_figure(recovery: xr.Dataset) -> Figure:
    """Median (point) and range of members (line) over the truth, on a log axis; the shaded band is ±20 %.

    ``recovery`` is :func:`diffdalec.analysis.recovery`. Days of year are differences in days, band ±15 days.
    """
    experiments = [str(name) for name in recovery["experiment"].values]
    palette = colours(experiments)
    names, circular = recovery["quantity"].values, recovery["circular"].values.astype(bool)
    group = recovery["group"].values
    traits, days = list(names[(group == "trait") & ~circular]), list(names[circular])
    parameters = list(names[(group != "trait") & ~circular])
    columns = [[(traits, "traits"), (days, "day of year")], [(parameters, "parameters")]]
    columns = [[(part, title) for part, title in column if part] for column in columns]
    columns = [column for column in columns if column]
    tallest = max(sum(len(part) for part, _ in column) + 3 * len(column) for column in columns)
    figure = new_figure(DOUBLE_COLUMN, (10 + 5.0 * tallest) * MM)
    grid = figure.add_gridspec(1, len(columns))
    index = 0
    for i, column in enumerate(columns):
        axes = column_of_panels(figure, grid[0, i], [len(part) for part, _ in column])
        for ax, (part, title) in zip(axes, column, strict=True):
            panel_letter(ax, index, title)
            _panel(ax, recovery.sel(quantity=part), palette, markers(experiments))
            index += 1
    _legend(figure, experiments, palette)
    return figure


def _panel(ax: Axes, part: xr.Dataset, palette: dict, shapes: dict) -> None:
    is_day = bool(part["circular"].all())
    offsets = np.linspace(-0.27, 0.27, len(palette)) if len(palette) > 1 else np.zeros(1)
    for row, name in enumerate(part["quantity"].values):
        one = part.sel(quantity=name)
        truth = float(one["truth"])
        for offset, (experiment, colour) in zip(offsets, palette.items(), strict=True):
            here = one.sel(experiment=experiment)
            low, middle, high = (float(here[key]) for key in ("lowest", "median", "highest"))
            if is_day:
                middle, low, high = (float(here["error"]) + value - middle for value in (middle, low, high))
            else:
                low, middle, high = low / truth, middle / truth, high / truth
            colour = colour if bool(one["identifiable"]) else FAILED
            ax.plot([low, high], [row + offset] * 2, color=colour, lw=1.0, alpha=0.6)
            if is_day or 1 / WIDEST <= middle <= WIDEST or not np.isfinite(middle):
                ax.plot(middle, row + offset, shapes[experiment], color=colour, ms=3.2, mew=0)
            else:
                edge = WIDEST if middle > 1 else 1 / WIDEST
                ax.plot(
                    edge, row + offset, ">" if middle > 1 else "<", color=colour, ms=4, mew=0, clip_on=False
                )
    ax.set_yticks(
        np.arange(part.sizes["quantity"]), [quantity_label(str(n)) for n in part["quantity"].values]
    )
    for label, identifiable in zip(ax.get_yticklabels(), part["identifiable"].values, strict=True):
        label.set_color("black" if identifiable else FAILED)
    ax.set_ylim(part.sizes["quantity"] - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    if is_day:
        ax.axvspan(-TOLERANCE_DAYS, TOLERANCE_DAYS, color="#ecece8", lw=0, zorder=0)
        ax.axvline(0, color=REFERENCE, lw=0.8, zorder=1)
        widest = max(30.0, float(np.nanmax(np.abs(ax.get_xlim()))))
        ax.set_xlim(-widest, widest)
        ax.set_xlabel("retrieved less true [d]")
        return
    ax.axvspan(1 - TOLERANCE, 1 + TOLERANCE, color="#ecece8", lw=0, zorder=0)
    ax.axvline(1, color=REFERENCE, lw=0.8, zorder=1)
    ax.set_xscale("log")
    ax.set_xlim(1 / WIDEST, WIDEST)
    ax.xaxis.set_major_locator(FixedLocator([0.125, 0.25, 0.5, 1, 2, 4, 8]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"1/{1 / value:g}" if value < 1 else f"{value:g}")
    )
    ax.set_xlabel("retrieved / true")


def _legend(figure: Figure, experiments: list[str], palette: dict) -> None:
    shapes = markers(experiments)
    handles: list[Artist] = [
        Line2D([], [], color=palette[n], marker=shapes[n], lw=1, ms=4, label=experiment_label(n))
        for n in experiments
    ]
    handles.append(Line2D([], [], color=FAILED, marker="o", lw=1, ms=4, label="no stream constrains it"))
    handles.append(Patch(color="#e2e2dd", lw=0, label="within 20 % (15 days)"))
    figure.legend(handles=handles, loc="outside upper center", ncols=min(len(handles), 7), columnspacing=1.4)
