"""What comes back from running tasks: values, failures, deaths of workers, progress; small and immutable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Failure:
    """Why a task has no value: an exception that its function raised, or workers that died under it.

    ``last_line`` is the innermost line of the traceback, ``traceback`` its text (the end of it where it is long).
    """

    exception: str
    message: str
    last_line: str = ""
    traceback: str = ""

    def __str__(self) -> str:
        place = f" ({self.last_line})" if self.last_line else ""
        return f"{self.exception}: {self.message}{place}"


@dataclass(frozen=True)
class Outcome:
    """One finished task: its ``value``, or its ``failure``.

    ``attempts`` counts how often it was handed to a worker (more than one only after deaths of workers), ``seconds``
    is the time within the function on the last of them.
    """

    task: Any
    value: Any
    failure: Failure | None
    worker: str
    attempts: int
    seconds: float

    @property
    def ok(self) -> bool:
        return self.failure is None


@dataclass(frozen=True)
class WorkerDeath:
    """A worker that was lost without having said so, and the tasks that it held; they went back to the queue.

    ``reason`` is empty where nobody knows: a signal, a crash in compiled code, the end of a SLURM job, a lost node.
    """

    worker: str
    tasks: tuple[Any, ...]
    reason: str = ""


@dataclass(frozen=True)
class Progress:
    """Where a run stands. ``total`` and ``seconds_left`` are None where the number of tasks or their pace is unknown.

    ``running`` maps a worker to the tasks that it holds, as seen a few seconds ago at most; ``waiting`` counts those
    handed over that no worker holds.
    """

    done: int
    failed: int
    running: Mapping[str, tuple[Any, ...]]
    waiting: int
    workers: int
    deaths: int
    total: int | None
    seconds: float
    seconds_left: float | None


@dataclass(frozen=True)
class Summary:
    """How a run ended. ``stopped``: ``should_stop`` ended it before all tasks were handed over."""

    done: int
    failures: tuple[Outcome, ...]
    deaths: tuple[WorkerDeath, ...]
    stopped: bool
    seconds: float
    notes: tuple[str, ...] = field(default=())


OnResult = Callable[[Outcome], None]
OnProgress = Callable[[Progress], None]
ShouldStop = Callable[[], bool]
