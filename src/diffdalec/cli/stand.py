"""Commands about one stand: ``site``, ``demo``, ``experiments``, ``growth-curve``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from .options import Backend, GrowthYears, Iterations, Members, Out, Seed, overrides
from .root import app, curves
from .study import demo_biome

DEMO_CELLS = 12
"""Cells of the demonstration."""


@app.command()
def site(
    file: Annotated[
        Path, typer.Argument(help="Site file: DifferLand netCDF, FLUXNET2015 daily CSV, or our own CSV or netCDF.")
    ],
    growth_curve: Annotated[
        str | None, typer.Option(help="Growth curve BMAX,K,P: biomass = BMAX (1 - exp(-K age))^P.")
    ] = None,
    biomass_unit: Annotated[
        str | None, typer.Option(help="Unit of BMAX: 'MgC/ha' of carbon or 'Mg/ha' of dry matter.")
    ] = None,
    root_shoot: Annotated[
        float | None, typer.Option(help="Root:shoot ratio, where the curve is of aboveground biomass.")
    ] = None,
    out: Out = Path("out"),
    experiment: Annotated[
        list[str] | None,
        typer.Option(help="Experiment: a shipped name or a YAML file; repeat for several. Default: the paper's three."),
    ] = None,
    biomass: Annotated[
        float | None,
        typer.Option(help="Total living biomass at the end of the single-year run [gC m-2]; default: the curve's."),
    ] = None,
    lcma: Annotated[float | None, typer.Option(help="Leaf carbon mass per area, centre of its prior [gC m-2].")] = None,
    cue: Annotated[float | None, typer.Option(help="Carbon-use efficiency, centre of its prior.")] = None,
    calibration_years: Annotated[
        str | None,
        typer.Option(help="A number of first calendar years, or FIRST-LAST; default: 5, fewer in a short file."),
    ] = None,
    half_hourly: Annotated[Path | None, typer.Option(help="Half-hourly FLUXNET file, for daily Tmin and Tmax.")] = None,
    latitude: Annotated[float | None, typer.Option(help="Latitude [degrees north], where the file has none.")] = None,
    co2: Annotated[float | None, typer.Option(help="CO2 [ppm], where the file has none.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the site, where the file has none.")] = None,
    members: Members = None,
    iterations: Iterations = None,
    growth_years: GrowthYears = None,
    seed: Seed = 0,
    backend: Backend = "auto",
) -> None:
    """Calibrate a site under the paper's three experiments and write a report.

    Example: diffdalec site FI-Hyy.nc --growth-curve 62.0,0.0622,3.40 --biomass-unit MgC/ha --out FI-Hyy
    """
    from ..config import SITE_EXPERIMENTS
    from ..errors import InputError
    from ..harmonise.growth_curve import GrowthCurve
    from ..workflows.progress import CalibrationProgress
    from ..workflows.site import SiteRequest, run_site

    curve = None
    if growth_curve is not None:
        if biomass_unit is None:
            raise InputError("--growth-curve needs --biomass-unit: 'MgC/ha' of carbon or 'Mg/ha' of dry matter")
        curve = GrowthCurve.parse(growth_curve, biomass_unit, root_shoot)
    if cue is not None and not 0 < cue < 1:
        raise InputError(f"--cue is {cue:g}, expected a fraction between 0 and 1")
    if lcma is not None and not lcma > 0:
        raise InputError(f"--lcma is {lcma:g}, expected a positive number [gC m-2]")
    priors = {"lcma": lcma, "autotrophic_fraction": None if cue is None else 1 - cue}
    request = SiteRequest(
        experiments=tuple(experiment) if experiment else SITE_EXPERIMENTS,
        curve=curve,
        biomass=biomass,
        priors={key: value for key, value in priors.items() if value is not None},
        growth_years=growth_years,
        seed=seed,
        backend=backend,
        overrides=overrides(members, iterations),
    )
    with CalibrationProgress() as progress:
        tree = run_site(
            file, request, out, progress=progress, calibration_years=_years(calibration_years),
            half_hourly=half_hourly, latitude=latitude, co2=co2, name=name,
        )  # fmt: skip
    _conclude(tree, out)


@app.command()
def demo(
    out: Out = Path("demo"),
    stand: Annotated[bool, typer.Option("--stand", help="One synthetic stand in place of the biome.")] = False,
    cells: Annotated[int, typer.Option(min=1, help="Cells of the biome.")] = DEMO_CELLS,
    members: Members = None,
    iterations: Iterations = None,
    growth_years: GrowthYears = None,
    seed: Seed = 0,
    backend: Backend = "auto",
) -> None:
    """Run the whole system on an embedded synthetic boreal biome whose truth is known: product files, cell set,
    calibration, evaluation. Needs no file.
    """
    from ..errors import InputError

    if not stand:
        if growth_years is not None:
            raise InputError("--growth-years is of the demonstration's stand: give --stand as well")
        demo_biome(out, cells, seed, members, iterations, backend)
        return
    from ..workflows.demo import run_demo
    from ..workflows.progress import CalibrationProgress

    with CalibrationProgress() as progress:
        tree = run_demo(
            out,
            progress=progress,
            seed=seed,
            backend=backend,
            growth_years=growth_years,
            overrides=overrides(members, iterations),
        )
    _conclude(tree, out)


@app.command()
def experiments(
    name: Annotated[str | None, typer.Argument(help="Show this one whole, as YAML.")] = None,
) -> None:
    """List the shipped experiments, or show one with every setting written out."""
    from ..config import load_experiment, shipped_experiments

    if name is not None:
        typer.echo(load_experiment(name).yaml(), nl=False)
        return
    for shipped in shipped_experiments():
        typer.echo(f"{shipped:24s} {load_experiment(shipped).title}")


@curves.command("fit")
def fit(
    table: Annotated[Path, typer.Argument(help="CSV with columns age and biomass (the unit may be in the header).")],
    unit: Annotated[str | None, typer.Option(help="Unit, where the header has none: 'MgC/ha' or 'Mg/ha'.")] = None,
    root_shoot: Annotated[float | None, typer.Option(help="Root:shoot ratio, where biomass is aboveground.")] = None,
) -> None:
    """Fit a Chapman-Richards curve to a table of stand age and biomass."""
    from ..workflows.growth_curve import fit_table

    typer.echo(fit_table(table, unit, root_shoot))


def _years(text: str | None) -> int | tuple[int, int] | None:
    from ..errors import InputError

    if text is None:
        return None
    parts = text.split("-")
    if len(parts) > 2 or not all(part.strip().isdigit() for part in parts):
        raise InputError(f"--calibration-years is {text!r}, expected a number of years or FIRST-LAST, e.g. 2006-2010")
    numbers = [int(part) for part in parts]
    return numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1])


def _conclude(tree: Any, out: Path) -> None:
    """The result in a few lines, and where the rest is."""
    from ..analysis.findings import result, warnings

    for sentence in warnings(tree):
        typer.echo(f"note: {sentence}")
    for sentence in result(tree):
        typer.echo(sentence)
    typer.echo(f"report: {out / 'report.html'}")
