"""The tables of a study's report, each laid out from the exported tables."""

from __future__ import annotations

from markupsafe import Markup

from ...figures.style import quantity_label
from ...variables import TRAITS
from .. import text
from ..tables import Cell, Table
from .numbers import Tables, Write, decimals, percent, sentence, share, significant, whole

SUM = "sum"
TURNOVERS = {"wood_turnover": "Wood turnover", "root_turnover": "Fine-root turnover"}


def headline(tables: Tables) -> Table:
    """The experiments side by side."""
    names = experiments(tables)

    def row(title: str, table: str, column: str, write: Write = significant, mark: str = "", **labels: str):
        cells = [Cell(tables.one(table, column, write, experiment=name, **labels)) for name in names]
        return (Cell(title, mark), *cells)

    rows = [row("Members usable, share", "members", "share", share, status="ok")]
    if "biomass" in tables:
        rows += [
            row("Ok members at the start of the forward runs", "biomass", "members", whole),
            row("… alive at their end", "biomass", "alive", whole),
            row("RMSE of biomass at their end [Mg ha⁻¹]", "biomass", "rmse", decimals(1)),
            row("R² of biomass over cells", "biomass", "r2", decimals(2)),
            row("Bias of biomass", "biomass", "pbias", percent),
            row("RMSE along the growth curves [Mg ha⁻¹]", "biomass", "rmse_along", decimals(1)),
            row("Biomass, mean over cells [Mg ha⁻¹]", "biomass", "mean", decimals(1)),
            row("… of the growth curves", "biomass", "reference_mean", decimals(1)),
        ]
    for period, title in text.PERIODS.items():
        if tables.rows("nnse", stream=SUM, period=period):
            rows.append(row(f"Sum of NNSE, {title}", "nnse", "median", decimals(3), stream=SUM, period=period))
    for name in ("wood_residence_time", "allocation_wood", "allocation_leaf", "allocation_root", "leaf_lifespan"):
        if tables.rows("traits", quantity=name):
            rows.append(row(quantity(name), "traits", "median", significant, quantity=name))
    note = "Biomass is dry matter. NNSE and traits are medians over cells of the medians over usable members."
    return Table(("", *map(text.experiment, names)), tuple(rows), _from(note, "members", "biomass", "nnse", "traits"))


def coverage(tables: Tables) -> Table | None:
    """Share of the expected observations that the cells have."""
    if "coverage" not in tables:
        return None
    rows = [
        (
            Cell(_stream(tables.text("coverage", r, "stream"))),
            Cell(tables.shown("coverage", r, "cells_with", whole)),
            Cell(tables.shown("coverage", r, "cells_without", whole)),
            *(Cell(tables.shown("coverage", r, n, share)) for n in ("lower_quartile", "median", "upper_quartile")),
        )
        for r in tables.rows("coverage")
    ]
    header = ("", "cells with data", "cells without", "lower quartile", "median share", "upper quartile")
    return Table(header, tuple(rows), _from("Share of the values that the product could have given.", "coverage"))


def differences(tables: Tables) -> Table | None:
    """Traits of all experiments, and their difference from the first."""
    names = experiments(tables)
    rows: list[tuple[Cell, ...]] = []
    for name in tables.labels("traits", "quantity"):
        cells = []
        for experiment in names:
            at = {"quantity": name, "experiment": experiment}
            spans = sentence(
                "{low} to {high}",
                low=tables.one("traits", "lower_quartile", significant, **at),
                high=tables.one("traits", "upper_quartile", significant, **at),
            )
            mark = spans
            if experiment != names[0]:
                mark += sentence(
                    "; {all} all cells, {robust} robust ones",
                    all=tables.one("traits", "pbias", percent, **at),
                    robust=tables.one("traits", "pbias_robust", percent, **at),
                )
            cells.append(Cell(tables.one("traits", "median", significant, **at), mark))
        rows.append((Cell(quantity(name)), *cells))
    if not rows:
        return None
    note = (
        "Median over cells, below it the quartiles, and the percent bias against the first experiment over all cells "
        "and over those where the members of both agree."
    )
    return Table(("", *map(text.experiment, names)), tuple(rows), _from(note, "traits"))


