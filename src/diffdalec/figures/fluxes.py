"""Observed and simulated GPP, RECO, ET and LAI over all years, and their mean seasonal cycles."""

from __future__ import annotations

import matplotlib.dates as mdates
import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ..variables import FAST_STREAMS, OBSERVATIONS
from .members import experiments_of, group_of, ok_members
from .style import (
    DOUBLE_COLUMN,
    MM,
    OBSERVED,
    SHADES,
    axis_label,
    colours,
    empty_panel,
    experiment_label,
    new_figure,
    number,
    panel_letter,
    styled,
)

BIN_DAYS = 10
MONTHS = "JFMAMJJASOND"
MONTH_STARTS = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334])


@styled
def fluxes_figure(tree: xr.DataTree) -> Figure:
    """Four streams, a row each: 10-day means over all years, and the mean seasonal cycle.

    Points are observations, lines the median of the members that are ok, bands their range. Calibration years
    are shaded. NNSE of calibration and held-out years (medians over members) stand above each row.
    """
    experiments, palette = experiments_of(tree), colours(experiments_of(tree))
    site, simulation = tree["site"].to_dataset(), group_of(tree, "simulation")
    ok = ok_members(tree)
    figure = new_figure(DOUBLE_COLUMN, 176 * MM)
    axes = figure.subplots(
        len(FAST_STREAMS), 2, gridspec_kw={"width_ratios": (4.1, 1)}, sharex="col", squeeze=False
    )
    for row, stream in enumerate(FAST_STREAMS):
        series, cycle = axes[row]
        quantity = OBSERVATIONS[stream]
        series.set_ylabel(axis_label(quantity.symbol, quantity.unit))
        panel_letter(series, 2 * row)
        panel_letter(cycle, 2 * row + 1)
        observed = _observed(site, stream)
        simulated = simulation[stream].where(ok) if simulation is not None and stream in simulation else None
        _series(series, observed, simulated, palette)
        _periods(series, site)
        _cycle(cycle, observed, simulated, palette)
        if observed is None:
            series.text(1.0, 1.03, "no observations", transform=series.transAxes, ha="right", va="bottom")
        else:
            _scores(series, tree, stream, experiments, palette)
        top = max(series.get_ylim()[1], cycle.get_ylim()[1])
        bottom = min(series.get_ylim()[0], 0.0)
        series.set_ylim(bottom, top)
        cycle.set_ylim(bottom, top)
        cycle.tick_params(labelleft=False)
    axes[-1, 0].xaxis.set_major_locator(mdates.YearLocator())
    axes[-1, 0].xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    axes[-1, 1].set_xticks(MONTH_STARTS + 15, list(MONTHS))
    axes[-1, 1].tick_params(axis="x", length=0)
    axes[-1, 1].set_xlabel("mean seasonal cycle")
    _legend(figure, experiments, palette)
    return figure


def _observed(site: xr.Dataset, stream: str) -> xr.DataArray | None:
    if stream not in site or not bool(site[stream].notnull().any()):
        return None
    return site[stream]


def _binned(values: xr.DataArray, least: int = 1) -> xr.DataArray:
    """Means of BIN_DAYS days, stamped with their middle; NaN where fewer than ``least`` days are there."""
    count = values.notnull().coarsen(time=BIN_DAYS, boundary="pad").sum()
    return values.coarsen(time=BIN_DAYS, boundary="pad").mean().where(count >= least)


def _series(ax: Axes, observed: xr.DataArray | None, simulated: xr.DataArray | None, palette: dict) -> None:
    for width, (name, colour) in zip(_widths(palette), palette.items(), strict=True):
        members = _members(simulated, name)
        if members is None:
            continue
        binned = _binned(members)
        days = binned["time"].values
        ax.fill_between(days, binned.min("member"), binned.max("member"), color=colour, alpha=0.2, lw=0)
        ax.plot(days, binned.median("member"), color=colour, lw=width)
    if observed is not None:
        # A mean of one or two noisy days is no 10-day mean; of leaf area one value is all there is.
        points = _binned(observed, 1 if observed.name == "lai" else 3)
        ax.plot(points["time"].values, points.values, ".", color=OBSERVED, ms=1.8, mew=0, zorder=4)
    if simulated is None and observed is None:
        empty_panel(ax, "neither observed nor simulated")


