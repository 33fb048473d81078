"""Many tasks on many workers, on dask: see :func:`run_tasks`."""

from __future__ import annotations

from .outcome import Failure, Outcome, Progress, Summary, WorkerDeath
from .run import SCHEDULERS, run_tasks
from .slurm import Slurm, job_script

__all__ = [
    "SCHEDULERS",
    "Failure",
    "Outcome",
    "Progress",
    "Slurm",
    "Summary",
    "WorkerDeath",
    "job_script",
    "run_tasks",
]
