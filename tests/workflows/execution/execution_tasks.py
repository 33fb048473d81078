"""Task functions for tests: workers import them by name."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def double(task: int) -> int:
    return 2 * task


def mark(task: tuple[str, int, float]) -> int:
    """Write the task's own file, whole or not at all, and append to its diary of attempts."""
    folder, number, seconds = task
    with open(Path(folder) / f"{number}.diary", "a", encoding="utf-8") as diary:
        diary.write(f"{os.getpid()}\n")
    time.sleep(seconds)
    part = Path(folder) / f"{number}.part{os.getpid()}"
    part.write_text(f"{number * number}", encoding="utf-8")
    part.rename(Path(folder) / f"{number}.done")
    return number


def fail_on_odd(task: int) -> int:
    if task % 2:
        raise ValueError(f"{task} is odd")
    return task


def die_once(task: tuple[str, int]) -> int:
    """SIGKILL to its own process on the first attempt."""
    folder, number = task
    sign = Path(folder) / f"{number}.died"
    if not sign.exists():
        sign.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die(task: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return task


def variable(name: str) -> str | None:
    return os.environ.get(name)
