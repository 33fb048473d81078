"""Allocation, residence times and leaf lifespan by experiment, with every member."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from ..variables import TRAITS
from .members import experiments_of, group_of, ok_members
from .style import (
    DOUBLE_COLUMN,
    MM,
    REFERENCE,
    axis_label,
    colours,
    empty_panel,
    experiment_label,
    markers,
    new_figure,
    panel_letter,
    styled,
)

LOGARITHMIC = ("wood_residence_time", "root_residence_time")
COLUMNS = 4


@styled
def traits_figure(tree: xr.DataTree) -> Figure:
    """A panel per trait: a point for each ok member, a bar at their median, a line at the truth if known."""
    experiments = experiments_of(tree)
    palette, shapes = colours(experiments), markers(experiments)
    calibration, truth = tree["calibration"].to_dataset(), group_of(tree, "truth")
    ok = ok_members(tree)
    names = [name for name in TRAITS if name in calibration]
    rows = -(-(len(names) + 1) // COLUMNS)
    figure = new_figure(DOUBLE_COLUMN, 48 * rows * MM)
    axes = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for index, (ax, name) in enumerate(zip(axes, names, strict=False)):
        panel_letter(ax, index)
        _panel(ax, calibration[name].where(ok), palette, shapes)
        if truth is not None and name in truth:
            ax.axhline(float(truth[name]), color=REFERENCE, lw=1.0, ls=(0, (5, 2)), zorder=0)
        row = TRAITS[name]
        ax.set_ylabel(axis_label(row.long_name.replace(" (foliar + labile)", ""), row.unit))
        if name in LOGARITHMIC and _spans(calibration[name].where(ok)):
            ax.set_yscale("log")
            _plain_log_ticks(ax)
        elif ax.has_data():
            low, high = ax.get_ylim()
            ax.set_ylim(max(0.0, low - 0.1 * (high - low)), high + 0.1 * (high - low))
    shared = [
        ax for ax, name in zip(axes, names, strict=False) if name.startswith("allocation") and ax.has_data()
    ]
    for ax in shared:
        ax.set_ylim(0, max(other.get_ylim()[1] for other in shared))
    for ax in axes[len(names) :]:
        ax.axis("off")
    handles = [
        Line2D([], [], color=palette[n], marker=shapes[n], ls="", ms=4, alpha=0.8,
               label=f"{experiment_label(n)} (n = {int(ok.sel(experiment=n).sum())})")
        for n in experiments
    ]  # fmt: skip
    handles.append(Line2D([], [], color="#444444", lw=2, label="median of members"))
    if truth is not None:
        handles.append(Line2D([], [], color=REFERENCE, lw=1, ls=(0, (5, 2)), label="truth"))
    axes[len(names)].legend(handles=handles, loc="center left", borderaxespad=0, labelspacing=0.9)
    return figure


def _panel(ax: Axes, members: xr.DataArray, palette: dict, shapes: dict) -> None:
    ticks = range(len(palette))
    ax.set_xticks(list(ticks), [experiment_label(name).replace("-", "-\n", 1) for name in palette])
    ax.tick_params(axis="x", length=0)
    ax.set_xlim(-0.55, len(palette) - 0.45)
    for i, (name, colour) in enumerate(palette.items()):
        values = members.sel(experiment=name).values
        values = values[np.isfinite(values)]
        if not values.size:
            ax.text(
                i,
                0.5,
                "no usable\nmember",
                transform=ax.get_xaxis_transform(),
                ha="center",
                va="center",
                fontsize=6,
            )
            continue
        ax.plot(i + _spread(values.size), values, shapes[name], color=colour, ms=3.2, mew=0, alpha=0.75)
        ax.hlines(np.median(values), i - 0.34, i + 0.34, color=colour, lw=2)
    if not np.isfinite(members.values).any():
        empty_panel(ax, "no usable member")


def _spread(count: int) -> np.ndarray:
    """Offsets that keep points of one experiment apart: evenly spaced, the same every time."""
    return np.linspace(-0.2, 0.2, count) if count > 1 else np.zeros(1)


def _spans(members: xr.DataArray) -> bool:
    """Whether the values span enough for a logarithmic axis to have ticks."""
    return float(members.max()) > 3.0 * float(members.min()) > 0.0


def _plain_log_ticks(ax: Axes) -> None:
    ax.yaxis.set_major_locator(LogLocator(base=10, subs=(1.0, 1.5, 2.0, 3.0, 5.0, 7.0)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.yaxis.set_minor_locator(NullLocator())
