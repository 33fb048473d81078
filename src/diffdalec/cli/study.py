"""Commands about a study of many cells: ``synth``, ``prepare``, ``run`` and its stages, ``evaluate``, ``status``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import Backend, Members
from .root import app

if TYPE_CHECKING:
    from ..study import Study
    from ..workflows.study.conclusion import Conclusion
    from ..workflows.study.evaluate import StudyEvaluation
    from ..workflows.study.run import RunOptions, RunReport

StudyFile = Annotated[Path, typer.Argument(help="Study file (YAML), or the folder with its study.yaml.")]
StudyOut = Annotated[
    Path | None, typer.Option("--out", help="Folder for the results; default: the study file's. Goes on from there.")
]
Scheduler = Annotated[
    str, typer.Option(help="'local' processes, 'serial', 'slurm', or the address of a dask scheduler.")
]
Gpus = Annotated[int, typer.Option(min=0, help="Number of this machine's GPUs to use: a local worker for each.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Number of workers; default: one per core.")]
RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Also try the cells again that have failed.")]
DEMO_SHOWN = 6
"""Cells that can be opened in the demonstration's report."""

FAILURES = 1
"""Exit code where some batches failed; all others are finished and kept."""


@app.command()
def synth(
    out: Annotated[Path, typer.Argument(help="Folder to write: archive/, truth.zarr and study.yaml.")],
    cells: Annotated[int, typer.Option(min=1, help="Number of forest cells.")] = 48,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the biome.")] = 0,
) -> None:
    """Write a synthetic boreal biome with known truth, every product in its own layout, and a study file for it."""
    from ..workflows.study.progress import StudyProgress
    from ..workflows.synth import synthesise

    with StudyProgress() as progress:
        made = synthesise(out, cells=cells, seed=seed, progress=progress.say)
    typer.echo(f"study: {made}")


@app.command()
def prepare(
    study: StudyFile,
    out: StudyOut = None,
    check: Annotated[bool, typer.Option("--check", help="Only look at every file's header.")] = False,
) -> None:
    """Turn the products into the cell set: harmonised forcing and observations of every cell."""
    from ..workflows.study.progress import StudyProgress
    from ..workflows.study.whole import prepare_cells

    loaded = _study(study, out)
    with StudyProgress() as progress:
        path = prepare_cells(loaded, progress, check=check)
    typer.echo("every header is as it should be" if check else f"cell set: {path}")


@app.command()
def precalibrate(
    study: StudyFile,
    out: StudyOut = None,
    scheduler: Scheduler = "local",
    workers: Workers = None,
    backend: Backend = "auto",
    gpus: Gpus = 0,
    retry_failed: RetryFailed = False,
) -> None:
    """Pre-calibrate the canopy efficiency of every cell."""
    loaded = _study(study, out)
    _stage("precalibrate", loaded, _options(loaded, scheduler, workers, backend, gpus, retry_failed))


@app.command()
def calibrate(
    study: StudyFile,
    out: StudyOut = None,
    members: Members = None,
    scheduler: Scheduler = "local",
    workers: Workers = None,
    backend: Backend = "auto",
    gpus: Gpus = 0,
    retry_failed: RetryFailed = False,
) -> None:
    """Calibrate every cell under every experiment."""
    loaded = _study(study, out, members)
    _stage("calibrate", loaded, _options(loaded, scheduler, workers, backend, gpus, retry_failed))


@app.command()
def forward(
    study: StudyFile,
    out: StudyOut = None,
    scheduler: Scheduler = "local",
    workers: Workers = None,
    backend: Backend = "auto",
    gpus: Gpus = 0,
    retry_failed: RetryFailed = False,
) -> None:
    """Run every calibrated member forward from bare ground."""
    loaded = _study(study, out)
    _stage("forward", loaded, _options(loaded, scheduler, workers, backend, gpus, retry_failed))


@app.command()
def evaluate(study: StudyFile, out: StudyOut = None) -> None:
    """Evaluate what has been calibrated so far: tables, summary.json, and the store's groups of evaluation."""
    from ..workflows.study.evaluate import evaluate_study

    loaded = _study(study, out)
    _conclude(loaded, evaluate_study(loaded))


