"""The cost's terms by member: how well each stream fits, and which prior or rule costs what."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure

from ..variables import FAST_STREAMS
from .members import experiments_of, ok_members
from .style import (
    DOUBLE_COLUMN,
    FAILED,
    MM,
    colours,
    empty_panel,
    experiment_label,
    new_figure,
    number,
    quantity_label,
    styled,
)

STREAM = "stream:"
LEAST_PENALTY, GREATEST_PENALTY = 1e-3, 1e1
ANNOTATED_COLUMNS = 18
"""With more members than this the cells are too narrow for numbers."""


@styled
def cost_terms_figure(tree: xr.DataTree) -> Figure:
    """Rows are terms, columns members by experiment; above them the total cost.

    Streams on their own scale (−w · NNSE: −1 is a perfect fit with weight 1), priors and rules on a
    logarithmic one (0 costs nothing). A cross marks what an experiment lacks; failed members are hatched.
    """
    experiments, palette = experiments_of(tree), colours(experiments_of(tree))
    calibration = tree["calibration"].to_dataset()
    terms = calibration["cost_terms"].dropna("term", how="all")
    names = [str(name) for name in terms["term"].values]
    streams = [name for name in names if name.startswith(STREAM)]
    penalties = [name for name in names if not name.startswith(STREAM)]
    heights = [4.0, max(len(streams), 1), max(len(penalties), 1)]
    figure = new_figure(DOUBLE_COLUMN, (18 + 4.6 * sum(heights)) * MM)
    top, middle, bottom = figure.subplots(3, 1, sharex=True, gridspec_kw={"height_ratios": heights})
    columns = terms.stack(column=("experiment", "member"), create_index=False)
    usable = ok_members(tree).stack(column=("experiment", "member"), create_index=False).values
    _totals(top, calibration["cost"], usable, palette)
    if streams:
        fits = terms.sel(term=streams)
        best = float(fits.min())
        norm = Normalize(best, max(float(fits.max()), best + 0.2))
        _matrix(figure, middle, columns.sel(term=streams), norm, "GnBu_r", "−w · NNSE")
    else:
        empty_panel(middle, "no stream has a cost")
    if penalties:
        norm = LogNorm(LEAST_PENALTY, GREATEST_PENALTY)
        _matrix(figure, bottom, columns.sel(term=penalties), norm, "OrRd", "prior or rule: penalty")
    else:
        empty_panel(bottom, "no prior and no rule in the cost")
    members = terms.sizes["member"]
    for ax in (top, middle, bottom):
        for i in range(1, len(experiments)):
            ax.axvline(
                i * members - 0.5,
                color="white" if ax is not top else "#bbbbbb",
                lw=2.5 if ax is not top else 0.6,
            )
        if ax is not top:
            for column in np.flatnonzero(~usable).tolist():
                ax.axvspan(
                    column - 0.5, column + 0.5, facecolor="none", edgecolor="#b5b5b5", hatch="////", lw=0
                )
    bottom.set_xticks(np.arange(usable.size), list(calibration["member"].values) * len(experiments))
    bottom.tick_params(axis="x", length=0)
    if usable.size > 36:
        bottom.tick_params(axis="x", labelsize=5)
    bottom.set_xlabel("member")
    return figure


def _term_label(term: str) -> str:
    if term.startswith("edc"):
        return f"EDC {term.removeprefix('edc')}"
    kind, _, name = term.partition(":")
    name = name.upper() if name in FAST_STREAMS else quantity_label(name)
    return name if kind == "stream" else f"{kind}: {name}"


def _totals(ax: Axes, cost: xr.DataArray, usable: np.ndarray, palette: dict) -> None:
    members = cost.sizes["member"]
    values = cost.transpose("experiment", "member").values.ravel()
    shown = values[usable & np.isfinite(values)]
    for i, (name, colour) in enumerate(palette.items()):
        here = slice(i * members, (i + 1) * members)
        columns = np.arange(i * members, (i + 1) * members)
        good = usable[here]
        ax.plot(columns[good], values[here][good], "o", color=colour, ms=3.2, mew=0)
        count = f"{int(good.sum())} of {members} ok"
        ax.text(
            (i + 0.5) * members - 0.5, 1.04, f"{experiment_label(name)}, {count}", color=colour,
            transform=ax.get_xaxis_transform(), ha="center", va="bottom", fontweight="bold",
        )  # fmt: skip
        if good.any():
            ax.hlines(
                np.median(values[here][good]),
                columns[0] - 0.3,
                columns[-1] + 0.3,
                color=colour,
                lw=0.8,
                alpha=0.6,
            )
    if shown.size:
        room = max(0.15 * np.ptp(shown), 0.02)
        ax.set_ylim(shown.min() - room, shown.max() + room)
    for column in np.flatnonzero(~usable).tolist():
        ax.text(column, 0.06, "×", transform=ax.get_xaxis_transform(), ha="center", va="bottom", color=FAILED)
    ax.set_ylabel("total cost")
    ax.tick_params(axis="x", length=0)


def _matrix(
    figure: Figure, ax: Axes, columns: xr.DataArray, norm: Normalize, colour_map: str, label: str
) -> None:
    values = columns.transpose("term", "column").values
    lowest = -np.inf if norm.vmin is None else norm.vmin
    shown = np.where(np.isfinite(values), np.maximum(values, lowest), np.nan)
    image = ax.imshow(shown, aspect="auto", cmap=colour_map, norm=norm, interpolation="none")
    ax.set_yticks(np.arange(values.shape[0]), [_term_label(str(name)) for name in columns["term"].values])
    ax.tick_params(length=0)
    for row, column in zip(*np.nonzero(~np.isfinite(values)), strict=True):
        ax.plot(column, row, "x", color="#c4c4c4", ms=2.5, mew=0.6)
    if values.shape[1] <= ANNOTATED_COLUMNS:
        for (row, column), value in np.ndenumerate(values):
            if np.isfinite(value):
                dark = norm(value) > 0.62 if colour_map == "OrRd" else norm(value) < 0.4
                text = number(value, 2) if abs(value) >= 0.005 else "0"
                ax.text(
                    column,
                    row,
                    text,
                    ha="center",
                    va="center",
                    fontsize=5.5,
                    color="white" if dark else "#222222",
                )
    for spine in ax.spines.values():
        spine.set_visible(False)
    bar = figure.colorbar(
        image, ax=ax, pad=0.01, fraction=0.025, extend="both" if colour_map == "OrRd" else "neither"
    )
    bar.set_label(label)
    bar.outline.set_visible(False)
