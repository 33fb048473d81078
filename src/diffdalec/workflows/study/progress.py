"""Progress of a study: a bar of batches with the time left, or lines where there is no terminal."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn

from ..bars import LINE_SECONDS, Bars
from ..execution import Progress


class StudyProgress(Bars):
    """A context in which the stages of a study report."""

    def __init__(self, console: Console | None = None):
        super().__init__(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}", markup=False),
            console=console,
        )
        self._task: TaskID | None = None
        self._steps: dict[str, TaskID] = {}
        self._what, self._done, self._total, self._failed = "", 0, 0, 0
        self._printed = -LINE_SECONDS

    def steps(self, what: str, done: int, of: int) -> None:
        """So many steps of something are done: a bar of its own, or a line now and then."""
        if what not in self._steps:
            self._steps[what] = self._bars.add_task(what, total=of, left="")
        self._bars.update(self._steps[what], completed=done, total=of)
        now = time.monotonic()
        if not self.console.is_terminal and (done == of or now - self._printed >= LINE_SECONDS):
            self._printed = now
            self.say(f"{what}: {done} of {of}")

    def begin(self, stages: Sequence[str], batches: int, before: int) -> None:
        """So many batches are to be brought through the stages; ``before`` of all had been finished earlier."""
        self._what, self._done, self._total, self._failed = ", ".join(stages), 0, batches, 0
        if before:
            self.say(f"{self._what}: {before} batches were done before, {batches} are left")
        self._task = self._bars.add_task(f"{self._what} [batches]", total=batches, left="")

    def finished(self, failed: int) -> None:
        """A batch has come back; ``failed`` of its cells could not be calibrated."""
        self._done += 1
        self._failed += failed

    def look(self, state: Progress) -> None:
        """What the workers are doing."""
        left = "" if state.seconds_left is None else f"{duration(state.seconds_left)} left"
        done = state.done + state.failed
        if self._task is not None:
            self._bars.update(self._task, completed=done, left=left)
        now = time.monotonic()
        if self.console.is_terminal or (now - self._printed < LINE_SECONDS and done < self._total):
            return
        self._printed = now
        details = [f"{state.workers} workers", f"{self._failed} cells failed" if self._failed else "", left]
        self.say(f"{self._what}: {done} of {self._total} batches; " + ", ".join(text for text in details if text))


def duration(seconds: float) -> str:
    """A duration in the two units that matter: ``2 d 3 h``, ``3 h 20 min``, ``4 min``, ``50 s``."""
    minutes, hours, days = seconds / 60, seconds / 3600, seconds / 86_400
    if seconds < 90:
        return f"{seconds:.0f} s"
    if minutes < 90:
        return f"{minutes:.0f} min"
    if hours < 36:
        return f"{int(hours)} h {int(minutes) % 60} min"
    return f"{int(days)} d {int(hours) % 24} h"
