"""Retrieved traits against CARDAMOM on maps and one to one, and against plots' NPP allocation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from ..style import (
    DOUBLE_COLUMN,
    MM,
    colours,
    empty_panel,
    experiment_label,
    new_figure,
    number,
    panel_letter,
    styled,
    unit_label,
)
from .groups import statistic
from .maps import CellMap, fit_height, grey_cells, map_figure
from .maps_pair import map_pair
from .quantities import RATES, SHARES, name_of, quantity_axis, sentence
from .scatter import count, differ_manyfold, one_to_one, percent_bias, statistics
from .traits import NOT_ROBUST, robust_values

CARDAMOM, FIELD = "cardamom_2016", "field_allocation"
ALLOCATIONS = ("allocation_leaf", "allocation_wood", "allocation_root")
_RESIDENCE = {"wood_turnover": "wood_residence_time", "root_turnover": "root_residence_time"}


def reference_values(cells: xr.Dataset, quantity: str) -> tuple[np.ndarray, str] | None:
    """CARDAMOM's values (cell,) of a quantity in the unit in which it is drawn; None where ``cells`` has none.

    Turnover rates are the inverse of its residence times.
    """
    name = f"{CARDAMOM}_{_RESIDENCE.get(quantity, quantity)}"
    if name not in cells or not bool(np.isfinite(cells[name]).any()):
        return None
    values = cells[name].values.astype(float)
    if quantity in _RESIDENCE:
        return 1.0 / np.where(values > 0, values, np.nan), "yr-1"
    return values, {"leaf_lifespan": "yr", "lcma": "gC m-2"}.get(quantity, "1")


@styled
def cardamom_figure(
    cells: xr.Dataset, medians: xr.Dataset, evaluation: xr.Dataset, quantities: Sequence[str],
    table: xr.Dataset | None = None,
) -> Figure:
    """A row for each quantity: the last experiment's values, CARDAMOM's under the same scale, their difference, and
    one to one. Only cells whose members agree are drawn.

    ``table`` (reference, quantity, experiment) has ``pbias_robust`` [%] and ``correlation_robust``.
    """
    experiment, where = str(medians["experiment"].values[-1]), CellMap.of(cells)
    figure, axes = map_figure(where, len(quantities), 4, bars=len(quantities))
    for row, quantity in enumerate(quantities):
        reference = reference_values(cells, quantity)
        assert reference is not None
        own = robust_values(medians, evaluation, quantity)[0][-1]
        found = reference[0]
        share = quantity in SHARES
        label, unit = quantity_axis(quantity, reference[1]), unit_label(reference[1])
        titles = (experiment_label(experiment), "CARDAMOM", "difference")
        n = int((np.isfinite(own) & np.isfinite(found)).sum())
        labels = {"reference": CARDAMOM, "quantity": quantity, "experiment": experiment}
        bias, r = (statistic(table, f"{key}_robust", **labels) for key in ("pbias", "correlation"))
        map_pair(list(axes[row, :3]), where, own, found, titles, label, unit, share, first_letter=4 * row)
        axes[row, 2].set_xlabel(f"{count(n)}, {percent_bias(bias)}" if np.isfinite(bias) else count(n), labelpad=2)
        ax = axes[row, 3]
        logarithmic = quantity in RATES and differ_manyfold([(found, own)])
        one_to_one([ax], [(found, own)], [colours([experiment])[experiment]], logarithmic=logarithmic)
        panel_letter(ax, 4 * row + 3, sentence(name_of(quantity)))
        statistics(ax, [count(n)] + ([f"r = {number(r)}"] if np.isfinite(r) else []), (found, own))
        ax.set_xlabel("CARDAMOM")
        ax.set_ylabel(experiment_label(experiment))
    where.locate(axes[0, 0])
    grey_cells(figure, NOT_ROBUST)
    return fit_height(figure)


@styled
def field_figure(cells: xr.Dataset, medians: xr.Dataset, table: xr.Dataset | None = None) -> Figure:
    """NPP allocation to leaf, wood and fine roots (columns) against the means of plots in the same cells, by
    experiment (rows); the area of a point grows with the number of plots.

    ``table`` (reference, quantity, experiment) has ``rmse``, ``r2`` and ``pbias`` [%].
    """
    experiments = [str(name) for name in medians["experiment"].values]
    palette = colours(experiments)
    names = [q for q in ALLOCATIONS if f"{FIELD}_{q.removeprefix('allocation_')}" in cells]
    figure = new_figure(DOUBLE_COLUMN * len(names) / 3, 58 * MM * len(experiments))
    axes = figure.subplots(len(experiments), len(names), squeeze=False)
    plots = cells[f"{FIELD}_plots"].values.astype(float) if f"{FIELD}_plots" in cells else None
    sizes = np.ones(cells.sizes["cell"]) if plots is None else np.nan_to_num(plots)
    for column, quantity in enumerate(names):
        measured = cells[f"{FIELD}_{quantity.removeprefix('allocation_')}"].values.astype(float)
        pairs = [(measured, medians[quantity].sel(experiment=e).values.astype(float)) for e in experiments]
        areas = [9.0 + 3.0 * np.minimum(sizes, 20)] * len(pairs)
        one_to_one(list(axes[:, column]), pairs, list(palette.values()), areas)
        for row, (ax, name) in enumerate(zip(axes[:, column], experiments, strict=True)):
            panel_letter(ax, row * len(names) + column, f"{sentence(name_of(quantity))}")
            n = int((np.isfinite(pairs[row][0]) & np.isfinite(pairs[row][1])).sum())
            labels = {"reference": FIELD, "quantity": quantity, "experiment": name}
            rmse, r2, bias = (statistic(table, key, **labels) for key in ("rmse", "r2", "pbias"))
            lines = [count(n)] + [f"RMSE = {number(rmse)}"] * bool(np.isfinite(rmse))
            lines += [f"R² = {number(r2)}"] * bool(np.isfinite(r2)) + [percent_bias(bias)] * bool(np.isfinite(bias))
            statistics(ax, lines, pairs[row]) if n else empty_panel(ax, "no plots in these cells")
            if row == len(experiments) - 1:
                ax.set_xlabel("plots [–]")
            if column == 0:
                ax.set_ylabel(f"{experiment_label(name)} [–]")
    return figure
