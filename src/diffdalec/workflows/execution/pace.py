"""The driver's books: what is done, what failed, who died, how long it will take; and the caller's callbacks."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from .outcome import OnProgress, OnResult, Outcome, Progress, ShouldStop, Summary, WorkerDeath

RECENT = 200
"""Tasks whose mean time predicts the rest: the first ones of each worker compile, and are forgotten after a while."""


@dataclass
class Pace:
    """Counts of one run. Failures and deaths are kept, values are handed to ``on_result`` and forgotten."""

    total: int | None = None
    on_result: OnResult | None = None
    on_progress: OnProgress | None = None
    stop_asked: ShouldStop | None = None
    done: int = 0
    failures: list[Outcome] = field(default_factory=list)
    deaths: list[WorkerDeath] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)
    _recent: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))

    def should_stop(self) -> bool:
        return self.stop_asked is not None and self.stop_asked()

    def finish(self, outcome: Outcome) -> None:
        """Book one finished task and hand it to the caller."""
        if outcome.ok:
            self.done += 1
        else:
            self.failures.append(outcome)
        if outcome.seconds > 0:  # what is lost with its worker has told no time
            self._recent.append(outcome.seconds)
        if self.on_result is not None:
            self.on_result(outcome)

    def seconds(self) -> float:
        return time.monotonic() - self._began

    def seconds_left(self, workers: int) -> float | None:
        """Mean time of recent tasks times those left, shared among the workers."""
        if self.total is None or not self._recent or workers < 1:
            return None
        return fmean(self._recent) * max(self.total - self.done - len(self.failures), 0) / workers

    def tell(self, running: Mapping[str, tuple[Any, ...]], waiting: int, workers: int) -> None:
        """Hand the state to ``on_progress``."""
        if self.on_progress is None:
            return
        self.on_progress(
            Progress(
                self.done, len(self.failures), running, waiting, workers, len(self.deaths), self.total,
                self.seconds(), self.seconds_left(workers),
            )
        )  # fmt: skip

    def summary(self, stopped: bool) -> Summary:
        return Summary(self.done, tuple(self.failures), tuple(self.deaths), stopped, self.seconds(), tuple(self.notes))