def _cycle(ax: Axes, observed: xr.DataArray | None, simulated: xr.DataArray | None, palette: dict) -> None:
    """Means by 10 days of the year, over the days that are observed (all days where nothing is)."""
    for width, (name, colour) in zip(_widths(palette), palette.items(), strict=True):
        members = _members(simulated, name)
        if members is None:
            continue
        cycle = _by_season(members if observed is None else members.where(observed.notnull()))
        days = cycle["season"].values
        ax.fill_between(days, cycle.min("member"), cycle.max("member"), color=colour, alpha=0.2, lw=0)
        ax.plot(days, cycle.median("member"), color=colour, lw=1.2 * width)
    if observed is not None:
        cycle = _by_season(observed)
        ax.plot(cycle["season"].values, cycle.values, ".", color=OBSERVED, ms=3, mew=0, zorder=4)
    ax.set_xlim(0, 366)


def _widths(palette: dict) -> np.ndarray:
    """Thinner lines over wider ones, so that experiments that agree are all seen."""
    return np.linspace(1.7, 0.7, len(palette)) if len(palette) > 1 else np.array([1.0])


def _by_season(values: xr.DataArray) -> xr.DataArray:
    season = ((values["time"].dt.dayofyear - 1) // BIN_DAYS * BIN_DAYS + BIN_DAYS / 2).rename("season")
    return values.groupby(season).mean()


def _members(simulated: xr.DataArray | None, name: str) -> xr.DataArray | None:
    """The usable members of one experiment; None where there is none."""
    if simulated is None or name not in simulated["experiment"].values:
        return None
    members = simulated.sel(experiment=name).dropna("member", how="all")
    return members if members.sizes["member"] else None


def _periods(ax: Axes, site: xr.Dataset) -> None:
    time = site["time"].values
    ax.set_xlim(time[0], time[-1])
    for period, shade in SHADES.items():
        if period not in site:
            continue
        inside = site[period].values.astype(bool)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], inside.astype(int), [0]])))
        for start, end in edges.reshape(-1, 2):
            ax.axvspan(time[start], time[end - 1], color=shade, lw=0, zorder=0)
            if start > 0:
                ax.axvline(time[start], color="#777777", lw=0.6, ls=(0, (3, 2)), zorder=1)


def _scores(ax: Axes, tree: xr.DataTree, stream: str, experiments: list[str], palette: dict) -> None:
    """NNSE of calibration and held-out years by experiment, in its colour, above the panel."""
    nnse = tree["calibration"]["nnse"].where(ok_members(tree))
    if stream not in nnse["stream"].values:
        return
    medians = nnse.sel(stream=stream).median("member")
    step = min(0.15, 0.7 / len(experiments))
    for i, name in enumerate(experiments):
        values = medians.sel(experiment=name)
        text = " / ".join(number(float(values.sel(period=p)), 3) for p in ("calibration", "validation"))
        ax.text(
            1.0 - step * (len(experiments) - 1 - i), 1.03, text, transform=ax.transAxes, ha="right",
            va="bottom", color=palette[name], fontweight="bold",
        )  # fmt: skip
    left = 1.0 - step * len(experiments)
    ax.text(
        left,
        1.03,
        "NNSE calibrated / held out",
        transform=ax.transAxes,
        ha="right",
        va="bottom",
        color=OBSERVED,
    )


def _legend(figure: Figure, experiments: list[str], palette: dict) -> None:
    handles: list[Artist] = [
        Line2D([], [], color=OBSERVED, marker=".", ls="", label=f"observed ({BIN_DAYS}-day means)")
    ]
    handles += [Line2D([], [], color=palette[name], label=experiment_label(name)) for name in experiments]
    handles.append(Patch(color="#bbbbbb", lw=0, alpha=0.6, label="range of members"))
    handles.append(Patch(facecolor="#e6e6e1", lw=0, label="calibration years"))
    figure.legend(
        handles=handles,
        loc="outside upper center",
        ncols=min(len(handles), 7),
        columnspacing=1.4,
        handlelength=1.5,
    )
