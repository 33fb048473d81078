"""Biomass against stand age: the reference curve, the growth run, and every member's forward run."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ..units import CARBON_FRACTION, megagrams_carbon_from_grams
from .members import experiments_of, group_of, ok_members
from .style import (
    DOUBLE_COLUMN,
    FAILED,
    MM,
    REFERENCE,
    axis_label,
    colours,
    empty_panel,
    experiment_label,
    new_figure,
    number,
    panel_letter,
    styled,
)

PANELS_ACROSS = 3
NO_FORWARD = "no forward runs:\nno growth curve was given"


@styled
def biomass_figure(tree: xr.DataTree) -> Figure:
    """Total living biomass by age, in MgC ha-1 (left) and Mg ha-1 of dry matter (right).

    (a) the median trajectory of each experiment's forward runs with the range of its members, RMSE along the
    reference curve; (b) the calibrated growth run; then a panel for every experiment with all its members:
    those that died dashed and counted, those whose calibration failed grey.
    """
    experiments, palette = experiments_of(tree), colours(experiments_of(tree))
    forward, growth = group_of(tree, "forward"), group_of(tree, "growth_run")
    if forward is None and growth is None:
        figure = new_figure(DOUBLE_COLUMN, 30 * MM)
        empty_panel(figure.subplots(), NO_FORWARD)
        return figure
    across = min(len(experiments), PANELS_ACROSS)
    rows = -(-len(experiments) // PANELS_ACROSS)
    figure = new_figure(DOUBLE_COLUMN, (75 + 60 * rows) * MM)
    grid = figure.add_gridspec(1 + rows, 1, height_ratios=(1.15, *[1.0] * rows))
    top = grid[0].subgridspec(1, 2, width_ratios=(7, 5))
    first = figure.add_subplot(top[0])
    second = figure.add_subplot(top[1], sharey=first)
    below = [grid[1 + row].subgridspec(1, across) for row in range(rows)]
    rest = [figure.add_subplot(below[i // across][i % across], sharey=first) for i in range(len(experiments))]
    ok = ok_members(tree)
    _medians(first, forward, ok, palette)
    _growth_run(second, growth, forward, ok, palette)
    for ax, name in zip(rest, experiments, strict=True):
        _every_member(ax, forward, ok, name, palette[name])
    for index, (ax, title) in enumerate(
        zip(
            (first, second, *rest),
            ("forward runs: members' median and range", "calibrated growth run",
             *(f"{experiment_label(name)}: every member" for name in experiments)),
            strict=True,
        )
    ):  # fmt: skip
        panel_letter(ax, index, title)
        ax.set_xlabel(axis_label("stand age", "yr"))
    first.set_ylim(bottom=-0.015 * first.get_ylim()[1])
    _units(first, left=True)
    _units(second, right=True)
    for i, ax in enumerate(rest):
        _units(ax, left=i % across == 0, right=i % across == across - 1 or i == len(rest) - 1)
    _legend(figure, experiments, palette)
    return figure


def _medians(ax: Axes, forward: xr.Dataset | None, ok: xr.DataArray, palette: dict) -> None:
    if forward is None:
        empty_panel(ax, NO_FORWARD)
        return
    lines = []
    for name, colour in palette.items():
        members = _usable(forward, ok, name)
        if members is None:
            lines.append((f"{experiment_label(name)}: no usable member", colour))
            continue
        age, median = members["age"].values, members.median("member")
        ax.fill_between(age, members.min("member"), members.max("member"), color=colour, alpha=0.15, lw=0)
        ax.plot(age, median, color=colour, lw=1.6)
        if "rmse" in forward and name in forward["experiment"].values:
            rmse = number(float(forward["rmse"].sel(experiment=name)), 1)
            lines.append((f"{experiment_label(name)}: {rmse} (n = {members.sizes['member']})", colour))
    _reference(ax, forward)
    ax.set_xlim(0, float(forward["age"].max()))
    ax.text(0.02, 0.97, "RMSE along the curve\n[Mg ha$^{−1}$ dry matter]", transform=ax.transAxes, va="top")
    for i, (text, colour) in enumerate(lines):
        ax.text(
            0.02, 0.84 - 0.065 * i, text, transform=ax.transAxes, va="top", color=colour, fontweight="bold"
        )


def _growth_run(
    ax: Axes, growth: xr.Dataset | None, forward: xr.Dataset | None, ok: xr.DataArray, palette: dict
) -> None:
    every = {} if growth is None else {name: _usable(growth, ok, name) for name in palette}
    drawn = {name: members for name, members in every.items() if members is not None}
    if not drawn:
        empty_panel(ax, "no growth run:\nno experiment used the curve,\nor none of its members is usable")
        return
    for row, (name, members) in enumerate(drawn.items()):
        for i in range(members.sizes["member"]):
            ax.plot(members["age"], members.isel(member=i), color=palette[name], lw=0.6, alpha=0.6)
        ax.plot(members["age"], members.median("member"), color=palette[name], lw=1.6)
        ax.text(
            0.97, 0.06 + 0.07 * row, f"{experiment_label(name)}, n = {members.sizes['member']}",
            transform=ax.transAxes, ha="right", color=palette[name], fontweight="bold",
        )  # fmt: skip
    if forward is not None:
        _reference(ax, forward)
    ax.set_xlim(0, max(float(members["age"].max()) for members in drawn.values()))


def _every_member(ax: Axes, forward: xr.Dataset | None, ok: xr.DataArray, name: str, colour: str) -> None:
    if forward is None or name not in forward["experiment"].values:
        empty_panel(ax, NO_FORWARD)
        return
    one = forward.sel(experiment=name)
    carbon, usable = megagrams_carbon_from_grams(one["total_biomass"]), ok.sel(experiment=name)
    alive = one["alive"].astype(bool) if "alive" in one else xr.ones_like(usable)
    for member in one["member"].values:
        line = carbon.sel(member=member)
        if not bool(usable.sel(member=member)):
            ax.plot(line["age"], line, color=FAILED, lw=0.6, ls=":")
        elif bool(alive.sel(member=member)):
            ax.plot(line["age"], line, color=colour, lw=0.7, alpha=0.75)
        else:
            ax.plot(line["age"], line, color="#D55E00", lw=0.9, ls=(0, (3, 1.5)), zorder=4)
    _reference(ax, forward)
    ax.set_xlim(0, float(one["age"].max()))
    dead, failed = int((usable & ~alive).sum()), int((~usable).sum())
    counts = [f"{int((usable & alive).sum())} alive"] + [f"{dead} died"] * (dead > 0)
    counts += [f"{failed} failed in calibration"] * (failed > 0)
    ax.text(0.03, 0.97, "\n".join(counts), transform=ax.transAxes, va="top")


def _usable(group: xr.Dataset, ok: xr.DataArray, name: str) -> xr.DataArray | None:
    """Trajectories [MgC ha-1] of an experiment's usable members, the dead included; None without any."""
    if name not in group["experiment"].values:
        return None
    members = group["total_biomass"].sel(experiment=name).where(ok.sel(experiment=name))
    members = members.dropna("member", how="all")
    return megagrams_carbon_from_grams(members) if members.sizes["member"] else None


