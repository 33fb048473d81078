"""Put a study's tables, figures and cells into one HTML file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...results.text_files import write_text
from .. import page
from . import findings, tables, warnings
from .attribution import attribution_summary
from .cell_map import CellMapping, cell_map
from .cells import CellEntry, cell_entries
from .numbers import Tables, decimals
from .pictures import Picture

ATTRIBUTION = "attribution"
WHOLE = ("scores", "families", "breakpoints", "clusters")
"""Tables of the attribution that are shown whole; the others are there for drawing."""

ORDER = ("result", "maps", "coverage", "skill", "robustness", "attribution", "references", "retrieval")
"""Sections that have figures, as they stand on the page."""

SOURCES = {"cardamom_2016": "CARDAMOM", "field_allocation": "Field plots"}
MAP_OF = "wood_residence_time"


@dataclass(frozen=True)
class StudyReport:
    """What a report is made of: the exported tables; ``figures`` in their sections (``maps``, ``skill`` …), in order;
    pictures of single cells by id; the store's attributes; and sentences that are not in a table (``notes``)."""

    tables: Tables
    attributes: Mapping[str, Any]
    figures: Mapping[str, Sequence[Picture]] = field(default_factory=dict)
    cells: Mapping[str, Picture] = field(default_factory=dict)
    exports: Sequence[str] = ()
    notes: Sequence[str] = ()


def build_study_report(report: StudyReport) -> str:
    """The report as HTML that needs no other file."""
    t = report.tables
    entries = cell_entries(t, report.cells)
    return page.fill(
        "study.html.jinja",
        title=report.attributes.get("title") or "a study",
        what_was_run=findings.what_was_run(t),
        warnings=[*warnings.warnings(t), *report.notes],
        result=findings.result(t),
        headline=tables.headline(t),
        coverage=tables.coverage(t),
        differences=tables.differences(t),
        skill=tables.skill(t),
        robustness=tables.robustness(t),
        members=tables.members(t),
        failures=tables.whole_table(t, "failures"),
        attribution=attribution_summary(t),
        attribution_details=_attribution(t),
        references={title: tables.references(t, source) for source, title in SOURCES.items()},
        retrieval=tables.retrieval(t),
        limit=t.one("study", "value", decimals(1), name="robust_cv_limit"),
        figures=_numbered(report.figures),
        map=_map(t, entries),
        map_of=tables.quantity(MAP_OF),
        cells=entries,
        exports=report.exports,
        files=sorted(t.frames),
        configuration=report.attributes.get("configuration", ""),
        study=report.attributes.get("study", ""),
        provenance=page.provenance({name: value for name, value in report.attributes.items() if value}),
    )


def write_study_report(report: StudyReport, path: Path) -> Path:
    """Write :func:`build_study_report` to a file, beside and renamed."""
    return write_text(path, build_study_report(report))


def _map(t: Tables, entries: Sequence[CellEntry]) -> CellMapping | None:
    names = tables.experiments(t)
    return cell_map(t, names[-1], MAP_OF, {entry.identity for entry in entries}) if names else None


def _attribution(t: Tables) -> dict[str, tables.Table]:
    """The attribution's tables whole, but those that are there for drawing."""
    found = {name: tables.whole_table(t, f"{ATTRIBUTION}_{name}") for name in WHOLE}
    return {name: table for name, table in found.items() if table is not None}


def _numbered(figures: Mapping[str, Sequence[Picture]]) -> dict[str, list[tuple[int, Picture]]]:
    found: dict[str, list[tuple[int, Picture]]] = {}
    number = 0
    for section in (*ORDER, *(name for name in figures if name not in ORDER)):
        found[section] = []
        for one in figures.get(section, ()):
            number += 1
            found[section].append((number, one))
    return found
