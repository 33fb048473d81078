"""One task on a worker: look its function up by name, call it, and turn whatever happens into a small report."""

from __future__ import annotations

import os
import pickle
import socket
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from .outcome import Failure

VALUE_LIMIT = 2**20
"""Largest value a task may return [bytes, pickled]: results are written by the worker, not sent to the driver."""
TRACEBACK_LIMIT = 4000

# netCDF's libraries are not thread-safe, and the thread limits count on one task per process: a worker that somebody
# started with several threads still does one task at a time.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Report:
    """What a worker sends back: the pickled value or a failure, who it is, and the seconds it took."""

    payload: bytes | None
    failure: Failure | None
    worker: str
    seconds: float


def perform(function: str, payload: bytes) -> Report:
    """Call ``module:name`` with the pickled task. Never raises, but for an interrupt."""
    with _one_at_a_time:
        began = time.monotonic()
        value, failure = None, None
        try:
            value = _pickled(_find(function)(pickle.loads(payload)))
        except (Exception, SystemExit) as error:
            failure = describe(error)
        return Report(value, failure, worker_name(), time.monotonic() - began)


def describe(error: BaseException) -> Failure:
    """An exception as plain text: class, message, innermost line, the traceback's end."""
    frames = traceback.extract_tb(error.__traceback__)
    last = ""
    if frames:
        frame = frames[-1]
        last = f"{Path(frame.filename).name}, line {frame.lineno}, in {frame.name}: {frame.line or ''}".strip()
    text = "".join(traceback.format_exception(error))
    return Failure(type(error).__name__, str(error), last, text[-TRACEBACK_LIMIT:])


def installed_version() -> str:
    """The version of diffdalec that a worker has."""
    from importlib.metadata import version

    return version("diffdalec")


def worker_name() -> str:
    """The address of the dask worker that this is, or host and process."""
    if "distributed" in sys.modules:
        from distributed import get_worker

        try:
            return str(get_worker().address)
        except ValueError:  # a process that has loaded distributed but is no worker
            pass
    return f"{socket.gethostname()}:{os.getpid()}"


def _find(function: str) -> Any:
    module, _, name = function.partition(":")
    return getattr(import_module(module), name)


def _pickled(value: Any) -> bytes:
    data = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    if len(data) > VALUE_LIMIT:
        raise ValueError(
            f"the task returned {len(data)} bytes, more than {VALUE_LIMIT}: a worker writes its results itself and "
            "returns a small value"
        )
    return data
