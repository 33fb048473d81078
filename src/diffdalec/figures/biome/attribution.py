"""What drives a trait: its map, the importance of predictors, SHAP dependence with breakpoints, partial dependence.

Drawn from the attribution's Dataset, dims (experiment, trait, …), see docs/theory/attribution.md: ``value`` (cell),
``shap`` (cell, predictor), ``share`` (predictor) with ``_low`` and ``_high``, ``grid``, ``lowess`` and
``partial_dependence`` (predictor, point), ``breakpoint`` (predictor) with its interval and ``breakpoint_p_holm``,
``r2`` (scheme), ``units`` and ``status``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from ...units import DAYS_PER_YEAR
from ...variables import CLIMATE, SOIL, VEGETATION
from ..style import (
    DOUBLE_COLUMN,
    MM,
    axis_label,
    experiment_label,
    new_figure,
    number,
    panel_letter,
    styled,
    unit_label,
)
from .maps import CellMap, colour_bar
from .quantities import SHARES, name_of, quantity_axis, sentence, unit_of
from .scales import extend, limits, sequential
from .scatter import count

FAMILIES: Mapping[str, Sequence[str]] = {
    "climate": tuple(CLIMATE), "soil": tuple(SOIL), "vegetation": tuple(VEGETATION)
}  # fmt: skip
COLOURS = {"climate": "#0072B2", "soil": "#E69F00", "vegetation": "#009E73"}
TREND, BREAK = "#c1272d", "#5b3a8e"
SIGNIFICANT = 0.05
"""Breakpoints whose Holm-adjusted p value is below this are drawn."""

TOP = 8
_ACROSS = 4


@styled
def attribution_figure(cells: xr.Dataset, attributions: xr.Dataset, trait: str, experiment: str) -> Figure:
    """One trait of one experiment: (a) its map, (b) the predictors' importance with intervals, and the SHAP values of
    the eight most important against their predictors, with LOWESS and breakpoints where there is evidence of one."""
    attribution, where = _one(attributions, trait, experiment), CellMap.of(cells)
    map_width = min(70.0, 62.0 / max(where.aspect, 0.75)) * MM
    names = _ordered(attribution)[:TOP]
    rows = -(-len(names) // _ACROSS)
    figure = new_figure(DOUBLE_COLUMN, (72 + 46 * rows) * MM)
    grid = figure.add_gridspec(1 + rows, 1, height_ratios=(1.5, *[1.0] * rows))
    top = grid[0].subgridspec(1, 2, width_ratios=(1.0, 1.35))
    _map(figure.add_subplot(top[0]), where, cells, attribution, trait, map_width)
    ax = figure.add_subplot(top[1])
    _importance(ax, attribution)
    panel_letter(ax, 1, "importance of predictors")
    shared: Axes | None = None
    places = [grid[1 + row].subgridspec(1, _ACROSS) for row in range(rows)]
    for i, name in enumerate(names):
        ax = figure.add_subplot(places[i // _ACROSS][i % _ACROSS], sharey=shared)
        shared = shared or ax
        _dependence(ax, cells, attribution, name)
        panel_letter(ax, 2 + i)
        ax.tick_params(labelleft=i % _ACROSS == 0)
        if i % _ACROSS == 0:
            ax.set_ylabel(_effect_axis(attribution, "SHAP value"))
    _share_effects(shared, attribution["shap"].sel(predictor=names).values)
    figure.legend(handles=_legend(attribution, names), loc="outside lower center", ncols=4, columnspacing=1.4)
    return figure


@styled
def partial_dependence_figure(attributions: xr.Dataset, trait: str, experiment: str) -> Figure:
    """Partial dependence of one trait on each predictor, the mean over the models of the folds with their interval."""
    attribution = _one(attributions, trait, experiment)
    names = _ordered(attribution)
    rows = -(-len(names) // _ACROSS)
    figure = new_figure(DOUBLE_COLUMN, (6 + 41 * rows) * MM)
    axes = figure.subplots(rows, _ACROSS, sharey=True, squeeze=False).ravel()
    for i, (ax, name) in enumerate(zip(axes, names, strict=False)):
        one = attribution.sel(predictor=name)
        colour = COLOURS[_family(name)]
        ax.fill_between(one["grid"], one["partial_dependence_low"], one["partial_dependence_high"], color=colour,
                        alpha=0.22, lw=0)  # fmt: skip
        ax.plot(one["grid"], one["partial_dependence"], color=colour, lw=1.4)
        ax.axhline(0, color="#aaaaaa", lw=0.5, zorder=0)
        ax.set_xlabel(axis_label(name_of(name), unit_of(name)))
        ax.xaxis.set_major_locator(MaxNLocator(4))
        panel_letter(ax, i)
        if i % _ACROSS == 0:
            ax.set_ylabel(_effect_axis(attribution, "partial dependence"))
    for ax in axes[len(names) :]:
        ax.axis("off")
    handles = [Line2D([], [], color=COLOURS[f], lw=1.4, label=f) for f in _families(names)]
    handles.append(Patch(color="#bbbbbb", lw=0, label="interval over the folds' models"))  # type: ignore[arg-type]
    title = f"{sentence(name_of(trait))}, {_note(attribution)}"
    figure.legend(handles=handles, loc="outside upper center", ncols=4, title=title, title_fontsize=7)
    return figure


@styled
def attribution_skill_figure(attributions: xr.Dataset, experiment: str) -> Figure:
    """R² of held-out cells by trait of one experiment, folds at random beside folds of whole tiles, with intervals; and
    the families' shares of importance."""
    traits = attributed_traits(attributions, experiment)
    figure = new_figure(DOUBLE_COLUMN, (28 + 8.5 * len(traits)) * MM)
    left, right = figure.subplots(1, 2, sharey=True)
    shapes = {"random": ("o", "#777777"), "blocked": ("s", "#000000")}
    names = []
    for row, trait in enumerate(traits):
        one = _one(attributions, trait, experiment)
        names.append(f"{sentence(name_of(trait))}\n{count(int(one['cells']))}")
        for offset, (scheme, (shape, colour)) in zip((-0.14, 0.14), shapes.items(), strict=True):
            low, middle, high = (float(one[key].sel(scheme=scheme)) for key in ("r2_low", "r2", "r2_high"))
            left.plot([low, high], [row + offset] * 2, color=colour, lw=1.0)
            left.plot(middle, row + offset, shape, color=colour, ms=4, mew=0)
            left.annotate(number(middle), (high, row + offset), (3, 0), textcoords="offset points", va="center",
                          fontsize=6, color=colour)  # fmt: skip
        start = 0.0
        for family in one["family"].values:
            share = float(one["family_share"].sel(family=family))
            right.barh(row, share, 0.55, start, color=COLOURS[str(family)], lw=0)
            if share > 0.08:
                right.text(start + share / 2, row, f"{100 * share:.0f} %", ha="center", va="center", color="white",
                           fontsize=6, fontweight="bold")  # fmt: skip
            start += share
    left.axvline(0, color="#777777", lw=0.6, zorder=0)
    left.set_xlim(min(left.get_xlim()[0], -0.05), 1.0)
    left.set_xlabel("R² of held-out cells [–]")
    right.set_xlim(0, 1)
    right.set_xlabel("share of importance [–]")
    left.set_yticks(range(len(names)), names)
    left.set_ylim(len(names) - 0.5, -0.5)
    for i, ax in enumerate((left, right)):
        panel_letter(ax, i)
        ax.tick_params(axis="y", length=0)
    handles = [Line2D([], [], marker=s, color=c, lw=1, ms=4, label=f"folds {text}")
               for (s, c), text in zip(shapes.values(), ("at random", "of whole tiles"), strict=True)]  # fmt: skip
    handles += [Patch(color=c, lw=0, label=f) for f, c in COLOURS.items()]  # type: ignore[misc]
    figure.legend(handles=handles, loc="outside upper center", ncols=5)
    return figure


