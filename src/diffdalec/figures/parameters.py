"""Where the members' parameters and initial pools lie between their bounds."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from .style import (
    DOUBLE_COLUMN,
    FAILED,
    FAINT,
    MM,
    REFERENCE,
    colours,
    column_of_panels,
    experiment_label,
    markers,
    new_figure,
    panel_letter,
    power_label,
    quantity_label,
    styled,
    unit_label,
)

MONTH_STARTS = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365.25])
ROW_MM = 5.2


@styled
def parameters_figure(positions: xr.Dataset) -> Figure:
    """Points are members between the bounds (log axis); days of year on a year; what no stream sees is grey.

    ``positions`` is :func:`diffdalec.analysis.positions`.
    """
    experiments = [str(name) for name in positions["experiment"].values]
    palette = colours(experiments)
    circular, group = positions["circular"].values.astype(bool), positions["group"].values
    names = positions["quantity"].values
    parameters = list(names[~circular & (group == "parameter")])
    pools = list(names[~circular & (group == "initial_pool")])
    days = list(names[circular])
    half = max(0, (len(names) + 5) // 2)
    columns = [
        [(parameters[:half], "parameters")],
        [(parameters[half:], "parameters, continued"), (pools, "initial pools"), (days, "day of year")],
    ]
    columns = [[(part, title) for part, title in column if part] for column in columns]
    columns = [column for column in columns if column]
    tallest = max(sum(len(part) for part, _ in column) + 3 * len(column) for column in columns)
    figure = new_figure(DOUBLE_COLUMN, (10 + ROW_MM * tallest) * MM)
    grid = figure.add_gridspec(1, len(columns))
    panels = []
    for i, column in enumerate(columns):
        axes = column_of_panels(figure, grid[0, i], [len(part) for part, _ in column])
        panels += [(ax, *content) for ax, content in zip(axes, column, strict=True)]
    for index, (ax, part, title) in enumerate(panels):
        panel_letter(ax, index, title)
        _panel(ax, positions.sel(quantity=part), palette, markers(experiments))
    _legend(figure, experiments, palette, bool(positions["truth"].notnull().any()))
    return figure


def _panel(ax: Axes, part: xr.Dataset, palette: dict, shapes: dict) -> None:
    names = [str(name) for name in part["quantity"].values]
    is_day = bool(part["circular"].all())
    offsets = np.linspace(-0.27, 0.27, len(palette)) if len(palette) > 1 else np.zeros(1)
    for row, name in enumerate(names):
        one = part.sel(quantity=name)
        identifiable = bool(one["identifiable"])
        if row % 2 == 0:
            ax.axhspan(row - 0.5, row + 0.5, color="#f6f6f4", lw=0, zorder=0)
        for offset, (experiment, colour) in zip(offsets, palette.items(), strict=True):
            values = one["position"].sel(experiment=experiment).values
            values = values[np.isfinite(values)]
            if not values.size:
                continue
            ax.plot(
                values, np.full(values.size, row + offset), shapes[experiment], ms=2.6, mew=0, alpha=0.75,
                color=colour if identifiable else FAILED, clip_on=False, zorder=3,
            )  # fmt: skip
            if not is_day:
                ax.plot([np.median(values)] * 2, [row + offset - 0.13, row + offset + 0.13],
                        color=colour if identifiable else FAILED, lw=1.3, zorder=4)  # fmt: skip
        if np.isfinite(float(one["truth"])):
            ax.plot([float(one["truth"])] * 2, [row - 0.45, row + 0.45], color=REFERENCE, lw=0.8, zorder=2)
        if not is_day:
            bounds = "–".join(power_label(float(one[key])) for key in ("lower", "upper"))
            text = f"{bounds} {unit_label(str(one['units'].values))}"
            ax.annotate(
                text.strip(), (1.0, row), (4, 0), textcoords="offset points", va="center", fontsize=5.2,
                color=FAINT, annotation_clip=False,
            )  # fmt: skip
    ax.set_yticks(np.arange(len(names)), [quantity_label(name) for name in names])
    for label, identifiable in zip(ax.get_yticklabels(), part["identifiable"].values, strict=True):
        label.set_color("black" if identifiable else FAILED)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    if is_day:
        ax.set_xlim(0, 365.25)
        ax.set_xticks((MONTH_STARTS[:-1] + MONTH_STARTS[1:]) / 2, list("JFMAMJJASOND"))
        ax.tick_params(axis="x", length=0)
    else:
        ax.set_xlim(0, 1)
        ax.set_xticks([0, 0.5, 1], ["lower\nbound", "log axis", "upper\nbound"])


def _legend(figure: Figure, experiments: list[str], palette: dict, truth: bool) -> None:
    shapes = markers(experiments)
    handles = [
        Line2D([], [], color=palette[n], marker=shapes[n], ls="", ms=4, label=experiment_label(n))
        for n in experiments
    ]
    handles.append(Line2D([], [], color="#444444", marker="|", ls="", ms=6, mew=1.4, label="median"))
    handles.append(Line2D([], [], color=FAILED, marker="o", ls="", ms=4, label="no stream constrains it"))
    if truth:
        handles.append(Line2D([], [], color=REFERENCE, marker="|", ls="", ms=9, mew=0.8, label="truth"))
    figure.legend(
        handles=handles,
        loc="outside upper center",
        ncols=min(len(handles), 7),
        columnspacing=1.4,
        handletextpad=0.4,
    )