def _reference(ax: Axes, forward: xr.Dataset) -> None:
    if "reference" in forward:
        curve = megagrams_carbon_from_grams(forward["reference"])
        ax.plot(curve["age"], curve, color=REFERENCE, lw=1.2, ls=(0, (5, 2)), zorder=5)


def _units(ax: Axes, left: bool = False, right: bool = False) -> None:
    """Carbon on the left, dry matter on the right, the shared axis labelled at the row's ends only."""
    ax.tick_params(labelleft=left)
    if left:
        ax.set_ylabel(axis_label("total living biomass", "MgC ha-1"))
    if right:
        twin = ax.secondary_yaxis(
            "right",
            functions=(lambda c: np.asarray(c) / CARBON_FRACTION, lambda d: np.asarray(d) * CARBON_FRACTION),
        )
        twin.set_ylabel(axis_label("dry matter", "Mg ha-1"))


def _legend(figure: Figure, experiments: list[str], palette: dict) -> None:
    handles: list[Artist] = [Line2D([], [], color=REFERENCE, ls=(0, (5, 2)), label="reference curve")]
    handles += [
        Line2D([], [], color=palette[name], lw=1.6, label=experiment_label(name)) for name in experiments
    ]
    handles.append(Patch(color="#bbbbbb", lw=0, alpha=0.6, label="range of members"))
    handles.append(Line2D([], [], color="#D55E00", ls=(0, (3, 1.5)), label="member that died"))
    handles.append(Line2D([], [], color=FAILED, ls=":", label="failed in calibration"))
    figure.legend(
        handles=handles,
        loc="outside upper center",
        ncols=min(len(handles), 7),
        columnspacing=1.2,
        handlelength=2,
    )
