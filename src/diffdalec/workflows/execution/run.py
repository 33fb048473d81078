"""Run tasks in this process, on processes of this machine, on a dask scheduler, or on SLURM."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Sized
from contextlib import AbstractContextManager
from importlib.util import find_spec
from typing import Any

from ...errors import InputError
from .clusters import Cluster, at_address, available_cores, local
from .jobs import slurm
from .outcome import OnProgress, OnResult, ShouldStop, Summary
from .pace import Pace
from .serial import run_serial
from .slurm import Slurm

SCHEDULERS = ("local", "serial", "slurm")
_ADDRESS = re.compile(r"(tcp|tls|ws|wss)://.+:\d+")
RETRIES = 3
CONNECT_SECONDS = 15.0


def run_tasks(
    function: str,
    tasks: Iterable[Any],
    *,
    scheduler: str = "local",
    workers: int | None = None,
    on_result: OnResult | None = None,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
    window: int | None = None,
    retries: int = RETRIES,
    memory: str | None = None,
    devices: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    slurm_settings: Slurm | None = None,
    connect_seconds: float = CONNECT_SECONDS,
) -> Summary:
    """Call ``function`` ('package.module:name') with every task, on workers of one thread each.

    The function must be importable on workers, may run more than once for one task (a worker may die after it has
    written), and so writes its results where a second writing changes nothing: in the task's own region of a store. It
    returns a small value. Tasks are plain values, taken from the iterable as they are needed.

    ``scheduler``: 'serial' (this process), 'local' (``workers`` spawned processes, one per core by default, or one per
    entry of ``devices``, each of which becomes ``CUDA_VISIBLE_DEVICES``), 'slurm' (jobs as ``slurm_settings`` say,
    enough of them for ``workers``), or the address of a dask scheduler. ``memory`` limits each local process.
    ``environment`` adds variables to those of workers that are started here.

    An exception in the function is a failure of that task, given to ``on_result`` and kept in the summary; it is not
    tried again. A worker that dies gives its tasks back; a task under which more than ``retries`` workers died is a
    failure. At most ``window`` tasks are out at a time (by default a few more than workers). ``on_result`` and
    ``on_progress`` are called in this thread. When ``should_stop`` says so no further task is begun, and those that
    run are waited for. On an interrupt, what has arrived is given to ``on_result``, workers are ended, and
    :class:`KeyboardInterrupt` goes on its way.

    Raises :class:`InputError` for a scheduler that is unknown, not installed or not reached, and for tasks that
    cannot be sent.
    """
    _check(function, scheduler, workers=workers, window=window, retries=retries)
    total = len(tasks) if isinstance(tasks, Sized) else None
    pace = Pace(total, on_result, on_progress, should_stop)
    if scheduler == "serial":
        return run_serial(function, tasks, pace)
    if total == 0:
        return pace.summary(False)
    if total is not None:  # nobody is started, or queued for, to stand idle
        workers = min(total, workers or len(devices) or (available_cores() if scheduler == "local" else 1))
    where: AbstractContextManager[Cluster]
    if scheduler == "local":
        where = local(workers, memory=memory, devices=devices, variables=environment)
    elif scheduler == "slurm":
        if slurm_settings is None:
            raise InputError("scheduler slurm needs settings of its jobs, expected at least cores and memory.")
        where = slurm(slurm_settings, workers, variables=environment)
    else:
        where = at_address(scheduler, connect_seconds=connect_seconds)
    with where as cluster:
        from .driver import Driver

        return Driver(function, cluster, pace, window=window, retries=retries).run(tasks)


def _check(function: str, scheduler: str, **numbers: int | None) -> None:
    if scheduler not in SCHEDULERS and not _ADDRESS.fullmatch(scheduler):
        raise InputError(
            f"scheduler is {scheduler!r}, expected local, serial, slurm or an address such as tcp://10.0.0.1:8786."
        )
    module, colon, name = function.partition(":")
    if not (module and colon and name) or find_spec(module) is None:
        raise InputError(f"function is {function!r}, expected 'package.module:name' of a module that can be imported.")
    for what, number in numbers.items():
        least = 0 if what == "retries" else 1
        if number is not None and number < least:
            raise InputError(f"{what} is {number}, expected {least} or more.")
