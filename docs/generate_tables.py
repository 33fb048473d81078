"""Write the reference tables of the documentation from the declarations in the package.

``conf.py`` calls :func:`write_tables` at every build, so that no name, unit or bound is typed twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from diffdalec.cost import CONSTRAINTS
from diffdalec.model import INITIAL_POOLS, PARAMETERS, UNIDENTIFIABLE
from diffdalec.variables import VARIABLES, Variable


def write_tables(folder: Path) -> None:
    """Write ``parameters.md``, ``initial_pools.md``, ``constraints.md`` and a table for each kind of variable."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds = dict.fromkeys(row.kind for row in VARIABLES.values())
    tables = {"parameters": _parameters(), "initial_pools": _initial_pools(), "constraints": _constraints()}
    tables |= {kind: _variables(row for row in VARIABLES.values() if row.kind == kind) for kind in kinds}
    for name, text in tables.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


def _parameters() -> str:
    rows = [
        (
            f"`{q.name}`",
            "periodic" if q.circular else f"{q.lower:g}",
            "periodic" if q.circular else f"{q.upper:g}",
            _unit(q.unit),
            q.long_name + _mark(q.name),
            q.symbol,
            f"`{q.peer}`" if q.peer else "",
            q.source,
        )
        for q in PARAMETERS.values()
    ]
    header = ("name", "lowest", "highest", "unit", "meaning", "CARDAMOM", "DifferLand", "source")
    return _table(header, rows)


def _initial_pools() -> str:
    rows = [
        (f"`{q.name}`", f"{q.lower:g}", f"{q.upper:g}", _unit(q.unit), q.long_name + _mark(q.name), f"`{q.peer}`")
        for q in INITIAL_POOLS.values()
    ]
    return _table(("name", "lowest", "highest", "unit", "meaning", "DifferLand"), rows)


def _constraints() -> str:
    return _table(("name", "rule"), [(f"`{name}`", kind.statement) for name, kind in CONSTRAINTS.items()])


def _variables(rows: Iterable[Variable]) -> str:
    cells = [
        (
            f"`{row.name}`",
            _unit(row.unit),
            row.long_name,
            f"{row.plausible[0]:g} … {row.plausible[1]:g}" if row.plausible else "",
        )
        for row in rows
    ]
    return _table(("name", "unit", "meaning", "plausible"), cells)


def _mark(name: str) -> str:
    return " **(not identifiable)**" if name in UNIDENTIFIABLE else ""


def _unit(unit: str) -> str:
    return "–" if unit == "1" else unit


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines) + "\n"
