"""Tasks one after another in this process: for debugging, and for machines without dask."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from typing import Any

from ...errors import InputError
from .outcome import Outcome, Summary
from .pace import Pace
from .perform import Report, perform


def run_serial(function: str, tasks: Iterable[Any], pace: Pace) -> Summary:
    """As with workers, tasks and values pass through pickle: what works here works there."""
    stopped = False
    for number, task in enumerate(tasks):
        if pace.should_stop():
            stopped = True
            break
        payload = pickled_task(task, number)
        pace.tell({"this process": (task,)}, 0, 1)
        pace.finish(outcome(task, perform(function, payload), 1))
        pace.tell({}, 0, 1)
    return pace.summary(stopped)


def pickled_task(task: Any, number: int) -> bytes:
    """The task as bytes. Raises :class:`InputError` where it cannot be sent."""
    try:
        return pickle.dumps(task, protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # pickling runs code of the task's own classes
        raise InputError(
            f"task {number} cannot be sent to a worker ({type(error).__name__}: {error}), expected plain values."
        ) from error


def outcome(task: Any, report: Report, attempts: int) -> Outcome:
    """A worker's report as the outcome of a task."""
    value = None if report.payload is None else pickle.loads(report.payload)
    return Outcome(task, value, report.failure, report.worker, attempts, report.seconds)
