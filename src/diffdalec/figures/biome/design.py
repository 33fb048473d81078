"""The design of a study: from products to results, what each experiment runs, and what holds it.

Drawn from :func:`~diffdalec.figures.biome.design_definition.study_design`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Patch, Rectangle

from ...ecological_rules import EDCS
from ..style import DOUBLE_COLUMN, MM, REFERENCE, colours, experiment_label, new_figure, panel_letter, styled
from .quantities import STREAMS, name_of, sentence

_BOX, _EDGE = "#eef1f4", "#7d8790"
_ROW = 4.0 * MM
_HOLLOW = "#c9c9c5"


@styled
def design_figure(design: xr.Dataset) -> Figure:
    """(a) the flow from products to results; (b) the runs by simulation year, with the years in which the fast streams
    are compared, and where biomass is; (c) the terms of each experiment's cost."""
    experiments = [str(name) for name in design["experiment"].values]
    palette = colours(experiments)
    lines, rules = _cost_rows(design), _edc_rows(design)
    heights = (21 * MM, (9 + 13.5 * len(experiments)) * MM, 8 * MM + _ROW * max(len(lines), len(rules)))
    figure = new_figure(DOUBLE_COLUMN, sum(heights) + 12 * MM)
    grid = figure.add_gridspec(3, 1, height_ratios=heights)
    ax = figure.add_subplot(grid[0])
    panel_letter(ax, 0, "from products to results")
    _flow(ax, design)
    ax = figure.add_subplot(grid[1])
    panel_letter(ax, 1, "runs and what they are compared with")
    _runs(ax, design, palette)
    below = grid[2].subgridspec(1, 2, width_ratios=(0.8, 1.0))
    for i, (title, rows) in enumerate({"streams and priors": lines, "constraints": rules}.items()):
        ax = figure.add_subplot(below[i])
        panel_letter(ax, 2 + i, title)
        _matrix(ax, rows, palette, max(len(lines), len(rules)))
    handles = [
        Patch(facecolor="#666666", lw=0, label="fast streams compared"),
        Patch(facecolor="#ffffff", edgecolor="#666666", hatch="//////", lw=0.4, label="held out"),
        Patch(facecolor="#d9d9d9", lw=0, label="run alone"),
        Line2D([], [], color=REFERENCE, lw=1.2, label="growth curve"),
        Line2D([], [], color=REFERENCE, marker="D", ls="", ms=4, label="biomass of one year"),
    ]
    kinds = ("biomass_curve", "final_biomass")
    used = [True, True, True, *(bool((design["observe"] == kind).any()) for kind in kinds)]
    shown = [handle for handle, there in zip(handles, used, strict=True) if there]
    figure.legend(handles=shown, loc="outside lower center", ncols=len(shown))
    return figure


def _flow(ax: Axes, design: xr.Dataset) -> None:
    cells, members, years = (int(design.attrs[name]) for name in ("cells", "members", "forward_years"))
    number = design.sizes["experiment"]
    boxes = {
        "products": "drivers, fast streams,\nbiomass, soil, vegetation",
        "cell set": f"{cells:,} cell{'s' if cells != 1 else ''} of 0.5°,\ndaily",
        "calibration": f"{number} experiment{'s' if number != 1 else ''} ×\n{members} members, by gradients",
    }
    if years:
        boxes["forward runs"] = f"{years} years from\nbare ground"
    boxes["results"] = "held-out skill, robustness,\nmaps of traits, attribution"
    ax.axis("off")
    width, gap = 1.0, 0.16
    ax.set_xlim(-0.02, len(boxes) * (width + gap) - gap + 0.02)
    ax.set_ylim(0, 1)
    for i, (title, body) in enumerate(boxes.items()):
        left = i * (width + gap)
        ax.add_patch(
            FancyBboxPatch((left + 0.02, 0.08), width - 0.04, 0.84, boxstyle="round,pad=0,rounding_size=0.03",
                           mutation_aspect=1.0, facecolor=_BOX, edgecolor=_EDGE, lw=0.6)
        )  # fmt: skip
        ax.text(left + width / 2, 0.76, sentence(title), ha="center", va="center", fontweight="bold")
        ax.text(left + width / 2, 0.38, body, ha="center", va="center", fontsize=6.5, linespacing=1.25)
        if i:
            arrow = {"arrowstyle": "-|>", "color": _EDGE, "lw": 0.9, "shrinkA": 0, "shrinkB": 0}
            ax.annotate("", (left + 0.005, 0.5), (left - gap - 0.005, 0.5), arrowprops=arrow)


