"""``diffdalec report``: the report of whatever a folder holds, a stand or a study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .root import app
from .study import Workers


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="Folder of a finished stand, or of a study or its results.")],
    cells: Annotated[
        int | None, typer.Option(min=0, help="Of a study: how many cells can be opened in its report [12].")
    ] = None,
    workers: Workers = None,
) -> None:
    """Write the report anew: of a stand with its figures and summary, of a study with its tables, maps and figures.

    Example: diffdalec report biome
    """
    from ..errors import InputError
    from ..kernels import default_threads
    from ..workflows.outputs import STORE, write_outputs
    from ..workflows.study.progress import StudyProgress
    from ..workflows.study.report import MOST_SHOWN, find_study, report_study

    if (folder / STORE).exists():
        from ..results import read_tree

        write_outputs(read_tree(folder / STORE), folder)
        typer.echo(f"report: {folder / 'report.html'}")
        return
    study = find_study(folder)
    if study is None:
        raise InputError(
            f"{folder}: there is nothing to report here; expected the results of a stand ({STORE}), "
            "or a study (study.yaml) or its results (study.zarr)"
        )
    shown = MOST_SHOWN if cells is None else cells
    with StudyProgress() as progress:
        path = report_study(study, shown=shown, workers=workers or default_threads(), progress=progress.steps)
    typer.echo(f"report: {path}")
