"""Where workers come from: processes of this machine, or a dask scheduler at an address (SLURM: see ``jobs.py``).

Each is a context that yields a :class:`Cluster` and takes everything down that it started.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ...errors import InputError
from .environment import environment, worker_environment
from .extra import require
from .slurm import PRELOAD

CLOSE_SECONDS = 20.0

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
    scheduler = {"cls": Scheduler, "options": {"host": host, "port": 0, "dashboard": False, "dashboard_address": None}}
    with dask.config.set(DASK), environment(worker_environment(variables)), quiet():
        try:
            cluster = SpecCluster(workers=specification, scheduler=scheduler, silence_logs=logging.CRITICAL)
        except RuntimeError as error:
            raise InputError(
                f"no worker process could be started ({error}); in a script of your own, calls must stand under "
                "'if __name__ == \"__main__\":', for workers import it."
            ) from error
        with closing(cluster), closing(Client(cluster, set_as_default=False)) as client:
            yield Cluster(client, f"{number} local processes")


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
