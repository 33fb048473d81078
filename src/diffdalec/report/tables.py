"""The report's tables: the numbers of :mod:`diffdalec.analysis.tables` written out as rows of text."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from ..analysis import recovery, tables
from ..results import member_alive, member_ok
from ..units import dry_matter_from_carbon
from ..variables import TRAITS
from . import text


@dataclass(frozen=True)
class Cell:
    """What stands in a cell, with a small mark after it and a class for its look."""

    text: str
    mark: str = ""
    look: str = ""


@dataclass(frozen=True)
class Table:
    """A table ready to be laid out: a header, rows of cells (the first names the row), a note below."""

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    sections: dict[int, str] = field(default_factory=dict)
    """Titles that stand above the row of that index."""


def headline_table(tree: xr.DataTree) -> Table:
    """The experiments side by side."""
    data = tables.headline(tree)
    rows = [_row("Members usable", [f"{int(a)} of {int(b)}" for a, b in _pairs(data, "ok", "total")])]
    if "alive" in data:
        rows.append(
            _row("… alive after 100 years", [f"{int(a)} of {int(b)}" for a, b in _pairs(data, "alive", "ok")])
        )
    if "rmse" in data:
        best = data["rmse"].values
        lowest = np.nanmin(best) if np.isfinite(best).any() else np.nan
        cells = [Cell(text.decimals(v, 1), look="best" if v == lowest else "") for v in best]
        rows.append((Cell("RMSE along the growth curve [Mg ha⁻¹ dry matter]"), *cells))
    for name, title, digits in (
        ("pbias", "Bias along the growth curve [%]", 0),
        ("r2", "R² along the growth curve", 2),
    ):
        if name in data:
            rows.append(_row(title, [text.decimals(v, digits) for v in data[name].values]))
    if "biomass_100" in data:
        title = "Biomass at 100 years [Mg ha⁻¹ dry matter]"
        if "reference_100" in data:
            curve = text.decimals(dry_matter_from_carbon(float(data["reference_100"])), 0)
            title += f"; the curve: {curve}"
        rows.append(_row(title, [text.decimals(v, 0) for v in data["biomass_100"].values]))
    for period, title in text.PERIODS.items():
        values = [text.decimals(v, 3) for v in data[f"nnse_{period}"].values]
        rows.append(_row(f"NNSE sum, {title}", values))
    for name, digits in (
        ("wood_residence_time", 1),
        ("allocation_wood", 2),
        ("allocation_leaf", 2),
        ("allocation_root", 2),
        ("leaf_lifespan", 2),
    ):
        if name in data:
            row = TRAITS[name]
            title = text.with_unit(row.long_name[0].upper() + row.long_name[1:], row.unit)
            rows.append(_row(title, [text.decimals(v, digits) for v in data[name].values]))
    return Table(
        ("", *_experiments(data)), tuple(rows), "Traits and NNSE are medians over the usable members."
    )


def scores_table(tree: xr.DataTree) -> Table:
    """NNSE, R² and RMSE per stream and period."""
    data, sums = tables.scores(tree), tables.score_sums(tree)
    rows: list[tuple[Cell, ...]] = []
    sections: dict[int, str] = {}
    for period in data["period"].values:
        sections[len(rows)] = text.PERIODS[period].capitalize()
        for stream in data["stream"].values:
            one = data.sel(stream=stream, period=period)
            cells = []
            for name in data["experiment"].values:
                here = one.sel(experiment=name)
                extra = [f"R² {text.decimals(here['r2'], 2)}"] if "r2" in here else []
                extra += [f"RMSE {text.decimals(here['rmse'], 2)}"] if "rmse" in here else []
                seen = np.isfinite(float(here["nnse"]))
                cells.append(Cell(text.decimals(here["nnse"], 3), ", ".join(extra) if seen else ""))
            rows.append((Cell(text.stream(stream)), *cells))
        rows.append(
            (
                Cell("sum", look="sum"),
                *(Cell(text.decimals(v, 3), look="sum") for v in sums.sel(period=period).values),
            )
        )
    note = (
        "NNSE = 1/(2 − NSE), medians over the usable members; the sum is the median of the members' sums "
        "over the streams that have data. RECO is compared as 10-day means, LAI on its own dates. RMSE "
        "in the stream's unit."
    )
    return Table(("", *_experiments(data)), tuple(rows), note, sections)


def quantities_table(tree: xr.DataTree) -> Table:
    """Traits, parameters and initial pools with the members' range and flags."""
    data = tables.quantities(tree)
    rows: list[tuple[Cell, ...]] = []
    sections: dict[int, str] = {}
    for group, heading in (
        ("trait", "Traits"),
        ("parameter", "Parameters"),
        ("initial_pool", "Initial pools (at the start of each experiment's own run)"),
    ):
        quantities = _of_group(data, group)
        sections |= {len(rows): heading} if quantities else {}
        for one, title, seen in quantities:
            first = Cell(
                title, "" if seen else "not retrieved: no stream depends on it", "" if seen else "unseen"
            )
            cells = [_quantity_cell(one.sel(experiment=e), seen) for e in data["experiment"].values]
            rows.append((first, *cells))
    note = (
        "Median of the usable members, below it their range. ‘n at bound’: members within 2 % of the "
        "logarithmic range of a bound. "
        f"‘loose’: robust coefficient of variation above {tables.ROBUST_CV_LIMIT}."
    )
    return Table(("", *_experiments(data)), tuple(rows), note, sections)


