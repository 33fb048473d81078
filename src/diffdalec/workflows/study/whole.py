"""A study from its products on: the cell set, what a run would do, and what SLURM is asked for."""

from __future__ import annotations

from pathlib import Path

from ...errors import InputError
from ...results.study_store import read_attributes
from ...study import Study
from ..execution import Slurm, job_script
from .evaluate import StudyEvaluation, evaluate_study
from .folder import finished_batches, only_driver
from .progress import StudyProgress
from .run import RunOptions, RunReport, run_stages
from .stages import STAGES


def run_study(study: Study, options: RunOptions, progress: StudyProgress) -> tuple[RunReport, StudyEvaluation]:
    """Run a study whole: cell set, every stage, evaluation. What is finished is not made again."""
    prepare_cells(study, progress)
    report = run_stages(study, tuple(STAGES), options, progress)
    return report, evaluate_study(study)


def prepare_cells(study: Study, progress: StudyProgress, *, check: bool = False) -> Path:
    """The study's cell set, made from its products where it names any; else the one that is there.

    InputError where it names none and there is no cell set.
    """
    if not study.products:
        if check or not study.cell_set.exists():
            raise InputError(
                f"study {study.name} names no products and has no cell set {study.cell_set}: "
                "name products, or put a cell set there"
            )
        return study.cell_set
    from ..prepare import prepare

    with only_driver(study.out):
        return prepare(study, check=check, progress=progress.steps)


def slurm_settings(study: Study) -> Slurm:
    """What the study file says of SLURM. InputError where it says nothing."""
    if study.slurm is None:
        raise InputError(f"study {study.name} has no section slurm: add cores, memory and walltime of a job")
    return Slurm(**{key: value for key, value in study.slurm.model_dump().items() if value is not None})


def plan(study: Study, scheduler: str, workers: int | None) -> list[str]:
    """What a run would do, in lines; the job's script where it would run on SLURM. Nothing is started."""
    lines = [f"study {study.name}: results in {study.out}"]
    lines.append(f"cell set: {study.cell_set}, {'there' if study.cell_set.exists() else 'to be prepared'}")
    lines.append(f"experiments: {', '.join(e.name for e in study.load_experiments())}; {study.members} members each")
    if study.store.exists():
        size = int(read_attributes(study.store)["batch"])
        stages = tuple(name for name in STAGES if (study.store / STAGES[name].group).exists())
        finished = finished_batches(study.store, stages)
        for name in stages:
            own = [done for (stage, _), done in finished.items() if stage == name]
            lines.append(f"{name}: {sum(own)} of {len(own)} batches of {size} cells are done")
    lines.append(f"scheduler: {scheduler}, workers: {workers or 'one per core'}")
    if scheduler == "slurm":
        settings = slurm_settings(study)
        jobs = settings.jobs(workers)
        lines.append(f"{jobs} jobs of {settings.workers_per_job} workers would be submitted with this script:")
        lines.append(job_script(settings))
    return lines
