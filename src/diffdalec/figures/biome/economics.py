"""Retrieved leaf lifespan against retrieved leaf carbon mass per area."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from ..style import DOUBLE_COLUMN, MM, axis_label, colours, experiment_label, new_figure, panel_letter, styled
from .scatter import MANY, count, statistics
from .traits import robust_values


@styled
def leaf_economics_figure(medians: xr.Dataset, evaluation: xr.Dataset) -> Figure:
    """A panel for each experiment, under the same logarithmic axes: leaf lifespan [yr] by leaf carbon mass per area
    [gC m-2], for the cells whose members agree on both."""
    experiments = [str(name) for name in medians["experiment"].values]
    palette = colours(experiments)
    mass, lifespan = (robust_values(medians, evaluation, name)[0] for name in ("lcma", "leaf_lifespan"))
    figure = new_figure(DOUBLE_COLUMN * len(experiments) / 3, 62 * MM)
    axes = figure.subplots(1, len(experiments), sharex=True, sharey=True, squeeze=False)[0]
    for i, (ax, name) in enumerate(zip(axes, experiments, strict=True)):
        both = np.isfinite(mass[i]) & np.isfinite(lifespan[i])
        many = both.sum() > MANY
        ax.scatter(mass[i][both], lifespan[i][both], s=2.0 if many else 9.0, alpha=0.3 if many else 0.65, lw=0,
                   color=palette[name], rasterized=bool(many))  # fmt: skip
        ax.set_xscale("log")
        ax.set_yscale("log")
        panel_letter(ax, i, experiment_label(name))
        statistics(ax, [count(int(both.sum()))])
        ax.set_xlabel(axis_label("leaf carbon mass per area", "gC m-2"))
    axes[0].set_ylabel(axis_label("leaf lifespan", "yr"))
    for axis in (axes[0].xaxis, axes[0].yaxis):
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axis.set_minor_formatter(NullFormatter())
    return figure