def members_table(tree: xr.DataTree) -> Table:
    """Status, cost and fate of every member."""
    calibration, ok, alive = tree["calibration"].to_dataset(), member_ok(tree), member_alive(tree)
    rows = []
    for member in calibration["member"].values:
        cells = []
        for name in calibration["experiment"].values:
            at = {"experiment": name, "member": member}
            status = str(calibration["status"].sel(at).item()).replace("_", "-")
            good = bool(ok.sel(at))
            words = [status, f"cost {text.decimals(calibration['cost'].sel(at), 3)}"]
            if good and alive is not None:
                words.append("alive" if bool(alive.sel(at)) else "died in the forward run")
            reason = (
                str(calibration["status_reason"].sel(at).item()) if "status_reason" in calibration else ""
            )
            cells.append(Cell(", ".join(words), reason, "" if good else "failed"))
        rows.append((Cell(f"member {member}"), *cells))
    return Table(("", *_experiments(calibration)), tuple(rows))


def cost_table(tree: xr.DataTree) -> Table:
    """Cost terms with the members' range."""
    data = tables.cost_terms(tree)
    rows = [
        (
            Cell(text.term(str(name))),
            *(
                Cell(text.significant(one["median"]), text.span(one["lowest"], one["highest"]))
                if np.isfinite(float(one["median"]))
                else Cell(text.MISSING)
                for one in (data.sel(term=name, experiment=e) for e in data["experiment"].values)
            ),
        )
        for name in data["term"].values
    ]
    return Table(
        ("", *_experiments(data)),
        tuple(rows),
        "Median of the usable members, below it their range; the total cost is the sum of its terms.",
    )


def recovery_table(tree: xr.DataTree) -> Table | None:
    """Retrieved against true traits and parameters; None where the truth is not known."""
    data = recovery(tree)
    if data is None:
        return None
    rows: list[tuple[Cell, ...]] = []
    sections: dict[int, str] = {}
    for group, heading in (("trait", "Traits"), ("parameter", "Parameters")):
        quantities = _of_group(data, group)
        sections |= {len(rows): heading} if quantities else {}
        for one, title, seen in quantities:
            cells = [_recovery_cell(one.sel(experiment=e), seen) for e in data["experiment"].values]
            rows.append(
                (Cell(title, look="" if seen else "unseen"), Cell(text.significant(one["truth"])), *cells)
            )
    note = (
        "Median of the usable members with its error and range. Green: within 20 % of the truth "
        "(15 days for days of year); a wide range makes even that luck. Initial pools are left out: "
        "the runs start at different ages."
    )
    return Table(("", "truth", *_experiments(data)), tuple(rows), note, sections)


def _quantity_cell(here: xr.Dataset, seen: bool) -> Cell:
    if not int(here["used"]):
        return Cell(text.MISSING)
    marks = [text.span(here["lowest"], here["highest"])]
    if int(here["at_bound"]):
        marks.append(f"{int(here['at_bound'])} at bound")
    if seen and float(here["robust_cv"]) > tables.ROBUST_CV_LIMIT:
        marks.append("loose")
    return Cell(text.significant(here["median"]), " · ".join(marks), "" if seen else "unseen")


def _recovery_cell(here: xr.Dataset, seen: bool) -> Cell:
    if not np.isfinite(float(here["median"])):
        return Cell(text.MISSING)
    error = f"{text.decimals(here['error'], 0)} d" if bool(here["circular"]) else text.percent(here["error"])
    written = f"{text.significant(here['median'])} ({error})"
    spread = text.span(here["lowest"], here["highest"])
    if not seen:
        return Cell(written, "not retrievable", "unseen")
    return Cell(written, spread, "recovered" if bool(here["recovered"]) else "missed")


def _of_group(data: xr.Dataset, group: str) -> list[tuple[xr.Dataset, str, bool]]:
    """The quantities of a group: numbers, title, and whether a stream depends on it."""
    found = [data.sel(quantity=name) for name in data["quantity"].values[data["group"].values == group]]
    return [
        (one, text.with_unit(str(one["long_name"].values), str(one["units"].values)), bool(one["identifiable"]))
        for one in found
    ]


def _experiments(data: xr.Dataset) -> list[str]:
    return [text.experiment(name) for name in data["experiment"].values]


def _pairs(data: xr.Dataset, a: str, b: str) -> zip:
    return zip(data[a].values, data[b].values, strict=True)


def _row(title: str, values: list[str]) -> tuple[Cell, ...]:
    return (Cell(title), *(Cell(value) for value in values))
