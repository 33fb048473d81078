"""``diffdalec attribute``: which climate, soil and vegetation explain the traits of a study."""

from __future__ import annotations

from typing import Annotated

import typer

from .root import app
from .study import StudyFile, StudyOut, Workers


@app.command()
def attribute(
    study: StudyFile,
    out: StudyOut = None,
    experiment: Annotated[
        list[str] | None, typer.Option(help="Only this experiment, or 'truth'; repeat for several. Default: all.")
    ] = None,
    block: Annotated[
        float | None, typer.Option(help="Side of the tiles of blocked folds [degrees]; default: by the cells' extent.")
    ] = None,
    folds: Annotated[int, typer.Option(min=2, help="Folds of the cross-validations.")] = 5,
    repeats: Annotated[int, typer.Option(min=1, help="Times that folds are drawn anew.")] = 3,
    least_cells: Annotated[int, typer.Option(min=1, help="A trait with fewer robust cells is not attributed.")] = 50,
    seed: Annotated[int, typer.Option(min=0, help="Seed of folds and resampling.")] = 0,
    linear: Annotated[
        bool, typer.Option("--linear", help="Take no logarithms of turnover rates and lifespans.")
    ] = False,
    workers: Workers = None,
) -> None:
    """Attribute the traits of a study to climate, soil and vegetation: tables, and a group of the store."""
    import dataclasses

    from ..analysis.attribution import AttributionSettings
    from ..kernels import default_threads
    from ..study import load_study
    from ..workflows.study.attribute import attribute_study
    from ..workflows.study.progress import StudyProgress

    loaded = load_study(study, out=out)
    settings = AttributionSettings(seed=seed, folds=folds, repeats=repeats, block=block, least_cells=least_cells)
    if linear:
        settings = dataclasses.replace(settings, logarithmic=())
    chosen = tuple(experiment) if experiment else None
    with StudyProgress() as progress:
        found = attribute_study(
            loaded, settings, experiments=chosen, workers=workers or default_threads(), progress=progress.steps
        )
    for sentence in found.sentences:
        typer.echo(sentence)
    typer.echo(f"tables: {loaded.out / 'tables'}")
