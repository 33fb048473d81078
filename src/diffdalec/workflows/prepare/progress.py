"""Progress of ``prepare``: a bar for each product, or lines where there is no terminal."""

from __future__ import annotations

import threading
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

LINE_SECONDS = 20.0


class PrepareProgress:
    """A context in which :func:`diffdalec.workflows.prepare.prepare` reports; give it as its ``progress``."""

    def __init__(self, console: Console | None = None):
        self.console = console or Console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            console=self.console,
            disable=not self.console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._begun: dict[str, tuple[float, int]] = {}
        self._printed: dict[str, float] = {}
        self._lock = threading.Lock()

    def __call__(self, name: str, done: int, total: int) -> None:
        now = time.monotonic()
        with self._lock:
            if name not in self._tasks:
                self._tasks[name] = self._bars.add_task(name, total=total, left="")
                self._begun[name], self._printed[name] = (now, done), now
            left = self._left(name, done, total, now)
            self._bars.update(self._tasks[name], completed=done, left=left)
            if not self.console.is_terminal and (done == total or now - self._printed[name] >= LINE_SECONDS):
                self._printed[name] = now
                self.console.print(f"{name}: {done} of {total}{left and ', ' + left}", highlight=False, soft_wrap=True)

    def _left(self, name: str, done: int, total: int, now: float) -> str:
        begun, first = self._begun[name]
        if done <= first or done >= total:
            return ""
        seconds = (now - begun) / (done - first) * (total - done)
        return f"about {seconds:.0f} s left" if seconds < 120 else f"about {seconds / 60:.0f} min left"

    def __enter__(self) -> PrepareProgress:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()