def skill(tables: Tables) -> Table | None:
    """NNSE by stream and period, quartiles over cells."""
    names = experiments(tables)
    rows: list[tuple[Cell, ...]] = []
    sections: dict[int, str] = {}
    for period, title in text.PERIODS.items():
        streams = [s for s in tables.labels("nnse", "stream") if tables.rows("nnse", stream=s, period=period)]
        sections |= {len(rows): title.capitalize()} if streams else {}
        for stream in streams:
            cells = []
            for name in names:
                at = {"stream": stream, "period": period, "experiment": name}
                spans = sentence(
                    "{low} to {high}, {cells} cells",
                    low=tables.one("nnse", "lower_quartile", decimals(2), **at),
                    high=tables.one("nnse", "upper_quartile", decimals(2), **at),
                    cells=tables.one("nnse", "cells", whole, **at),
                )
                cells.append(Cell(tables.one("nnse", "median", decimals(3), **at), spans))
            rows.append((Cell(_stream(stream)), *cells))
    note = "Median over cells, below it the quartiles. One is perfect, a half no better than the observations' mean."
    header = ("", *map(text.experiment, names))
    return Table(header, tuple(rows), _from(note, "nnse"), sections) if rows else None


def robustness(tables: Tables) -> Table | None:
    """What the filter on the robust CV removes, traits first."""
    names = experiments(tables)
    quantities = sorted(tables.labels("robustness", "quantity"), key=lambda q: q not in (*TRAITS, *TURNOVERS))
    rows: list[tuple[Cell, ...]] = []
    sections: dict[int, str] = {}
    for name in quantities:
        at = tables.rows("robustness", quantity=name)
        group = "Traits and turnover rates" if name in (*TRAITS, *TURNOVERS) else "Other parameters"
        sections |= {} if group in sections.values() else {len(rows): group}
        unseen = tables.text("robustness", at[0], "identifiable") == "False"
        cells = [
            Cell(
                tables.one("robustness", "share", share, quantity=name, experiment=e),
                sentence("median CV {cv}", cv=tables.one(
                    "robustness", "median_cv", decimals(2), quantity=name, experiment=e)),
                "unseen" if unseen else "",
            )
            for e in names
        ]  # fmt: skip
        mark = "no stream depends on it" if unseen else ""
        rows.append((Cell(quantity(name), mark, "unseen" if unseen else ""), *cells))
    note = "Share of the cells in which members disagree (robust CV above the limit) or only one is usable."
    header = ("", *map(text.experiment, names))
    return Table(header, tuple(rows), _from(note, "robustness"), sections) if rows else None


def members(tables: Tables) -> Table | None:
    """How many members ended how."""
    names = experiments(tables)
    rows = [
        (
            Cell(status.replace("_", "-"), look="" if status == "ok" else "failed"),
            *(
                Cell(
                    tables.one("members", "members", whole, status=status, experiment=e),
                    tables.one("members", "share", share, status=status, experiment=e),
                )
                for e in names
            ),
        )
        for status in sorted(tables.labels("members", "status"), key=lambda s: s != "ok")
    ]
    return Table(("", *map(text.experiment, names)), tuple(rows), _from("", "members")) if rows else None


_OF_REFERENCES = (
    "Means over the cells that have both; the percent bias with its interval over resampled tiles of one degree."
)


def references(tables: Tables, source: str) -> Table | None:
    """Comparison with CARDAMOM or with plots."""
    rows = []
    own = tables.rows("references", reference=source)
    for name in dict.fromkeys(tables.text("references", r, "quantity") for r in own):
        cells = []
        for e in experiments(tables):
            at = {"reference": source, "quantity": name, "experiment": e}
            mark = sentence(
                "bias {bias} ({low} to {high}); r {r} ({robust} in robust cells); {n} cells",
                bias=tables.one("references", "pbias", percent, **at),
                low=tables.one("references", "pbias_low", percent, **at),
                high=tables.one("references", "pbias_high", percent, **at),
                r=tables.one("references", "correlation", decimals(2), **at),
                robust=tables.one("references", "correlation_robust", decimals(2), **at),
                n=tables.one("references", "cells", whole, **at),
            )
            cells.append(Cell(tables.one("references", "mean", significant, **at), mark))
        first = tables.rows("references", reference=source, quantity=name)[0]
        rows.append((Cell(quantity(name)), Cell(tables.shown("references", first, "reference_mean")), *cells))
    header = ("", "reference", *map(text.experiment, experiments(tables)))
    return Table(header, tuple(rows), _from(_OF_REFERENCES, "references")) if rows else None


