"""How traits differ between experiments: a row of difference maps for each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from ..style import experiment_label, styled
from .groups import statistic
from .maps import CellMap, fit_height, grey_cells, map_figure, map_row
from .quantities import quantity_axis
from .scales import around_zero, diverging
from .scatter import count, percent_bias
from .traits import NOT_ROBUST, robust_values


@styled
def differences_figure(
    cells: xr.Dataset, medians: xr.Dataset, evaluation: xr.Dataset, quantities: Sequence[str],
    table: xr.Dataset | None = None,
) -> Figure:
    """Difference maps of ``quantities``: each experiment less the first, then each less the one before it.

    A row for each quantity, under one scale. ``table`` (quantity, experiment) has ``pbias_robust`` [%] against the
    first experiment and ``pbias_robust_previous`` against the one before. Cells where the members of one of
    the two disagree are grey.
    """
    experiments = [str(name) for name in medians["experiment"].values]
    pairs = [(i, 0) for i in range(1, len(experiments))] + [(i, i - 1) for i in range(2, len(experiments))]
    where = CellMap.of(cells)
    figure, axes = map_figure(where, len(quantities), len(pairs), bars=len(quantities))
    for row, quantity in enumerate(quantities):
        values, units = robust_values(medians, evaluation, quantity)
        panels, notes = {}, []
        for i, base in pairs:
            difference = values[i] - values[base]
            panels[f"{experiment_label(experiments[i])} − {experiment_label(experiments[base])}"] = difference
            labels = {"quantity": quantity, "experiment": experiments[i]}
            bias = statistic(table, "pbias_robust" if base == 0 else "pbias_robust_previous", **labels)
            n = count(int(np.isfinite(difference).sum()))
            notes.append(f"{n}, {percent_bias(bias)}" if np.isfinite(bias) else n)
        map_row(axes[row], where, panels, around_zero(panels.values()), diverging(),
                quantity_axis(quantity, units, "difference of "), notes, first_letter=row * len(pairs),
                labels=row == 0 or not where.view.polar)  # fmt: skip
    where.locate(axes[0, 0])
    grey_cells(figure, NOT_ROBUST)
    return fit_height(figure)
