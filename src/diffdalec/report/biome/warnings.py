"""What a reader must know before any number, most serious first. Conditions and numbers are the tables'; a sentence
stands where its condition holds."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from ...variables import FAST_STREAMS
from .. import text
from .findings import ALIKE, shown_period
from .numbers import Tables, decimals, sentence, share, whole
from .tables import SUM, experiments

LOST_MEMBERS = 0.1
"""Share of an experiment's members from which their loss is told."""

DISAGREEMENT = 0.5
"""Share of cells from which members' disagreement on a trait is told."""

THIN = 0.5
"""Median coverage below which a stream is called thin."""

FALSE_CERTAINTY = 0.5
"""Coverage of the truth by the members' range below which their range is called too narrow."""

_TOLD = ("wood_residence_time", "allocation_wood", "leaf_lifespan")


def warnings(tables: Tables) -> list[Markup]:
    """What a reader must know before any number."""
    kinds = (_unfinished, _coarse, _worse, _lost, _thin, _loose, _overconfident)
    return [said for kind in kinds for said in kind(tables)]


def _unfinished(tables: Tables) -> Iterator[Markup]:
    told: tuple[float, float] = (0.0, 0.0)
    for row in tables.rows("stages"):
        at = {"stage": tables.text("stages", row, "stage")}
        waiting, failed = (tables.number("stages", key, **at) for key in ("waiting", "failed"))
        # What stops a cell in one stage stops it in all that follow: it is told once.
        if waiting > told[0]:
            yield sentence(
                "The study is not finished: {waiting} of {cells} cells wait for the stage ‘{stage}’. All below is of "
                "those done.",
                waiting=tables.one("stages", "waiting", whole, **at),
                cells=tables.one("stages", "cells", whole, **at),
                **at,
            )
        if failed > told[1]:
            yield sentence(
                "{failed} of {cells} cells failed in the stage ‘{stage}’; their reasons are under ‘Robustness and "
                "failures’.",
                failed=tables.one("stages", "failed", whole, **at),
                cells=tables.one("stages", "cells", whole, **at),
                **at,
            )
        told = (max(told[0], waiting), max(told[1], failed))


def _worse(tables: Tables) -> Iterator[Markup]:
    first, *others = experiments(tables) or [""]
    at = {"stream": SUM, "period": shown_period(tables)}
    for name in others:
        if tables.number("nnse", "median", experiment=name, **at) < (1 - ALIKE) * tables.number(
            "nnse", "median", experiment=first, **at
        ):
            yield sentence(
                "{name} fits the fast streams worse than {first} (sum of NNSE {own} against {other}): its search has "
                "not come to its end, or its biomass does not go with its fluxes. Its traits are then a compromise.",
                name=text.experiment(name).capitalize(),
                first=text.experiment(first),
                own=tables.one("nnse", "median", decimals(2), experiment=name, **at),
                other=tables.one("nnse", "median", decimals(2), experiment=first, **at),
            )


def _coarse(tables: Tables) -> Iterator[Markup]:
    fewer = {
        key: name
        for name in experiments(tables)
        for key in ("iterations", "candidates", "starts")
        if tables.number("experiments", key, experiment=name)
        < tables.number("experiments", f"shipped_{key}", experiment=name)
    }
    if fewer:
        parts = [
            sentence(
                "{set} {key} in place of {shipped}",
                set=tables.one("experiments", key, whole, experiment=name),
                key=key,
                shipped=tables.one("experiments", f"shipped_{key}", whole, experiment=name),
            )
            for key, name in fewer.items()
        ]
        yield sentence(
            "The search was coarser than the shipped one ({parts}): read the numbers as those of a trial.",
            parts=Markup(", ").join(parts),
        )
    if tables.number("study", "value", name="members") < 3:
        yield sentence(
            "With {members} members a cell, their spread means nothing.",
            members=tables.one("study", "value", whole, name="members"),
        )


def _lost(tables: Tables) -> Iterator[Markup]:
    for name in experiments(tables):
        ok = tables.number("members", "share", experiment=name, status="ok")
        if not 1 - ok <= LOST_MEMBERS:
            parts = [
                sentence(
                    "{share} {status}",
                    share=tables.one("members", "share", share, experiment=name, status=s),
                    status=s.replace("_", "-"),
                )
                for s in tables.labels("members", "status")
                if s != "ok" and tables.rows("members", experiment=name, status=s)
            ]
            yield sentence(
                "Of the members of {name} not all are usable: {parts}.",
                name=text.experiment(name),
                parts=Markup(", ").join(parts),
            )
        alive, members = (tables.number("biomass", key, experiment=name) for key in ("alive", "members"))
        if members - alive > LOST_MEMBERS * members:
            yield sentence(
                "Under {name} many stands die when they are grown from bare ground: {alive} of {members} usable "
                "members live to the end. That is a finding about these parameters; their biomass is near zero, and "
                "counts.",
                name=text.experiment(name),
                alive=tables.one("biomass", "alive", whole, experiment=name),
                members=tables.one("biomass", "members", whole, experiment=name),
            )


def _thin(tables: Tables) -> Iterator[Markup]:
    for stream in (s for s in tables.labels("coverage", "stream") if s in FAST_STREAMS):
        at = {"stream": stream}
        if tables.number("coverage", "cells_without", **at) > 0:
            yield sentence(
                "{cells} cells have no {stream} at all; they were calibrated without it.",
                cells=tables.one("coverage", "cells_without", whole, **at),
                stream=stream.upper(),
            )
        if tables.number("coverage", "median", **at) < THIN:
            yield sentence(
                "{stream} is thin: half of the cells have less than {share} of its values.",
                stream=stream.upper(),
                share=tables.one("coverage", "median", share, **at),
            )


def _loose(tables: Tables) -> Iterator[Markup]:
    for quantity in _TOLD:
        parts = [
            sentence(
                "{name} in {share} of the cells",
                name=text.experiment(name),
                share=tables.one("robustness", "share", share, quantity=quantity, experiment=name),
            )
            for name in experiments(tables)
            if tables.number("robustness", "share", quantity=quantity, experiment=name) > DISAGREEMENT
        ]
        if parts:
            yield sentence(
                "Members disagree on {quantity} under {parts}: its maps there are maps of where searches ended.",
                quantity=quantity.replace("_", " "),
                parts=Markup(", ").join(parts),
            )


def _overconfident(tables: Tables) -> Iterator[Markup]:
    parts = [
        sentence(
            "{share} of the cells under {name}",
            share=tables.one("retrieval", "coverage", share, quantity="wood_residence_time", experiment=name),
            name=text.experiment(name),
        )
        for name in experiments(tables)
        if tables.number("retrieval", "coverage", quantity="wood_residence_time", experiment=name) < FALSE_CERTAINTY
    ]
    if parts:
        yield sentence(
            "The members’ range is no uncertainty: the true wood residence time lies within it in only {parts}.",
            parts=Markup(", ").join(parts),
        )