def attributed_traits(attributions: xr.Dataset, experiment: str) -> tuple[str, ...]:
    """The traits of an experiment that the regression was made for, whether it explains them or not."""
    there = attributions["cells"].sel(experiment=experiment) > 0
    return tuple(str(name) for name in attributions["trait"].values[there.values])


def _one(attributions: xr.Dataset, trait: str, experiment: str) -> xr.Dataset:
    """A trait's attribution on the cells that it was made with and the predictors that vary."""
    one = attributions.sel(trait=trait, experiment=experiment)
    return one.isel(cell=np.isfinite(one["value"].values), predictor=np.isfinite(one["grid"].values).all(axis=-1))


def _map(ax: Axes, where: CellMap, cells: xr.Dataset, attribution: xr.Dataset, trait: str, width: float) -> None:
    values = attribution["value"].reindex(cell=cells["cell"]).values.astype(float)
    unit = str(attribution["units"].item())
    if unit.startswith("ln("):
        values, unit = np.exp(values), unit[3:-1]
    if unit == "d-1":
        values, unit = values * DAYS_PER_YEAR, "yr-1"
    norm = limits([values], 0.0, 1.0 if trait in SHARES else None)
    where.base(ax)
    mappable = where.draw(ax, values, norm, sequential(), width)
    where.locate(ax)
    experiment = experiment_label(str(attribution["experiment"].item()))
    panel_letter(ax, 0, f"{sentence(name_of(trait))}, {experiment}")
    ax.set_xlabel(_note(attribution), labelpad=2)
    colour_bar([ax], mappable, quantity_axis(trait, unit), extend([values], norm), shrink=0.85)


