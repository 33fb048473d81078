"""Progress of calibrations: a bar for each batch with its best cost and the time left, or lines where there is no
terminal.
"""

from __future__ import annotations

import threading
import time

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from .bars import LINE_SECONDS, Bars


class CalibrationProgress(Bars):
    """A context in which batches report; see :data:`diffdalec.workflows.calibrate.GroupProgress`."""

    def __init__(self, console: Console | None = None):
        super().__init__(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("best cost {task.fields[cost]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}
        self._begun: dict[str, tuple[float, int]] = {}
        self._printed: dict[str, float] = {}
        self._lock = threading.Lock()

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
