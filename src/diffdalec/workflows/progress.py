"""Progress of calibrations: a bar for each batch with its best cost and the time left, or lines where there is no
terminal.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType

import numpy as np
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

LINE_SECONDS = 20.0


class CalibrationProgress:
    """A context in which batches report; see :data:`diffdalec.workflows.calibrate.GroupProgress`."""

    def __init__(self, console: Console | None = None):
        self.console = console or Console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("best cost {task.fields[cost]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._begun: dict[str, tuple[float, int]] = {}
        self._printed: dict[str, float] = {}
        self._lock = threading.Lock()

    def say(self, text: str) -> None:
        """A line of plain text."""
        self._bars.console.print(text, highlight=False, soft_wrap=True)

    def __call__(self, name: str, iteration: int, iterations: int, best: np.ndarray) -> None:
        cost = f"{np.min(best):.3f}"
        with self._lock:
            if name not in self._tasks:
                self._tasks[name] = self._bars.add_task(name.replace("+", " + "), total=iterations, cost=cost)
                self._begun[name] = (time.monotonic(), iteration)
            self._bars.update(self._tasks[name], completed=iteration, cost=cost)
            if not self.console.is_terminal:
                self._line(name, iteration, iterations, cost)

    def _line(self, name: str, iteration: int, iterations: int, cost: str) -> None:
        now = time.monotonic()
        if now - self._printed.get(name, -np.inf) < LINE_SECONDS and iteration < iterations:
            return
        self._printed[name] = now
        begun, first = self._begun[name]
        done = iteration - first
        left = f", about {(now - begun) / done * (iterations - iteration):.0f} s left" if done else ""
        self.say(f"{name.replace('+', ' + ')}: iteration {iteration} of {iterations}, best cost {cost}{left}")

    def __enter__(self) -> CalibrationProgress:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()
