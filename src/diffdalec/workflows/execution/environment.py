"""Environment variables of workers: one process per core, so one thread per process; set before workers start."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

ONE_THREAD: dict[str, str] = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "NPROC": "1",  # the size of XLA's own thread pool
}
XLA_ONE_THREAD = "--xla_cpu_multi_thread_eigen=false"


def worker_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Variables for a worker: thread limits, XLA's flags of this process with threading off, then ``extra``."""
    flags = os.environ.get("XLA_FLAGS", "")
    if XLA_ONE_THREAD.split("=")[0] not in flags:
        flags = f"{flags} {XLA_ONE_THREAD}".strip()
    return {**ONE_THREAD, "XLA_FLAGS": flags, **(extra or {})}


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables of this process for a while: processes started meanwhile inherit them from their first line on.

    Libraries read such variables when they are loaded, which in a worker is before any code of ours.
    """
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
