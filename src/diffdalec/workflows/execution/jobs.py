"""Workers in SLURM jobs: submitted, asked for again when they end early, cancelled at the end."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import InputError
from .clusters import DASK, Cluster, closing, quiet
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
    options = {"dashboard": False, "dashboard_address": None}
    with dask.config.set(DASK), quiet():
        cluster = SLURMCluster(
            job_cls=job_class, scheduler_options=options, silence_logs=logging.CRITICAL,
            **job_settings(settings, variables),
        )  # fmt: skip
        with closing(cluster), closing(Client(cluster, set_as_default=False)) as client:
            cluster.scale(jobs=number)
            label = f"{number} SLURM jobs of {settings.workers_per_job} workers"
            yield SlurmJobs(client, label, cluster=cluster, number=number)


@dataclass
class SlurmJobs(Cluster):
    """Jobs reach their wall time one after another; one whose workers were there and are gone is replaced.

    So is one that ``sbatch`` did not accept (a limit on jobs), after a while. One that was accepted and never came is
    not: it waits in the queue, or its prologue is at fault, and that must not flood the queue.
    """

    cluster: Any = None
    number: int = 1
    _away: dict[Any, float | None] = field(default_factory=dict)

    def renew(self, present: Collection[str]) -> None:
        """Note what is lost, and ask for it again. Raises :class:`InputError` where no job at all was accepted."""
        refused = {name: job.refusal for name, job in list(self.cluster.workers.items()) if job.refusal}
        if len(refused) == self.number:
            raise InputError(f"sbatch accepted none of {self.number} jobs: {next(iter(refused.values()))}")
        now = time.monotonic()
        lost = []
        for job, specification in list(self.cluster.worker_spec.items()):
            if any(f"{job}{suffix}" in present for suffix in specification.get("group", ("",))):
                self._away[job] = None
            elif job in self._away or job in refused:
                began = self._away.get(job)
                if began is None:
                    self._away[job] = now
                    if job in refused:
                        self.notes.append(f"SLURM job {job} was not accepted: {refused[job]}")
                elif now - began > LOST_SECONDS:
                    lost.append(job)
        for job in lost:
            self.notes.append(f"instead of SLURM job {job}, which is not there any more, another was submitted")
            del self._away[job]
        if lost:
            self.cluster.sync(self.cluster.scale_down, lost)
            self.cluster.scale(jobs=self.number)
