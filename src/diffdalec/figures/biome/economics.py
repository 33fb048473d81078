"""Retrieved leaf lifespan against retrieved leaf carbon mass per area, and the line that the cost leads them to."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ...ecological_rules import LEAF_ECONOMICS_INTERCEPT, LEAF_ECONOMICS_RESIDUAL, LEAF_ECONOMICS_SLOPE
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
)
from .scales import logarithmic_axis
from .scatter import MANY, count, statistics
from .traits import robust_values

_WHOLE_AXES = ((20.0, 200.0), (0.3, 5.0))
"""Leaf carbon mass per area [gC m-2] and leaf lifespan [yr] that the axes hold at least."""


@styled
def leaf_economics_figure(medians: xr.Dataset, evaluation: xr.Dataset) -> Figure:
    """A panel for each experiment, under the same logarithmic axes: leaf lifespan [yr] by leaf carbon mass per area
    [gC m-2], for the cells whose members agree on both; and the fitted line with one residual standard deviation."""
    experiments = [str(name) for name in medians["experiment"].values]
    palette = colours(experiments)
    mass, lifespan = (robust_values(medians, evaluation, name)[0] for name in ("lcma", "leaf_lifespan"))
    figure = new_figure(DOUBLE_COLUMN * max(len(experiments), 2) / 3, 66 * MM)
    axes = figure.subplots(1, len(experiments), sharex=True, sharey=True, squeeze=False)[0]
    for i, (ax, name) in enumerate(zip(axes, experiments, strict=True)):
        both = np.isfinite(mass[i]) & np.isfinite(lifespan[i])
        many = both.sum() > MANY
        ax.scatter(mass[i][both], lifespan[i][both], s=2.0 if many else 9.0, alpha=0.3 if many else 0.65, lw=0,
                   color=palette[name], rasterized=bool(many), zorder=3)  # fmt: skip
        ax.set_xscale("log")
        ax.set_yscale("log")
        panel_letter(ax, i, experiment_label(name))
        statistics(ax, _statistics(mass[i][both], lifespan[i][both]))
        ax.set_xlabel(axis_label("leaf carbon mass per area", "gC m-2"))
    limits = [_limits(found, whole) for found, whole in zip((mass, lifespan), _WHOLE_AXES, strict=True)]
    axes[0].set_xlim(limits[0])
    axes[0].set_ylim(limits[1])
    for ax in axes:
        _line(ax, np.geomspace(*limits[0], 50))
    axes[0].set_ylabel(axis_label("leaf lifespan", "yr"))
    for axis in (axes[0].xaxis, axes[0].yaxis):
        logarithmic_axis(axis)
    handles = [Line2D([], [], color=REFERENCE, lw=1.0, ls=(0, (5, 2)), label=_equation()),
               Patch(color="#d9d9d6", lw=0, label="± one residual standard deviation")]  # fmt: skip
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    return figure


def departures(mass: np.ndarray, lifespan: np.ndarray) -> np.ndarray:
    """Departures of ln(leaf lifespan) from the line [residual standard deviations]."""
    line = LEAF_ECONOMICS_INTERCEPT + LEAF_ECONOMICS_SLOPE * np.log(mass)
    return (np.log(lifespan) - line) / LEAF_ECONOMICS_RESIDUAL


def _statistics(mass: np.ndarray, lifespan: np.ndarray) -> list[str]:
    lines = [count(mass.size)]
    if mass.size:
        within = np.mean(np.abs(departures(mass, lifespan)) <= 1.0)
        lines.append(f"{100 * within:.0f} % within the band")
    return lines


def _line(ax: Axes, mass: np.ndarray) -> None:
    middle = LEAF_ECONOMICS_INTERCEPT + LEAF_ECONOMICS_SLOPE * np.log(mass)
    ax.fill_between(mass, np.exp(middle - LEAF_ECONOMICS_RESIDUAL), np.exp(middle + LEAF_ECONOMICS_RESIDUAL),
                    color="#d9d9d6", lw=0, zorder=0)  # fmt: skip
    ax.plot(mass, np.exp(middle), color=REFERENCE, lw=1.0, ls=(0, (5, 2)), zorder=2)


def _limits(values: np.ndarray, whole: tuple[float, float]) -> tuple[float, float]:
    """Limits of a logarithmic axis that hold all values, and at least ``whole``."""
    found = values[np.isfinite(values)]
    low, high = (float(found.min()) / 1.15, float(found.max()) * 1.15) if found.size else whole
    return min(low, whole[0]), max(high, whole[1])


def _equation() -> str:
    intercept = number(LEAF_ECONOMICS_INTERCEPT, 3)
    return f"GLOPNET: ln(lifespan) = {intercept} + {LEAF_ECONOMICS_SLOPE:g} ln(mass per area)"
