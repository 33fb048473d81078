"""What is told on standard error while something runs: bars on a terminal, lines of text where there is none."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress, ProgressColumn

LINE_SECONDS = 20.0
"""Without a terminal a line is written after so many seconds, not after each step."""


class Bars:
    """A context in which bars of some ``columns`` are shown, and lines are said above them."""

    def __init__(self, *columns: str | ProgressColumn, console: Console | None):
        self.console = console or Console(stderr=True)
        self._bars = Progress(*columns, console=self.console, disable=not self.console.is_terminal)

    def say(self, text: str) -> None:
        """A line of plain text."""
        self._bars.console.print(text, highlight=False, markup=False, soft_wrap=True)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()
