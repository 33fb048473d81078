"""Where workers come from: processes of this machine, or a dask scheduler at an address (SLURM: see ``jobs.py``).

Each is a context that yields a :class:`Cluster` and takes everything down that it started.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ...errors import InputError
from .environment import environment, worker_environment
from .extra import require
from .slurm import PRELOAD

CLOSE_SECONDS = 20.0
LOST_SECONDS = 60.0
"""A local worker that has been away for so long does not come back by itself; on a busy machine, or from a slow file
system, a process may take half of that to start."""

# Set for this process and handed to workers that it starts. Tasks hold no data in dask, so there is nothing to spill,
# and a paused worker would wait for ever: a worker beyond its memory is ended, and that is counted as a death.
DASK = {
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    "distributed.worker.multiprocessing-method": "spawn",  # never fork a process that has loaded jax
    "distributed.scheduler.worker-saturation": 1.0,  # a task waits in the queue, not at a busy worker
    # The driver hands a task out again itself, when there is a worker for it: dask would put the tasks of two workers
    # that died together on the first one that comes back, and the harmless one would die with the other for ever.
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.worker-ttl": "15 minutes",  # compiling may keep a worker from its heartbeat
    "distributed.admin.tick.limit": "5 minutes",
    "distributed.scheduler.active-memory-manager.start": False,
}


@dataclass
class Cluster:
    """A connected client and what is known of its workers."""

    client: Any
    label: str
    notes: list[str] = field(default_factory=list)

    def workers(self) -> int:
        """Number of workers that are there now; what is lost is asked for again, where that is ours to ask."""
        names = [str(worker["name"]) for worker in self.client.scheduler_info()["workers"].values()]
        self.renew(names)
        return len(names)

    def renew(self, present: Collection[str]) -> None:
        """Ask for the workers that are missing among those ``present`` (their names)."""


@dataclass
class OwnCluster(Cluster):
    """Workers that we have started, in ``units`` (processes of their own, or jobs of several workers each).

    A unit whose workers were there and have all been away for ``lost_seconds`` is replaced: a worker that dies is
    started again by its nanny, but a nanny gives up on a process that dies while it starts, and jobs come to an end.
    A unit that never came is not replaced. One that was replaced is given twice the time to come, or all the time
    where units wait in a queue (``queued``).
    """

    cluster: Any = None
    workers_per_unit: int = 1
    lost_seconds: float = LOST_SECONDS
    unit: str = "worker"
    queued: bool = False
    _away: dict[Any, float | None] = field(default_factory=dict)
    _patience: dict[Any, float] = field(default_factory=dict)

    def refused(self) -> Mapping[Any, str]:
        """Units that were not accepted, with the reason; they too are asked for again."""
        return {}

    def renew(self, present: Collection[str]) -> None:
        refused, now, lost = self.refused(), time.monotonic(), {}
        for name, specification in list(self.cluster.worker_spec.items()):
            if any(f"{name}{suffix}" in present for suffix in specification.get("group", ("",))):
                self._away[name] = None
                self._patience.pop(name, None)
            elif name in self._away or name in refused:
                began = self._away.get(name)
                if began is None:
                    self._away[name] = now
                    if name in refused:
                        self.notes.append(f"{self.unit} {name} was not accepted: {refused[name]}")
                elif now - began > self._patience.get(name, self.lost_seconds):
                    lost[name] = specification
        for name in lost:
            self.notes.append(f"{self.unit} {name} was lost and has been replaced")
            if self.queued:
                del self._away[name]
            else:
                self._away[name] = now
                self._patience[name] = 2 * self._patience.get(name, self.lost_seconds)
        if lost:
            self.cluster.loop.add_callback(self._replace, lost)

    async def _replace(self, lost: dict[Any, Any]) -> None:
        """In the cluster's loop: close what is left of the lost units and start them anew.

        Another unit's replacement may stand at the same place: units are counted when these are back, for dask makes up
        a unit without a specification where it is asked for more than it knows.
        """
        try:
            await self.cluster.scale_down(list(lost))
        except (OSError, RuntimeError) as error:  # a unit has failed to start; it will be missed and replaced in turn
            self.notes.append(f"a {self.unit} could not be started: {error}")
        self.cluster.worker_spec.update(lost)
        self.cluster.scale(len(self.cluster.worker_spec) * self.workers_per_unit)


@contextmanager
def local(
    workers: int | None, *, memory: str | None = None, devices: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
) -> Iterator[Cluster]:  # fmt: skip
    """Spawned processes of this machine: one per core, per entry of ``devices`` (GPUs), or ``workers`` of them.

    A process that dies is started again. ``memory`` is the limit of each, none by default.
    """
    require("distributed")
    import dask
    from distributed import Client, Nanny, Scheduler, SpecCluster

    number = workers or len(devices) or available_cores()
    host = "127.0.0.1"
    options = {
        "nthreads": 1, "host": host, "memory_limit": memory or 0, "dashboard": False, "preload": [PRELOAD],
        "silence_logs": logging.CRITICAL,
    }  # fmt: skip

    def own(i: int) -> dict[str, str]:
        return {"CUDA_VISIBLE_DEVICES": devices[i % len(devices)]} if devices else {}

    specification = {i: {"cls": Nanny, "options": {**options, "env": own(i)}} for i in range(number)}
    scheduler = {
        "cls": Scheduler,
        "options": {"host": host, "port": 0, "dashboard": False, "dashboard_address": "127.0.0.1:0"},
    }
    with dask.config.set(DASK), environment(worker_environment(variables)), quiet():
        try:
            cluster = SpecCluster(workers=specification, scheduler=scheduler, silence_logs=logging.CRITICAL)
        except RuntimeError as error:
            raise InputError(
                f"no worker process could be started ({error}); in a script of your own, calls must stand under "
                "'if __name__ == \"__main__\":', for workers import it."
            ) from error
        with closing(cluster), closing(Client(cluster, set_as_default=False)) as client:
            yield OwnCluster(client, f"{number} local processes", cluster=cluster, lost_seconds=LOST_SECONDS)


@contextmanager
def at_address(address: str, *, connect_seconds: float) -> Iterator[Cluster]:
    """A dask scheduler that somebody else runs; its workers come and go as they please."""
    require("distributed")
    import dask
    from distributed import Client

    with dask.config.set(DASK), quiet():
        try:
            client = Client(address, timeout=connect_seconds, set_as_default=False)
        except (OSError, ValueError) as error:
            raise InputError(
                f"no dask scheduler answers at {address} within {connect_seconds:g} s, expected the address that "
                "'dask scheduler' prints, such as tcp://10.0.0.1:8786."
            ) from error
        with closing(client):
            _check_workers(client, address)
            yield Cluster(client, address)


def _check_workers(client: Any, address: str) -> None:
    """Workers at an address were started by hand: one thread each, and the same diffdalec as here."""
    from .perform import installed_version

    threads = client.nthreads()
    for worker, number in threads.items():
        if number != 1:
            raise InputError(
                f"{address}: worker {worker} has {number} threads, expected 1 (dask worker --nthreads 1 --nworkers N)."
            )
    here = installed_version()
    for worker, found in client.run(installed_version, on_error="return").items():
        if isinstance(found, Exception):
            raise InputError(f"{address}: worker {worker} cannot import diffdalec ({type(found).__name__}: {found}).")
        if found != here:
            raise InputError(f"{address}: worker {worker} has diffdalec {found}, expected {here} as here.")


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def closing(thing: Any) -> Iterator[Any]:
    try:
        yield thing
    finally:
        thing.close(timeout=CLOSE_SECONDS)


@contextmanager
def quiet() -> Iterator[None]:
    """dask logs every death and every closed connection with tracebacks; deaths are counted and reported by us."""
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] == "distributed"]
    loggers = [logging.getLogger(name) for name in (*names, "tornado.application")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
