"""Biomass of the forward runs against the growth curves: on maps, one to one, and along stand age."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ...results.members import OK
from ...units import dry_matter_from_carbon
from ..style import (
    DOUBLE_COLUMN,
    MM,
    REFERENCE,
    axis_label,
    colours,
    experiment_label,
    new_figure,
    number,
    panel_letter,
    styled,
    unit_label,
)
from .groups import statistic
from .maps import CellMap, fit_height, map_figure, map_row
from .quantities import DRY_MATTER
from .scales import around_zero, diverging
from .scatter import count, one_to_one, percent_bias, score_lines, statistics

FEW = 30
"""Up to so many cells, every cell's trajectory is drawn."""


@styled
def biomass_figure(cells: xr.Dataset, evaluation: xr.Dataset, table: xr.Dataset | None = None) -> Figure:
    """Biomass at the end of the forward runs: maps of its difference from the growth curves, and one to one below.

    ``evaluation`` has ``biomass`` (cell, experiment) and ``biomass_reference`` (cell) [Mg ha-1 of dry matter];
    ``table`` (experiment) has ``rmse``, ``r2`` and ``pbias``.
    """
    experiments = [str(name) for name in evaluation["experiment"].values]
    palette, where = colours(experiments), CellMap.of(cells)
    reference = evaluation["biomass_reference"].values.astype(float)
    own = {name: evaluation["biomass"].sel(experiment=name).values.astype(float) for name in experiments}
    differences = {experiment_label(name): values - reference for name, values in own.items()}
    norm = around_zero(differences.values())
    figure, axes = map_figure(where, 1, len(experiments), bars=2, square_rows=1)
    notes = [_map_note(values, statistic(table, "pbias", experiment=name))
             for name, values in zip(experiments, differences.values(), strict=True)]  # fmt: skip
    unit = unit_label(DRY_MATTER)
    map_row(axes[0], where, differences, norm, diverging(),
            axis_label("biomass, forward run less growth curve", DRY_MATTER), notes)  # fmt: skip
    where.locate(axes[0, 0])
    below = axes[1]
    one_to_one(below, [(reference, own[name]) for name in experiments], list(palette.values()))
    for i, (ax, name) in enumerate(zip(below, experiments, strict=True)):
        panel_letter(ax, len(experiments) + i, experiment_label(name))
        cells_both = int((np.isfinite(reference) & np.isfinite(own[name])).sum())
        scores = (statistic(table, key, experiment=name) for key in ("rmse", "r2", "pbias"))
        rmse, r2, pbias = scores
        statistics(ax, score_lines(cells_both, rmse, unit, r2, pbias), (reference, own[name]))
        ax.set_xlabel(axis_label("growth curve", DRY_MATTER))
    below[0].set_ylabel(axis_label("forward run", DRY_MATTER))
    return fit_height(figure)


@styled
def trajectories_figure(forward: xr.Dataset, evaluation: xr.Dataset, calibration: xr.Dataset) -> Figure:
    """Biomass by stand age: medians over cells of each experiment's forward runs, with the quartiles, or with every
    cell's line where there are few; the growth curves dashed.

    ``forward`` has ``total_biomass`` (cell, experiment, member, age) and ``reference`` (cell, age) [gC m-2] and the
    attribute ``carbon_fraction`` [gC g-1]; ``calibration`` the members' ``status``. A cell's line is the median of its
    ok members.
    """
    experiments = [str(name) for name in forward["experiment"].values]
    palette, carbon_fraction = colours(experiments), float(forward.attrs["carbon_fraction"])
    ok = calibration["status"] == OK
    medians = dry_matter_from_carbon(forward["total_biomass"].where(ok).median("member"), carbon_fraction)
    reference = dry_matter_from_carbon(forward["reference"], carbon_fraction)
    few = forward.sizes["cell"] <= FEW
    columns = max(len(experiments), 1)
    figure = new_figure(DOUBLE_COLUMN if columns > 1 else 100 * MM, 68 * MM)
    axes = figure.subplots(1, columns, sharey=True, sharex=True, squeeze=False)[0]
    for i, (ax, name) in enumerate(zip(axes, experiments, strict=True)):
        own = medians.sel(experiment=name).transpose("cell", "age")
        _lines(ax, reference.transpose("cell", "age"), REFERENCE, few, (0, (5, 2)))
        _lines(ax, own, palette[name], few, "-")
        panel_letter(ax, i, experiment_label(name))
        used = int(own.notnull().all("age").sum())
        error = evaluation["biomass_rmse"].sel(experiment=name).values if "biomass_rmse" in evaluation else np.zeros(0)
        error = error[np.isfinite(error)]
        text = [count(used)]
        if error.size:
            middle = number(float(np.median(error)), 1)
            text.append(f"median RMSE along\nthe curves = {middle} {unit_label(DRY_MATTER)}")
        statistics(ax, text)
        ax.set_xlabel(axis_label("stand age", "yr"))
    axes[0].set_ylabel(axis_label("total living biomass", DRY_MATTER))
    axes[0].set_xlim(0, float(forward["age"].max()))
    low, high = axes[0].get_ylim()
    axes[0].set_ylim(0, high + 0.22 * (high - low))
    spread = Line2D([], [], color="#777777", lw=0.5, label="single cells") if few else Patch(
        color="#bbbbbb", lw=0, alpha=0.7, label="quartiles over cells")  # fmt: skip
    figure.legend(
        handles=[
            Line2D([], [], color=REFERENCE, ls=(0, (5, 2)), label="growth curves, median over cells"),
            Line2D([], [], color="#777777", lw=1.8, label="forward runs, median over cells"),
            spread,
        ],
        loc="outside upper center",
        ncols=3,
    )
    return figure


def _lines(ax: Axes, by_cell: xr.DataArray, colour: str, few: bool, dashes) -> None:
    age = by_cell["age"].values
    if few:
        for line in by_cell.values:
            ax.plot(age, line, color=colour, lw=0.4, alpha=0.55, ls=dashes)
    else:
        low, high = (by_cell.quantile(q, "cell") for q in (0.25, 0.75))
        ax.fill_between(age, low, high, color=colour, alpha=0.18, lw=0)
    ax.plot(age, by_cell.median("cell"), color=colour, lw=1.8, ls=dashes, zorder=4)


def _map_note(difference: np.ndarray, pbias: float) -> str:
    text = count(int(np.isfinite(difference).sum()))
    return f"{text}, {percent_bias(pbias)}" if np.isfinite(pbias) else text
