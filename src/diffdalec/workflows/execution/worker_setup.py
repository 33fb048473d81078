"""Loaded by every dask worker that we start, before its first task (dask's ``--preload``)."""

from __future__ import annotations

import faulthandler
import signal
import threading


def dask_setup(worker: object) -> None:
    """Leave Ctrl-C to the driver: a terminal sends it to all processes, and the driver ends its workers itself.

    A crash in compiled code says on standard error (of a SLURM job: in its log) where it was.
    """
    faulthandler.enable()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
