"""Retrieved against true values over the cells of a synthetic study."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from ..style import (
    DOUBLE_COLUMN,
    FAILED,
    MM,
    colours,
    experiment_label,
    markers,
    new_figure,
    number,
    panel_letter,
    styled,
)
from .groups import statistic
from .quantities import RATES, drawn, name_of, quantity_axis
from .scatter import differ_manyfold, one_to_one, percent_bias, statistics

TRAITS = ("allocation_leaf", "allocation_wood", "allocation_root", "leaf_lifespan", "wood_turnover", "root_turnover")
WIDEST = 200.0
"""Relative biases [%] beyond this are drawn at the edge, as arrows."""


@styled
def retrieval_figure(
    medians: xr.Dataset, truth: xr.Dataset, quantities: tuple[str, ...], table: xr.Dataset | None = None
) -> Figure:
    """True (x) against retrieved values (y) of the cells, experiments as columns and quantities as rows.

    ``table`` (quantity, experiment) has ``correlation`` and ``relative_bias`` [%].
    """
    experiments = [str(name) for name in medians["experiment"].values]
    palette = colours(experiments)
    figure = new_figure(DOUBLE_COLUMN, (62 * len(quantities) + 4) * MM)
    axes = figure.subplots(len(quantities), len(experiments), squeeze=False)
    aligned = truth.reindex(cell=medians["cell"])
    for row, quantity in enumerate(quantities):
        values, units = drawn(medians[quantity].transpose("experiment", "cell"))
        factor = drawn(xr.DataArray(1.0, attrs=medians[quantity].attrs))[0]
        true = aligned[quantity].values.astype(float) * float(factor)
        pairs = [(true, own) for own in values]
        logarithmic = quantity in RATES and differ_manyfold(pairs)
        one_to_one(axes[row], pairs, list(palette.values()), lowest=None, logarithmic=logarithmic)
        for column, name in enumerate(experiments):
            ax = axes[row, column]
            panel_letter(ax, row * len(experiments) + column, experiment_label(name))
            n = int((np.isfinite(true) & np.isfinite(values[column])).sum())
            labels = {"quantity": quantity, "experiment": name}
            r, bias = (statistic(table, key, **labels) for key in ("correlation", "relative_bias"))
            lines = [f"n = {n:,}"] + ([f"r = {number(r)}"] if np.isfinite(r) else [])
            lines += [percent_bias(bias)] if np.isfinite(bias) else []
            statistics(ax, lines, (true, values[column]))
            ax.set_xlabel(quantity_axis("true", units))
        axes[row, 0].set_ylabel(quantity_axis(quantity, units, "retrieved "))
    return figure


@styled
def retrieval_skill_figure(table: xr.Dataset) -> Figure:
    """Every trait and parameter: correlation with the truth, percent bias, and the share of cells whose truth lies
    within the range of the members, by experiment. Those that no stream constrains are written in grey."""
    linear = ~_flags(table, "circular")
    names = [str(q) for q in table["quantity"].values[linear]]
    experiments = [str(name) for name in table["experiment"].values]
    palette, shapes = colours(experiments), markers(experiments)
    identifiable = dict(zip(table["quantity"].values, _flags(table, "identifiable"), strict=True))
    figure = new_figure(DOUBLE_COLUMN, (22 + 5.2 * len(names)) * MM)
    axes = figure.subplots(1, 3, sharey=True)
    kinds = {
        "correlation": "correlation with the truth [–]", "relative_bias": "percent bias [%]",
        "coverage": "truth within members' range\n[share of cells]",
    }  # fmt: skip
    offsets = np.linspace(-0.24, 0.24, len(experiments)) if len(experiments) > 1 else np.zeros(1)
    for i, (ax, (kind, label)) in enumerate(zip(axes, kinds.items(), strict=True)):
        for offset, (name, colour) in zip(offsets, palette.items(), strict=True):
            values = table[kind].sel(experiment=name, quantity=names).values.astype(float)
            _points(ax, values, np.arange(len(names)) + offset, colour, shapes[name], kind)
        for row in range(0, len(names), 2):
            ax.axhspan(row - 0.5, row + 0.5, color="#f4f4f1", lw=0, zorder=0)
        panel_letter(ax, i)
        ax.set_xlabel(label)
        ax.xaxis.set_major_locator(MaxNLocator(5))
    axes[0].set_xlim(-1.02, 1.02)
    axes[2].set_xlim(-0.02, 1.02)
    for ax in axes[:2]:
        ax.axvline(0, color="#777777", lw=0.6, zorder=1)
    axes[0].set_yticks(range(len(names)), [name_of(n) for n in names])
    for tick, name in zip(axes[0].get_yticklabels(), names, strict=True):
        tick.set_color("black" if identifiable[name] else FAILED)
    axes[0].set_ylim(len(names) - 0.5, -0.5)
    for ax in axes:
        ax.tick_params(axis="y", length=0)
    n = int(table["cells"].max())
    handles = [Line2D([], [], color=palette[e], marker=shapes[e], ls="", ms=4, label=experiment_label(e))
               for e in experiments]  # fmt: skip
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), title=f"n = {n:,} cells",
                  title_fontsize=7)  # fmt: skip
    return figure


def _points(ax: Axes, values: np.ndarray, rows: np.ndarray, colour: str, shape: str, kind: str) -> None:
    if kind != "relative_bias":
        ax.plot(values, rows, shape, color=colour, ms=3.2, mew=0)
        return
    inside = np.abs(values) <= WIDEST
    ax.plot(values[inside], rows[inside], shape, color=colour, ms=3.2, mew=0)
    for value, row in zip(values[~inside & np.isfinite(values)], rows[~inside & np.isfinite(values)], strict=True):
        ax.plot(np.sign(value) * WIDEST, row, ">" if value > 0 else "<", color=colour, ms=4, mew=0, clip_on=False)
    ax.set_xlim(-WIDEST, WIDEST)


def _flags(table: xr.Dataset, name: str) -> np.ndarray:
    """A flag by quantity; a table from a file repeats it for every experiment."""
    values = table[name]
    return (values.isel(experiment=0) if "experiment" in values.dims else values).values.astype(bool)