def _runs(ax: Axes, design: xr.Dataset, palette: dict[str, str]) -> None:
    longest = int(design["years"].max())
    for row, (name, colour) in enumerate(palette.items()):
        one = design.sel(experiment=name)
        years, last = int(one["years"]), int(one["last_year"])
        ax.add_patch(Rectangle((0, row - 0.16), years, 0.32, facecolor=_tint(colour, 0.75), lw=0))
        for period in ("calibration", "validation"):
            first, end = (int(one[f"{period}_{part}"]) for part in ("first", "last"))
            if not first:
                continue
            start, stop = years - (last - first) - 1, years - (last - min(end, last))
            look: dict[str, Any] = {"facecolor": colour}
            if period == "validation":
                look = {"facecolor": "white", "hatch": "//////"}
            ax.add_patch(Rectangle((start, row - 0.16), stop - start, 0.32, edgecolor=colour, lw=0.5, **look))
        length = int(one["cycle_last"]) - int(one["cycle_first"]) + 1
        phase = years - (last - int(one["cycle_first"]) + 1)
        for boundary in np.arange(phase % length or length, years, length):
            ax.plot([boundary] * 2, [row - 0.23, row + 0.23], color="#555555", lw=0.6)
        ax.text(0, row - 0.27, _of_run(one, name), va="bottom", ha="left")
        _biomass(ax, one, row, years)
    ax.set_xlim(-0.01 * longest, 1.03 * longest)
    ax.set_ylim(len(palette) - 0.55, -0.75)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("year of simulation")


def _of_run(one: xr.Dataset, name: str) -> str:
    years, first, last = (int(one[key]) for key in ("years", "cycle_first", "cycle_last"))
    start = " from bare ground" if bool(one["bare_ground"]) else ""
    if years > last - first + 1:
        return f"{experiment_label(name)}: {years} years{start}, {first}–{last} in cycles"
    end = int(one["last_year"])
    return f"{experiment_label(name)}: {years} years{start}, {end - years + 1}–{end}"


def _biomass(ax: Axes, one: xr.Dataset, row: int, years: int) -> None:
    observe = str(one["observe"].sel(stream="biomass").item())
    if observe == "final_biomass":
        ax.plot(years, row, "D", color=REFERENCE, ms=4, zorder=5, clip_on=False)
    elif observe == "biomass_curve":
        age = np.linspace(0, years, 100)
        grown = (1 - np.exp(-4.0 * age / years)) ** 2.5
        ax.plot(age, row + 0.16 - 0.32 * grown, color=REFERENCE, lw=1.2, zorder=5)


def _cost_rows(design: xr.Dataset) -> dict[str, np.ndarray]:
    """Whether an experiment (experiment,) compares a stream in a way, by what is written of it; then the priors."""
    rows: dict[str, np.ndarray] = {}
    for stream in design["stream"].values:
        observe, days = (design[name].sel(stream=stream).values for name in ("observe", "days"))
        for kind, each in dict.fromkeys(zip(observe.tolist(), days.tolist(), strict=True)):
            if kind:
                rows[_stream(str(stream), kind, int(each))] = (observe == kind) & (days == each)
    for name in design["of_prior"].values:
        rows[f"prior: {name_of(str(name))}"] = design["prior"].sel(of_prior=name).values
    return rows


def _edc_rows(design: xr.Dataset) -> dict[str, np.ndarray]:
    text = {name: f"{name.upper()}: {said.replace('soil organic matter', 'SOM')}" for name, said in EDCS.items()}
    return {text[str(name)]: design["edc"].sel(constraint=name).values for name in design["constraint"].values}


def _stream(name: str, observe: str, days: int) -> str:
    how = {
        "daily": "daily", "window_mean": f"means of {days} days", "sample": f"every {days} days",
        "biomass_curve": "at every stand age", "final_biomass": "at the end of the run",
    }[observe]  # fmt: skip
    return f"{STREAMS.get(name, name)}, {how}"


def _matrix(ax: Axes, rows: dict[str, np.ndarray], palette: dict[str, str], height: int) -> None:
    for y, used in enumerate(rows.values()):
        if y % 2 == 0:
            ax.axhspan(y - 0.5, y + 0.5, color="#f4f4f1", lw=0, zorder=0)
        for x, (there, colour) in enumerate(zip(used, palette.values(), strict=True)):
            look: dict[str, Any] = {"color": colour} if there else {"mfc": "none", "mec": _HOLLOW}
            ax.plot(x, y, "o", ms=4.2, mew=0 if there else 0.6, **look)
    ax.set_yticks(range(len(rows)), list(rows), fontsize=6.5)
    ax.set_ylim(height - 0.5, -0.5)
    ax.set_xlim(-0.6, len(palette) - 0.4)
    ax.set_xticks(range(len(palette)), [experiment_label(name).replace("-", "-\n", 1) for name in palette])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    for tick, colour in zip(ax.get_xticklabels(), palette.values(), strict=True):
        tick.set_color(_tint(colour, -0.25))


def _tint(colour: str, share: float) -> tuple[float, float, float]:
    """A colour mixed with white by ``share``, or with black where it is negative."""
    red, green, blue = (c + (1.0 - c) * share if share > 0 else c * (1.0 + share) for c in to_rgb(colour))
    return red, green, blue
