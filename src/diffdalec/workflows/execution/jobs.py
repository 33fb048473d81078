"""Workers in SLURM jobs: submitted, asked for again when they end early, cancelled at the end."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import InputError
from .clusters import DASK, Cluster, OwnCluster, closing, quiet
from .extra import require
from .slurm import Slurm, check_slurm, job_script, job_settings

LOST_SECONDS = 60.0
"""A job all of whose workers have been away for so long has ended: workers that are started again come back sooner."""


@contextmanager
def slurm(settings: Slurm, workers: int | None, *, variables: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """SLURM jobs with at least ``workers`` workers in all, one job where no number is given.

    Raises :class:`InputError` where ``sbatch`` is missing or does not take the job.
    """
    require("dask_jobqueue")
    import dask
    from dask_jobqueue.slurm import SLURMCluster, SLURMJob
    from distributed import Client
    from distributed.core import Status

    class Job(SLURMJob):
        """A job that remembers why it was not accepted, and that it was closed, which dask checks at the end."""

        refusal: str | None = None

        async def start(self) -> None:
            try:
                await super().start()
            except Exception as error:
                self.refusal = " ".join(str(error).split())
                self.status = Status.failed
                raise

        async def close(self) -> None:
            await super().close()
            self.status = Status.closed

    job_class: Any = Job  # dask-jobqueue's annotation asks for an instance
    check_slurm(job_script(settings, variables))
    if settings.logs is not None:
        Path(settings.logs).mkdir(parents=True, exist_ok=True)
    number = settings.jobs(workers)
    options = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}
    with dask.config.set(DASK), quiet():
        cluster = SLURMCluster(
            job_cls=job_class, scheduler_options=options, silence_logs=logging.CRITICAL,
            **job_settings(settings, variables),
        )  # fmt: skip
        with closing(cluster), closing(Client(cluster, set_as_default=False)) as client:
            cluster.scale(jobs=number)
            label = f"{number} SLURM jobs of {settings.workers_per_job} workers"
            yield SlurmJobs(
                client, label, cluster=cluster, workers_per_unit=settings.workers_per_job, lost_seconds=LOST_SECONDS,
                unit="SLURM job", queued=True,
            )  # fmt: skip


@dataclass
class SlurmJobs(OwnCluster):
    """Jobs reach their wall time one after another and are replaced. One that was accepted and never came is not: its
    prologue may be at fault, and that must not flood the queue."""

    def refused(self) -> Mapping[Any, str]:
        """Jobs that ``sbatch`` did not take (a limit on jobs). InputError where it has taken none at all."""
        found = {name: job.refusal for name, job in list(self.cluster.workers.items()) if job.refusal}
        if len(found) == len(self.cluster.worker_spec) > 0:
            raise InputError(f"sbatch accepted none of {len(found)} jobs: {next(iter(found.values()))}")
        return found
