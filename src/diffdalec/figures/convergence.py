"""Best cost so far by iteration, for every member."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .members import experiments_of, ok_members
from .style import (
    DOUBLE_COLUMN,
    FAILED,
    MM,
    colours,
    empty_panel,
    experiment_label,
    new_figure,
    number,
    styled,
)
from .style import panel_letter as letter

PANELS_ACROSS = 3
FLOOR = 1e-2
"""Costs closer than this to the best are drawn at it: the axis is logarithmic."""


@styled
def convergence_figure(tree: xr.DataTree) -> Figure:
    """A panel for each experiment: its members' best cost so far, less the lowest cost any member reached.

    Members that are ok in the experiment's colour, failed ones grey and dotted.
    """
    experiments, palette = experiments_of(tree), colours(experiments_of(tree))
    calibration, ok = tree["calibration"].to_dataset(), ok_members(tree)
    rows = -(-len(experiments) // PANELS_ACROSS)
    figure = new_figure(DOUBLE_COLUMN, 58 * rows * MM)
    axes = figure.subplots(rows, min(len(experiments), PANELS_ACROSS), sharey=True, squeeze=False).ravel()
    for index, (ax, name) in enumerate(zip(axes, experiments, strict=False)):
        letter(ax, index, experiment_label(name))
        ax.set_xlabel("iteration")
        if "cost_history" not in calibration:
            empty_panel(ax, "no cost history was stored")
            continue
        _panel(ax, calibration.sel(experiment=name), ok.sel(experiment=name), palette[name])
    for ax in axes[len(experiments) :]:
        ax.axis("off")
    axes[0].set_ylabel("cost above the experiment's best\n(below 0.01 drawn at 0.01)")
    return figure


def _panel(ax: Axes, one: xr.Dataset, ok: xr.DataArray, colour: str) -> None:
    history = one["cost_history"]
    lowest = float(history.where(ok).min())
    if not np.isfinite(lowest):
        lowest = float(history.min())
    if not np.isfinite(lowest):
        empty_panel(ax, "no member has a finite cost")
        return
    iteration = (
        one["iteration"]
        if "iteration" in one.coords
        else xr.DataArray(np.arange(history.sizes["checkpoint"]))
    )
    for member in one["member"].values:
        good = bool(ok.sel(member=member))
        above = np.maximum(history.sel(member=member).values - lowest, FLOOR)
        look: dict[str, Any] = (
            {"color": colour, "alpha": 0.8, "lw": 0.8} if good else {"color": FAILED, "ls": ":", "lw": 1.0}
        )
        ax.plot(iteration, above, **look)
    ax.set_yscale("log")
    ax.set_ylim(bottom=0.8 * FLOOR)
    final = one["cost"].where(ok)
    text = f"n = {int(ok.sum())} of {ok.size}"
    if int(ok.sum()):
        text += f"\nbest {number(float(final.min()), 3)}\nmedian {number(float(final.median()), 3)}"
    ax.text(0.04, 0.06, text, transform=ax.transAxes, va="bottom")
