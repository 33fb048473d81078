"""A trait by experiment: maps under one scale, differences from the first experiment, and distributions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ...results.members import ROBUST_CV_LIMIT
from ..style import colours, empty_panel, experiment_label, panel_letter, styled
from .groups import statistic
from .maps import CellMap, fit_height, grey_cells, map_figure, map_row
from .quantities import RATES, SHARES, drawn, quantity_axis
from .scales import around_zero, diverging, limits, logarithmic_axis, rate_limits, sequential
from .scatter import count, percent_bias, short

NOT_ROBUST = f"members disagree (robust CV above {ROBUST_CV_LIMIT:g}) or no value"

FIRST_FEW = 15
"""Up to so many cells, a distribution is drawn as points."""


@styled
def trait_figure(
    cells: xr.Dataset, medians: xr.Dataset, evaluation: xr.Dataset, quantity: str, table: xr.Dataset | None = None
) -> Figure:
    """One quantity of ``medians`` (cell, experiment): its maps by experiment, the maps of the differences from the
    first experiment, and its distribution over cells. Only cells whose members agree are coloured.

    ``evaluation`` has ``robust_cv`` (cell, experiment, quantity); ``table`` (quantity, experiment) has
    ``pbias_robust`` [%].
    """
    experiments = [str(name) for name in medians["experiment"].values]
    where, values, units = CellMap.of(cells), *robust_values(medians, evaluation, quantity)
    own = {experiment_label(name): values[i] for i, name in enumerate(experiments)}
    differences = {
        f"{experiment_label(name)} − {experiment_label(experiments[0])}": values[i] - values[0]
        for i, name in enumerate(experiments) if i
    }  # fmt: skip
    rows = 2 if differences else 1
    figure, axes = map_figure(where, rows, len(experiments), bars=rows)
    norm = scale_of(quantity, own.values())
    total = medians.sizes["cell"]
    map_row(axes[0], where, own, norm, sequential(), quantity_axis(quantity, units),
            [robust_count(v, total) for v in own.values()])  # fmt: skip
    where.locate(axes[0, 0])
    if differences:
        notes = []
        for i, name in enumerate(experiments[1:], 1):
            bias = statistic(table, "pbias_robust", quantity=quantity, experiment=name)
            n = count(int(np.isfinite(values[i] - values[0]).sum()))
            notes.append(f"{n}, {percent_bias(bias)}" if np.isfinite(bias) else n)
        map_row(list(axes[1, 1:]), where, differences, around_zero(differences.values()), diverging(),
                quantity_axis(quantity, units, "difference of "), notes, first_letter=len(experiments) + 1)  # fmt: skip
        panel_letter(axes[1, 0], len(experiments), "distribution over cells")
        axes[1, 0].set_box_aspect(0.9 * where.aspect)
        distributions(axes[1, 0], values, experiments, quantity_axis(quantity, units), isinstance(norm, LogNorm))
    grey_cells(figure, NOT_ROBUST)
    return fit_height(figure)


def scale_of(quantity: str, values: Iterable[np.ndarray]) -> Normalize:
    """The scale of a quantity's maps: shares end at 0 and at 1, rates may be logarithmic."""
    if quantity in RATES:
        return rate_limits(values)
    return limits(values, 0.0, 1.0 if quantity in SHARES else None)


def robust_values(medians: xr.Dataset, evaluation: xr.Dataset, quantity: str) -> tuple[np.ndarray, str]:
    """Values (experiment, cell) of a quantity in the unit that is drawn, NaN where members disagree; and the unit."""
    values, units = drawn(medians[quantity].transpose("experiment", "cell"))
    if "robust_cv" in evaluation and quantity in evaluation["quantity"].values:
        spread = evaluation["robust_cv"].sel(quantity=quantity).transpose("experiment", "cell").values
        values = np.where(spread <= ROBUST_CV_LIMIT, values, np.nan)
    return values, units


def robust_count(values: np.ndarray, total: int) -> str:
    """How many cells are drawn, and of how many."""
    finite = values[np.isfinite(values)]
    middle = f", median {short(float(np.median(finite)))}" if finite.size else ""
    return f"n = {finite.size:,} of {total:,}{middle}"


def distributions(
    ax: Axes, values: np.ndarray, experiments: Sequence[str], label: str, logarithmic: bool = False
) -> None:
    """Quartiles and 5th to 95th percentiles over cells by experiment, or every cell where there are few."""
    palette = colours(experiments)
    for i, (name, own) in enumerate(zip(experiments, values, strict=True)):
        own = own[np.isfinite(own)]
        if not own.size:
            ax.text(i, 0.5, "no cell", transform=ax.get_xaxis_transform(), ha="center", fontsize=6)
            continue
        colour = palette[name]
        if own.size <= FIRST_FEW:
            spread = np.linspace(-0.16, 0.16, own.size) if own.size > 1 else np.zeros(1)
            ax.plot(i + spread, own, "o", ms=2.6, mew=0, alpha=0.8, color=colour)
        else:
            low, q1, q3, high = np.percentile(own, [5, 25, 75, 95])
            ax.vlines(i, low, high, color=colour, lw=0.9)
            ax.bar(i, q3 - q1, 0.5, q1, color=colour, alpha=0.45, lw=0)
        ax.hlines(np.median(own), i - 0.27, i + 0.27, color=colour, lw=1.8)
    if not np.isfinite(values).any():
        empty_panel(ax, "members agree in no cell")
    ax.set_xlim(-0.6, len(experiments) - 0.4)
    ax.set_xticks(range(len(experiments)), [experiment_label(name).replace("-", "-\n", 1) for name in experiments])
    ax.tick_params(axis="x", length=0)
    if logarithmic:
        logarithmic_axis(ax.yaxis)
    else:
        ax.yaxis.set_major_locator(MaxNLocator(5))
    ax.set_ylabel(label)
