"""What was run and what came of it, in sentences whose numbers are the tables'."""

from __future__ import annotations

from markupsafe import Markup

from .. import text
from .numbers import Tables, angle, decimals, percent, sentence, whole
from .tables import SUM, experiments

ALIKE = 0.05
"""Relative difference up to which sums of NNSE are called alike."""


def what_was_run(tables: Tables) -> Markup:
    """One paragraph: cells, place, years, experiments and their size."""
    value = lambda name, write: tables.one("study", "value", write, name=name)  # noqa: E731
    year = lambda name: value(name, lambda v: str(int(v)))  # noqa: E731
    said = sentence(
        "{cells} cells of half a degree between {south} and {north}, {west} and {east}; ",
        cells=value("cells", whole),
        south=value("latitude_lowest", angle("NS")),
        north=value("latitude_highest", angle("NS")),
        west=value("longitude_lowest", angle("EW")),
        east=value("longitude_highest", angle("EW")),
    )
    said += sentence(
        "calibrated on {first} to {last}", first=year("calibration_first_year"), last=year("calibration_last_year")
    )
    if tables.rows("study", name="validation_first_year"):
        said += sentence(
            ", held out {first} to {last}", first=year("validation_first_year"), last=year("validation_last_year")
        )
    names = ", ".join(text.experiment(n) for n in experiments(tables))
    said += sentence("; experiments {names}, {members} members each", names=names, members=value("members", whole))
    if "biomass" in tables:
        said += sentence(", run forward from bare ground for {years} years", years=value("forward_years", whole))
    return said + "."


def result(tables: Tables) -> list[Markup]:
    """The study's result in a few sentences."""
    said: list[Markup] = []
    names = experiments(tables)
    if "biomass" in tables:
        parts = [
            sentence(
                "{name} {rmse} Mg ha⁻¹ (R² {r2})",
                name=text.experiment(n),
                rmse=tables.one("biomass", "rmse", decimals(1), experiment=n),
                r2=tables.one("biomass", "r2", decimals(2), experiment=n),
            )
            for n in names
        ]
        said.append(
            sentence(
                "Error of biomass at the end of runs from bare ground, against the growth curves: {parts}.",
                parts=Markup(", ").join(parts),
            )
        )
    period = shown_period(tables)
    at = {"stream": SUM, "period": period}
    sums = [tables.number("nnse", "median", experiment=n, **at) for n in names]
    if sums and min(sums) > 0:
        shown = [
            sentence("{name} {sum}", name=text.experiment(n), sum=tables.one(
                "nnse", "median", decimals(2), experiment=n, **at))
            for n in names
        ]  # fmt: skip
        years = "years that no member saw" if period == "validation" else "calibration years"
        said.append(
            sentence(
                "The fit of the fast streams in {years} (sum of NNSE): {sums}.{alike}",
                years=years,
                sums=Markup(", ").join(shown),
                alike=" Fluxes and leaf area hardly tell the experiments apart." if alike(sums) else "",
            )
        )
    wood = [
        sentence(
            "{name} {bias}",
            name=text.experiment(n),
            bias=tables.one("traits", "pbias", percent, quantity="wood_turnover", experiment=n),
        )
        for n in names[1:]
        if tables.rows("traits", quantity="wood_turnover", experiment=n)
    ]
    if wood:
        said.append(
            sentence(
                "Wood turnover against {first}: {parts}.",
                first=text.experiment(names[0]),
                parts=Markup(", ").join(wood),
            )
        )
    return said


def shown_period(tables: Tables) -> str:
    """The held-out years where there are any, else those of calibration."""
    finite = [
        p for p in ("validation", "calibration")
        if any(tables.value("nnse", r, "median") > 0 for r in tables.rows("nnse", stream=SUM, period=p))
    ]  # fmt: skip
    return finite[0] if finite else "calibration"


def alike(sums: list[float]) -> bool:
    return min(sums) >= (1 - ALIKE) * max(sums)
