"""One cell of a study on a page: its biomass by age, its fast streams through the year, and its members' traits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..results.members import OK
from ..units import dry_matter_from_carbon
from ..variables import FAST_STREAMS, OBSERVATIONS, TRAITS
from .style import (
    DOUBLE_COLUMN,
    FAILED,
    MM,
    OBSERVED,
    REFERENCE,
    axis_label,
    colours,
    empty_panel,
    experiment_label,
    markers,
    new_figure,
    panel_letter,
    quantity_label,
    styled,
)

SHOWN_TRAITS = ("wood_residence_time", "root_residence_time", "leaf_lifespan", "allocation_wood", "allocation_leaf")
_DAYS = 10
"""Days of the bins through the year."""


@dataclass(frozen=True)
class CellData:
    """What a cell's figure draws, none of it with the dimension ``cell``.

    ``calibration`` (experiment, member); ``forward`` (experiment, member, age) with the ``reference`` (age) [gC m-2],
    or None; ``streams`` (experiment, time) with ``NAME_observed`` (time), or None; ``truth`` of the traits, or None.
    """

    calibration: xr.Dataset
    carbon_fraction: float
    forward: xr.Dataset | None = None
    streams: xr.Dataset | None = None
    truth: xr.Dataset | None = None


@styled
def cell_figure(data: CellData) -> Figure:
    """Biomass by stand age (every usable member), mean seasonal cycles, and traits of every usable member."""
    names = [str(name) for name in data.calibration["experiment"].values]
    palette = colours(names)
    figure = new_figure(DOUBLE_COLUMN, 112 * MM)
    grid = figure.add_gridspec(2, 1, height_ratios=[1, 1])
    above = grid[0].subgridspec(1, 2, width_ratios=[1, 1.25])
    _biomass(figure.add_subplot(above[0]), data, palette)
    _traits(figure, above[1].subgridspec(1, len(SHOWN_TRAITS)), data, palette)
    below = grid[1].subgridspec(1, len(FAST_STREAMS))
    for i, name in enumerate(FAST_STREAMS):
        _stream(figure.add_subplot(below[i]), name, data.streams, palette, 2 + i)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return figure


def _biomass(ax: Axes, data: CellData, palette: dict[str, str]) -> None:
    panel_letter(ax, 0, "biomass of the forward runs")
    if data.forward is None:
        empty_panel(ax, "there are no forward runs")
        return
    forward, ok = data.forward, data.calibration["status"] == OK
    age = forward["age"].values
    mass = dry_matter_from_carbon(forward["total_biomass"].where(ok), data.carbon_fraction)
    for name, colour in palette.items():
        own = mass.sel(experiment=name).transpose("member", "age")
        ax.plot(age, own.values.T, color=colour, lw=0.5, alpha=0.6)
        ax.plot(age, own.median("member"), color=colour, lw=1.8, label=experiment_label(name))
    reference = dry_matter_from_carbon(forward["reference"], data.carbon_fraction)
    ax.plot(age, reference, color=REFERENCE, ls=(0, (5, 2)), lw=1.3, label="growth curve")
    ax.plot([], [], ".", color=OBSERVED, ms=4, label="observed")
    ax.set_xlabel(axis_label("stand age", "yr"))
    ax.set_ylabel(axis_label("total living biomass", "Mg ha-1"))
    ax.set_xlim(0, age[-1])
    ax.set_ylim(0, None)


def _traits(figure: Figure, places, data: CellData, palette: dict[str, str]) -> None:
    signs = markers(list(palette))
    for j, name in enumerate(SHOWN_TRAITS):
        ax = figure.add_subplot(places[j])
        row = TRAITS[name]
        for i, (experiment, colour) in enumerate(palette.items()):
            one = data.calibration.sel(experiment=experiment)
            good = (one["status"] == OK).values
            values = one[name].values.astype(float)
            across = i + np.linspace(-0.2, 0.2, values.size)
            ax.plot(across[good], values[good], signs[experiment], color=colour, ms=3.2, mew=0)
            if good.any():
                ax.hlines(np.median(values[good]), i - 0.34, i + 0.34, color=colour, lw=1.6)
            else:
                ax.text(i, 0.02, "none usable", transform=ax.get_xaxis_transform(), rotation=90, color=FAILED,
                        ha="center", va="bottom", fontsize=6)  # fmt: skip
        if data.truth is not None and name in data.truth:
            ax.axhline(float(data.truth[name]), color=REFERENCE, ls=(0, (5, 2)), lw=1)
        if row.unit == "1":
            ax.set_ylim(0, 1)
        else:
            ax.set_ylim(0, None)
        ax.set_xlim(-0.6, len(palette) - 0.4)
        ax.set_xticks([])
        ax.set_title(axis_label(quantity_label(name).replace(" ", "\n"), row.unit), fontsize=6.5)
        if j == 0:
            ax.annotate(r"$\mathbf{b}$", (0, 1), (-14, 24), "axes fraction", "offset points", fontsize=7.5)


def _stream(ax: Axes, name: str, streams: xr.Dataset | None, palette: dict[str, str], letter: int) -> None:
    row = OBSERVATIONS[name]
    panel_letter(ax, letter, axis_label(name.upper(), row.unit))
    if streams is None:
        empty_panel(ax, "not simulated")
        return
    seen = streams.get(f"{name}_observed")
    observed = seen if seen is not None and bool(seen.notnull().any()) else None
    for experiment, colour in palette.items():
        own = streams[name].sel(experiment=experiment)
        # Lines and points are means over the same days, where there is any to compare with.
        days, values = _cycle(own if observed is None else own.where(observed.notnull()))
        ax.plot(days, values, color=colour, lw=1.2)
    if observed is not None:
        days, values = _cycle(observed)
        ax.plot(days, values, ".", color=OBSERVED, ms=3, zorder=4)
    else:
        ax.text(0.5, 0.95, "not observed", transform=ax.transAxes, ha="center", va="top", color=FAILED)
    ax.set_xlim(0, 366)
    ax.set_xticks([15, 105, 196, 288], ["Jan", "Apr", "Jul", "Oct"])


def _cycle(values: xr.DataArray) -> tuple[np.ndarray, np.ndarray]:
    """Mean of each ten days of the year over all years, of what is there."""
    means = values.groupby(((values["time"].dt.dayofyear - 1) // _DAYS).rename("bin")).mean()
    return means["bin"].values * _DAYS + _DAYS / 2, means.values
