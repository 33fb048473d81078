"""Where members agree: maps of the robust coefficient of variation, and of how many members are usable and live."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure

from ...results.members import ROBUST_CV_LIMIT
from ..style import experiment_label, number, panel_letter, styled
from .groups import statistic
from .maps import CellMap, colour_bar, fit_height, map_figure
from .quantities import name_of, sentence

COLUMNS = 3
_STEPS = np.round(np.arange(0.0, 2.01 * ROBUST_CV_LIMIT, ROBUST_CV_LIMIT / 3), 10)


@styled
def robustness_figure(
    cells: xr.Dataset, evaluation: xr.Dataset, experiment: str, quantities: Sequence[str],
    table: xr.Dataset | None = None,
) -> Figure:
    """Robust CV over the members of one experiment, a map for each quantity, in steps with an edge at the limit.

    ``evaluation`` has ``robust_cv`` (cell, experiment, quantity); ``table`` (quantity, experiment) the ``share`` of
    cells above the limit.
    """
    where, spread = CellMap.of(cells), evaluation["robust_cv"].sel(experiment=experiment)
    rows = -(-len(quantities) // COLUMNS)
    norm, cmap = BoundaryNorm(_STEPS, len(_STEPS) - 1), _two_sided()
    figure, axes = map_figure(where, rows, min(COLUMNS, len(quantities)), bars=1)
    width = figure.get_figwidth() / axes.shape[1]
    for i, (ax, quantity) in enumerate(zip(axes.ravel(), quantities, strict=False)):
        values = spread.sel(quantity=quantity).values.astype(float)
        where.base(ax, left=i % COLUMNS == 0, bottom=i // COLUMNS == rows - 1 or where.view.polar)
        where.draw(ax, np.minimum(values, _STEPS[-1] * 0.999), norm, cmap, width)
        panel_letter(ax, i, sentence(name_of(quantity)))
        share = statistic(table, "share", quantity=quantity, experiment=experiment)
        text = f"n = {int(np.isfinite(values).sum()):,}"
        ax.set_xlabel(f"{text}, {number(100 * share, 0)} % above {ROBUST_CV_LIMIT:g}" if np.isfinite(share) else text,
                      labelpad=2)  # fmt: skip
    for ax in axes.ravel()[len(quantities) :]:
        ax.axis("off")
    where.locate(axes[0, 0])
    label = f"robust CV over members, {experiment_label(experiment)} [–]; above {ROBUST_CV_LIMIT:g} not robust"
    colour_bar(list(axes.ravel()), ScalarMappable(norm, cmap), label, "max", ticks=_STEPS[::1], shrink=0.6)
    return fit_height(figure)


@styled
def members_figure(cells: xr.Dataset, evaluation: xr.Dataset, members: int) -> Figure:
    """How many of the ``members`` are ok (first row) and live to the end of the forward runs (second, where there are
    forward runs), by cell and experiment."""
    where = CellMap.of(cells)
    experiments = [str(name) for name in evaluation["experiment"].values]
    kinds = {"ok": "ok members", "alive": "members alive at the end of the forward runs"}
    kinds = {name: text for name, text in kinds.items() if name in evaluation}
    edges = np.arange(-0.5, members + 1)
    cmap = ListedColormap(mpl.colormaps["cividis"](np.linspace(0, 1, members + 1)))
    norm = BoundaryNorm(edges, members + 1)
    figure, axes = map_figure(where, len(kinds), len(experiments), bars=len(kinds))
    width = figure.get_figwidth() / len(experiments)
    for row, (kind, text) in enumerate(kinds.items()):
        for column, name in enumerate(experiments):
            ax = axes[row, column]
            values = evaluation[kind].sel(experiment=name).values.astype(float)
            where.base(ax, left=column == 0, bottom=True)
            where.draw(ax, values, norm, cmap, width)
            panel_letter(ax, row * len(experiments) + column, experiment_label(name))
            finite = values[np.isfinite(values)]
            note = f"n = {finite.size:,}, {int(finite.sum()):,} of {finite.size * members:,} members"
            ax.set_xlabel(note, labelpad=2)
        colour_bar(list(axes[row]), ScalarMappable(norm, cmap), f"{text} [–]", "neither", shrink=0.35,
                   ticks=np.unique(np.linspace(0, members, min(members, 5) + 1).round()))  # fmt: skip
    where.locate(axes[0, 0])
    return fit_height(figure)


def _two_sided() -> ListedColormap:
    """Blue steps up to the limit, orange ones above it."""
    steps = (len(_STEPS) - 1) // 2
    below = ["#c9dcec", "#8fb6d8", "#4d8bbd"][:steps]
    return ListedColormap([*below, "#f0b27a", "#d5772b", "#8a4307"])