def retrieval(tables: Tables) -> Table | None:
    """Retrieved against true values, where the truth is known."""
    names = experiments(tables)
    rows: list[tuple[Cell, ...]] = []
    sections: dict[int, str] = {}
    quantities = tables.labels("retrieval", "quantity")
    for name in sorted(quantities, key=lambda q: q not in (*TRAITS, *TURNOVERS)):
        first = tables.rows("retrieval", quantity=name)[0]
        group = "Traits, turnover rates" if name in (*TRAITS, *TURNOVERS) else "Other quantities"
        sections |= {} if group in sections.values() else {len(rows): group}
        unseen = _column(tables, "retrieval", first, "identifiable") == "False"
        cells = []
        for e in names:
            at = {"quantity": name, "experiment": e}
            mark = sentence(
                "bias {bias}; truth within the members in {coverage}",
                bias=tables.one("retrieval", "relative_bias", percent, **at),
                coverage=tables.one("retrieval", "coverage", share, **at),
            )
            found = sentence("r {r}", r=tables.one("retrieval", "correlation", decimals(2), **at))
            cells.append(Cell(found, mark, "unseen" if unseen else ""))
        title = Cell(quantity(name, _column(tables, "retrieval", first, "units")), "", "unseen" if unseen else "")
        rows.append((title, Cell(tables.shown("retrieval", first, "truth_mean")), *cells))
    note = (
        "Correlation over cells of the members' median with the truth; days of year have none. Grey: no stream "
        "depends on it."
    )
    header = ("", "mean truth", *map(text.experiment, names))
    return Table(header, tuple(rows), _from(note, "retrieval"), sections) if rows else None


def whole_table(tables: Tables, name: str, most: int = 80) -> Table | None:
    """An exported table as it is, numbers rounded; the first ``most`` rows."""
    if name not in tables:
        return None
    frame = tables.frames[name]
    rows = [
        tuple(Cell(_entry(tables, name, r, str(column))) for column in frame.columns)
        for r in range(min(len(frame), most))
    ]
    left = "" if len(frame) <= most else "More rows are in the file."
    return Table(tuple(str(c).replace("_", " ") for c in frame.columns), tuple(rows), _from(left, name))


def experiments(tables: Tables) -> list[str]:
    """The experiments in their order."""
    return tables.labels("experiments", "experiment")


def quantity(name: str, units: str = "") -> str:
    """A quantity as a row's title, with its unit (``units`` where it is not a trait)."""
    row = TRAITS.get(name)
    title = row.long_name if row else quantity_label(name)
    title = TURNOVERS.get(name, title[:1].upper() + title[1:])
    return text.with_unit(title, row.unit if row else "d-1" if name in TURNOVERS else units)


def _stream(name: str) -> str:
    return SUM if name == SUM else text.stream(name)


def _column(tables: Tables, table: str, row: int, column: str) -> str:
    return tables.text(table, row, column) if column in tables.frames[table] else ""


def _entry(tables: Tables, table: str, row: int, column: str) -> str | Markup:
    written = tables.text(table, row, column)
    try:
        value = float(written)
    except ValueError:
        return written
    return tables.shown(table, row, column, whole if value == int(value) and abs(value) < 1e6 else significant) \
        if value == value and abs(value) != float("inf") else text.MISSING


def _from(note: str, *names: str) -> Markup:
    files = ", ".join(f"tables/{name}.csv" for name in names)
    return Markup("{}{}<span class=source>{}</span>").format(note, " " if note else "", files)
