"""Commands about a study of many cells: ``synth``, ``prepare``, ``run`` and its stages, ``evaluate``, ``status``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import Backend, Members
from .root import app

if TYPE_CHECKING:
    from ..study import Study
    from ..workflows.study.run import RunReport

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
    from ..workflows.study.whole import prepare_cells

    _, loaded = _study(study, out)
    path = prepare_cells(loaded, check=check)
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
    _stages(study, out, ["precalibrate"], scheduler, workers, backend, retry_failed, gpus=gpus)


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
    _stages(study, out, ["calibrate"], scheduler, workers, backend, retry_failed, members, gpus)


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
    _stages(study, out, ["forward"], scheduler, workers, backend, retry_failed, gpus=gpus)


@app.command()
def evaluate(study: StudyFile, out: StudyOut = None) -> None:
    """Evaluate what has been calibrated so far: tables, summary.json, and the store's groups of evaluation."""
    from ..workflows.study.evaluate import evaluate_study

    _, loaded = _study(study, out)
    for sentence in evaluate_study(loaded).sentences:
        typer.echo(sentence)
    typer.echo(f"tables: {loaded.out / 'tables'}")


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
) -> None:
    """Run a study whole: prepare, precalibrate, calibrate, forward, evaluate. Goes on from what is finished."""
    from ..workflows.study.whole import plan, prepare_cells

    _, loaded = _study(study, out, members)
    if dry_run:
        for sentence in plan(loaded, scheduler, workers):
            typer.echo(sentence)
        return
    prepare_cells(loaded)
    stages = ["precalibrate", "calibrate", "forward"]
    failed = _finish(loaded, stages, scheduler, workers, backend, retry_failed, gpus)
    evaluate(study, out)
    if failed:
        raise typer.Exit(FAILURES)


@app.command()
def status(study: StudyFile, out: StudyOut = None) -> None:
    """Tell what of a study is done, running or failed and why, and the time left."""
    from ..workflows.study.status import study_status

    _, loaded = _study(study, out)
    for line in study_status(loaded).lines():
        typer.echo(line)


def _study(file: Path, out: Path | None, members: int | None = None) -> tuple[Path, Study]:
    from ..study import load_study

    return file, load_study(file, out=out, members=members)


def _stages(file, out, stages, scheduler, workers, backend, retry, members=None, gpus=0) -> None:
    _, loaded = _study(file, out, members)
    if _finish(loaded, stages, scheduler, workers, backend, retry, gpus):
        raise typer.Exit(FAILURES)


def _finish(study: Study, stages: Sequence[str], scheduler, workers, backend, retry, gpus) -> bool:
    """Bring a study through stages, and say how it went. True where batches failed."""
    from ..workflows.study.progress import StudyProgress
    from ..workflows.study.run import RunOptions, run_stages
    from ..workflows.study.whole import slurm_settings

    options = RunOptions(
        scheduler=scheduler,
        workers=workers,
        backend="gpu" if gpus and backend == "auto" else backend,
        retry=retry,
        slurm=slurm_settings(study) if scheduler == "slurm" else None,
        devices=tuple(str(number) for number in range(gpus)),
    )
    with StudyProgress() as progress:
        report: RunReport = run_stages(study, stages, options, progress)
    typer.echo(f"{', '.join(stages)}: {report.done} batches done now")
    for (stage, number), reason in report.failures:
        typer.echo(f"note: batch {number} failed in {stage}: {reason}", err=True)
    return bool(report.failures)
