"""The attribution's table: each trait's skill, first predictors and clearest bend, from its exported tables."""

from __future__ import annotations

import math

from markupsafe import Markup

from ...analysis.attribution.sentences import ALIKE, SIGNIFICANT
from ...figures.biome.quantities import name_of
from .. import text
from ..tables import Cell, Table
from .numbers import Tables, decimals, sentence, share, whole
from .tables import _from, quantity

FIRST = 3
"""So many predictors are named."""

_TABLE = "attribution_status"


def attribution_summary(tables: Tables) -> Table | None:
    """A row for each trait of each experiment; None where attribution has not been run."""
    rows: list[tuple[Cell, ...]] = []
    sections: dict[int, str] = {}
    for experiment in tables.labels(_TABLE, "experiment"):
        sections[len(rows)] = text.experiment(experiment)
        for row in tables.rows(_TABLE, experiment=experiment):
            trait = tables.text(_TABLE, row, "trait")
            rows.append(_row(tables, row, {"experiment": experiment, "trait": trait}))
    if not rows:
        return None
    note = (
        "R² of held-out cells with its interval. A trait is called unexplained where whole tiles held out leave no "
        "evidence of skill. Shares of importance are mean absolute SHAP values. Bends are told of the first "
        "predictor and of those correlated with it, which cannot be told apart."
    )
    header = ("", "R², tiles held out", "R², random folds", "first predictors", "bends at")
    names = ("attribution_status", "attribution_scores", "attribution_importance", "attribution_breakpoints")
    return Table(header, tuple(rows), _from(note, *names), sections)


def _row(tables: Tables, row: int, at: dict[str, str]) -> tuple[Cell, ...]:
    status = tables.text(_TABLE, row, "status").replace("_", " ")
    cells = sentence("{status}; {cells} cells", status=status, cells=tables.shown(_TABLE, row, "cells", whole))
    if not tables.rows("attribution_scores", **at):
        title = Cell(quantity(at["trait"]), status, "unseen")
        return (title, *(Cell(text.MISSING) for _ in range(4)))
    scores = []
    for scheme in ("blocked", "random"):
        low, high = (
            tables.one("attribution_scores", f"r2_{end}", decimals(2), scheme=scheme, **at) for end in ("low", "high")
        )
        r2 = tables.one("attribution_scores", "r2", decimals(2), scheme=scheme, **at)
        scores.append(Cell(r2, sentence("{low} to {high}", low=low, high=high)))
    look = "" if status == "explained" else "unseen"
    bend = _bend(tables, at) if look == "" else Cell(text.MISSING)
    return (Cell(quantity(at["trait"]), cells, look), *scores, _predictors(tables, at, look), bend)


def _predictors(tables: Tables, at: dict[str, str], look: str) -> Cell:
    ranked = _ranked(tables, at)
    if not ranked:
        return Cell(text.MISSING)
    parts = [
        sentence(
            "{name} {share}",
            name=name_of(tables.text("attribution_importance", r, "predictor")),
            share=tables.shown("attribution_importance", r, "share", share),
        )
        for r in ranked
    ]
    return Cell(Markup("<br>").join(parts), look=look)


def _ranked(tables: Tables, at: dict[str, str]) -> list[int]:
    """Rows of the first predictors, the most important first."""
    found = [
        r for r in tables.rows("attribution_importance", **at)
        if math.isfinite(tables.value("attribution_importance", r, "share"))
    ]  # fmt: skip
    return sorted(found, key=lambda r: -tables.value("attribution_importance", r, "share"))[:FIRST]


def _bend(tables: Tables, at: dict[str, str]) -> Cell:
    """Breakpoints with evidence among the predictors of the first one's cluster, the best fitting first, and those
    that fit about as well: they all may stand for the same cause."""
    importance, breaks = "attribution_importance", "attribution_breakpoints"
    first = next(iter(_ranked(tables, at)), None)
    cluster = None if first is None else tables.text(importance, first, "cluster")
    clear = [
        r
        for member in (tables.rows(importance, cluster=cluster, **at) if cluster is not None else [])
        for r in tables.rows(breaks, predictor=tables.text(importance, member, "predictor"), **at)
        if tables.value(breaks, r, "breakpoint_p_holm") < SIGNIFICANT
    ]
    if not clear:
        return Cell("no evidence of a bend", look="unseen")
    fit = {r: tables.value(breaks, r, "breakpoint_r2_segmented") for r in clear}
    alike = [r for r in sorted(clear, key=lambda r: -fit[r]) if fit[r] > max(fit.values()) - ALIKE]
    parts = [
        sentence(
            "{name} {at} ({low} to {high})",
            name=name_of(tables.text(breaks, r, "predictor")),
            at=tables.shown(breaks, r, "breakpoint"),
            low=tables.shown(breaks, r, "breakpoint_low"),
            high=tables.shown(breaks, r, "breakpoint_high"),
        )
        for r in alike
    ]
    return Cell(Markup(" or<br>").join(parts))
