"""The cells that can be opened in the report: where they are, their traits and members, and their picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from .. import text
from ..tables import Cell, Table
from .numbers import Tables, angle, decimals, sentence, significant, whole
from .pictures import Picture
from .tables import _from, experiments, quantity

_SCORES = (
    ("biomass", "Biomass at the end of the forward runs [Mg ha⁻¹]", decimals(0)),
    ("biomass_rmse", "RMSE along the growth curve [Mg ha⁻¹]", decimals(1)),
    ("nnse_sum_validation", "Sum of NNSE, held-out years", decimals(2)),
    ("nnse_sum_calibration", "Sum of NNSE, calibration years", decimals(2)),
)


@dataclass(frozen=True)
class CellEntry:
    """One cell: its id, where it is, what came of it, and its picture if there is one."""

    identity: str
    place: Markup
    scores: Table
    members: Table
    picture: Picture | None


def cell_entries(tables: Tables, pictures: Mapping[str, Picture]) -> list[CellEntry]:
    """The cells of the table ``sample``, in its order."""
    found = []
    for row in tables.rows("sample"):
        identity = tables.text("sample", row, "cell")
        place = sentence(
            "{latitude}, {longitude}",
            latitude=tables.shown("sample", row, "latitude", angle("NS")),
            longitude=tables.shown("sample", row, "longitude", angle("EW")),
        )
        found.append(
            CellEntry(identity, place, _scores(tables, identity), _members(tables, identity), pictures.get(identity))
        )
    return found


def _scores(tables: Tables, identity: str) -> Table:
    names = experiments(tables)
    rows = []
    for column, title, write in _SCORES:
        if "cells" in tables and column in tables.frames["cells"]:
            rows.append(
                (Cell(title), *(Cell(tables.one("cells", column, write, cell=identity, experiment=e)) for e in names))
            )
    for name in tables.labels("sample_traits", "quantity"):
        cells = []
        for e in names:
            at = {"cell": identity, "quantity": name, "experiment": e}
            agree = [tables.text("sample_traits", r, "flag") for r in tables.rows("sample_traits", **at)]
            mark = sentence(
                "{low} to {high}", low=tables.one("sample_traits", "lowest", significant, **at),
                high=tables.one("sample_traits", "highest", significant, **at),
            )  # fmt: skip
            loose = bool(agree) and agree[0] != "members_agree"
            if loose:
                mark += sentence("; {flag}", flag=agree[0].replace("_", " "))
            median = tables.one("sample_traits", "median", significant, **at)
            cells.append(Cell(median, mark, "missed" if loose else ""))
        rows.append((Cell(quantity(name)), *cells))
    note = "Median of the usable members, below it their range; shaded where they do not agree."
    return Table(("", *map(text.experiment, names)), tuple(rows), _from(note, "cells", "sample_traits"))


def _members(tables: Tables, identity: str) -> Table:
    names = experiments(tables)
    rows = []
    for member in tables.labels("sample_members", "member"):
        cells = []
        for e in names:
            at = tables.rows("sample_members", cell=identity, experiment=e, member=member)
            if not at:
                cells.append(Cell(text.MISSING))
                continue
            status = tables.text("sample_members", at[0], "status")
            cost = sentence(
                "{status}, cost {cost}",
                status=status.replace("_", "-"),
                cost=tables.shown("sample_members", at[0], "cost", significant),
            )
            cells.append(Cell(cost, "", "" if status == "ok" else "failed"))
        first = tables.rows("sample_members", cell=identity, member=member)[0]
        label = tables.shown("sample_members", first, "member", whole)
        rows.append((Cell(sentence("member {number}", number=label)), *cells))
    return Table(("", *map(text.experiment, names)), tuple(rows), _from("", "sample_members"))