@app.command()
def run(
    study: StudyFile,
    out: StudyOut = None,
    members: Members = None,
    scheduler: Scheduler = "local",
    workers: Workers = None,
    backend: Backend = "auto",
    gpus: Gpus = 0,
    retry_failed: RetryFailed = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, with the SLURM script; do nothing.")
    ] = False,
    no_report: Annotated[
        bool, typer.Option("--no-report", help="End with the evaluation: no attribution, no report.")
    ] = False,
) -> None:
    """Run a study whole: prepare, precalibrate, calibrate, forward, evaluate, attribute, report. Goes on from what is
    finished.
    """
    from ..workflows.study.conclusion import conclude_study
    from ..workflows.study.progress import StudyProgress
    from ..workflows.study.whole import plan, run_study

    loaded = _study(study, out, members)
    if dry_run:
        for sentence in plan(loaded, scheduler, workers):
            typer.echo(sentence)
        return
    options = _options(loaded, scheduler, workers, backend, gpus, retry_failed)
    with StudyProgress() as progress:
        report, found = run_study(loaded, options, progress)
        concluded = None if no_report else conclude_study(loaded, progress, workers)
    _conclude(loaded, found, concluded)
    _tell(report, "run")


@app.command()
def status(study: StudyFile, out: StudyOut = None) -> None:
    """Tell what of a study is done, running or failed and why, and the time left."""
    from ..workflows.study.status import study_status

    loaded = _study(study, out)
    for line in study_status(loaded).lines():
        typer.echo(line)


def demo_biome(
    out: Path, cells: int, seed: int, members: int | None, iterations: int | None, backend: str
) -> None:
    """The demonstration on a biome, for the command ``demo``."""
    from ..workflows.demo_biome import run_demo_biome
    from ..workflows.study.conclusion import conclude_study
    from ..workflows.study.progress import StudyProgress
    from ..workflows.study.run import RunOptions

    optimiser = None if iterations is None else {"iterations": iterations}
    with StudyProgress() as progress:
        study, report, found = run_demo_biome(
            out, RunOptions(backend=backend), progress, cells=cells, seed=seed, members=members, optimiser=optimiser
        )
        concluded = conclude_study(study, progress, shown=DEMO_SHOWN)
    _conclude(study, found, concluded)
    _tell(report, "demo")


def _study(file: Path, out: Path | None, members: int | None = None) -> Study:
    from ..study import load_study

    return load_study(file, out=out, members=members)


def _options(
    study: Study, scheduler: str, workers: int | None, backend: str, gpus: int, retry_failed: bool
) -> RunOptions:
    from ..workflows.study.run import RunOptions
    from ..workflows.study.whole import slurm_settings

    return RunOptions(
        scheduler=scheduler,
        workers=workers,
        backend="gpu" if gpus and backend == "auto" else backend,
        retry=retry_failed,
        slurm=slurm_settings(study) if scheduler == "slurm" else None,
        devices=tuple(str(number) for number in range(gpus)),
    )


def _stage(name: str, study: Study, options: RunOptions) -> None:
    """Bring a study through one stage."""
    from ..workflows.study.progress import StudyProgress
    from ..workflows.study.run import run_stages

    with StudyProgress() as progress:
        report = run_stages(study, [name], options, progress)
    _tell(report, name)


def _conclude(study: Study, found: StudyEvaluation, concluded: Conclusion | None = None) -> None:
    """The result in a few lines, and where the rest is."""
    for sentence in [*found.sentences, *(concluded.sentences if concluded else [])]:
        typer.echo(sentence)
    for note in concluded.notes if concluded else []:
        typer.echo(f"note: {note}")
    typer.echo(f"tables: {study.out / 'tables'}")
    if concluded:
        typer.echo(f"report: {concluded.page}")


def _tell(report: RunReport, what: str) -> None:
    """How a run went; exit code 1 where batches failed."""
    typer.echo(f"{what}: {report.done} batches done now")
    for (stage, number), reason in report.failures:
        typer.echo(f"note: batch {number} failed in {stage}: {reason}", err=True)
    if report.failures:
        raise typer.Exit(FAILURES)