def _importance(ax: Axes, attribution: xr.Dataset) -> None:
    names = _ordered(attribution)
    for row, name in enumerate(names):
        one, colour = attribution.sel(predictor=name), COLOURS[_family(name)]
        share, low, high = (100 * float(one[key]) for key in ("share", "share_low", "share_high"))
        ax.barh(row, share, 0.7, color=colour, alpha=0.75, lw=0)
        ax.plot([low, high], [row, row], color="#333333", lw=0.8)
    ax.set_yticks(range(len(names)), [name_of(n) for n in names])
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0, labelsize=6)
    ax.set_xlim(left=0)
    ax.set_xlabel("relative importance [%]")
    by_family = zip(attribution["family"].values, attribution["family_share"].values, strict=True)
    shares = [f"{family} {100 * float(share):.0f} %" for family, share in by_family]
    if str(attribution["status"].item()) != "explained":
        shares.append("not explained in held-out tiles")
    ax.text(0.97, 0.05, "\n".join(shares), transform=ax.transAxes, ha="right", va="bottom", linespacing=1.3)


def _dependence(ax: Axes, cells: xr.Dataset, attribution: xr.Dataset, name: str) -> None:
    one = attribution.sel(predictor=name)
    x = cells[name].reindex(cell=attribution["cell"]).values.astype(float)
    size = float(np.clip(600.0 / max(x.size, 1), 0.6, 6.0))
    ax.scatter(x, one["shap"].values, s=size, color=COLOURS[_family(name)], alpha=0.35, lw=0, rasterized=True)
    ax.axhline(0, color="#aaaaaa", lw=0.5, zorder=0)
    ax.plot(one["grid"], one["lowess"], color=TREND, lw=1.4, zorder=4)
    if _bends(one):
        place, low, high = (float(one[key]) for key in ("breakpoint", "breakpoint_low", "breakpoint_high"))
        ax.axvspan(low, high, color=BREAK, alpha=0.15, lw=0, zorder=0)
        ax.axvline(place, color=BREAK, lw=0.9, ls=(0, (4, 2)), zorder=3)
        digits = _digits(high - low)
        text = f"{number(place, digits)} [{number(low, digits)}, {number(high, digits)}]"
        ax.set_title(text, loc="right", color=BREAK, fontsize=6)
    ax.set_xlabel(axis_label(name_of(name), unit_of(name)))
    ax.xaxis.set_major_locator(MaxNLocator(4))


def _share_effects(ax: Axes | None, values: np.ndarray) -> None:
    if ax is None or not np.isfinite(values).any():
        return
    low, high = np.nanpercentile(values, [0.1, 99.9])
    room = 0.12 * (high - low) or 1.0
    ax.set_ylim(low - 1.6 * room, high + room)


def _legend(attribution: xr.Dataset, names: Sequence[str]) -> list:
    handles: list = [Line2D([], [], color=COLOURS[f], marker="o", ls="", ms=4, alpha=0.7, label=f)
                     for f in _families([str(n) for n in attribution["predictor"].values])]  # fmt: skip
    handles.append(Line2D([], [], color=TREND, lw=1.4, label="LOWESS"))
    handles.append(Line2D([], [], color="#333333", lw=0.8, label="interval over the folds' models"))
    if any(_bends(attribution.sel(predictor=n)) for n in names):
        handles.append(Line2D([], [], color=BREAK, lw=0.9, ls=(0, (4, 2)), label="breakpoint with interval"))
    return handles


def _note(attribution: xr.Dataset) -> str:
    r2 = {str(s): float(attribution["r2"].sel(scheme=s)) for s in attribution["scheme"].values}
    return f"{count(int(attribution['cells']))}, R² {number(r2['random'])} (tiles {number(r2['blocked'])})"


def _effect_axis(attribution: xr.Dataset, text: str) -> str:
    unit = str(attribution["units"].item())
    return f"{text} [{unit_of_effect(unit)}]"


def unit_of_effect(unit: str) -> str:
    """The unit of effects on a trait, on the scale of its regression: logarithms differ by pure numbers."""
    return "ln" if unit.startswith("ln(") else unit_label(unit) or "–"


def _ordered(attribution: xr.Dataset) -> list[str]:
    order = np.argsort(-attribution["share"].values, kind="stable")
    return [str(name) for name in attribution["predictor"].values[order]]


def _bends(one: xr.Dataset) -> bool:
    """Whether a breakpoint is told: with evidence of one, of a trait that is explained at all."""
    return str(one["status"].item()) == "explained" and bool(one["breakpoint_p_holm"] < SIGNIFICANT)


def _family(name: str) -> str:
    return next(family for family, names in FAMILIES.items() if name in names)


def _families(names: Sequence[str]) -> list[str]:
    return [f for f in FAMILIES if any(_family(n) == f for n in names)]


def _digits(value: float) -> int:
    """Decimals that a width of an interval warrants: two of its digits."""
    return int(np.clip(1 - np.floor(np.log10(abs(value))), 0, 3)) if value else 1

