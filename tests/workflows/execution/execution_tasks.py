"""Task functions for tests: workers import them by name."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any


def square(task: int) -> int:
    return task * task


def refuse_odd(task: int) -> int:
    if task % 2:
        raise ValueError(f"{task} is odd")
    return task


def awkward(task: str) -> Any:
    """What a task may do that is no plain value."""
    if task == "lambda":
        return lambda: None
    if task == "large":
        return b"0" * 2**21
    if task == "exit":
        sys.exit(3)
    if task == "name":
        return undefined_name  # noqa: F821
    return task


def worker_facts(names: tuple[str, ...]) -> dict[str, Any]:
    """Environment variables of a worker, and whether it is a fresh process that leaves Ctrl-C to the driver."""
    return {
        "variables": {name: os.environ.get(name) for name in names},
        "method": multiprocessing.get_start_method(allow_none=True),
        "jax": "jax" in sys.modules,
        "interrupt": signal.getsignal(signal.SIGINT) == signal.SIG_IGN,
        "pid": os.getpid(),
    }


def write_square(task: tuple[str, int, float]) -> int:
    """Write the task's own file, whole or not at all, as a batch does its region; a diary keeps every attempt."""
    folder, number, seconds = task
    with open(Path(folder) / f"{number}.diary", "a", encoding="utf-8") as diary:
        diary.write(f"{os.getpid()}\n")
    time.sleep(seconds)
    part = Path(folder) / f"{number}.part{os.getpid()}"
    part.write_text(f"{number * number}", encoding="utf-8")
    part.rename(Path(folder) / f"{number}.done")
    return number


def hazard(task: tuple[str, str, int]) -> int:
    """``steady``: finish; ``fragile``: SIGKILL to the own process on the first attempt; ``deadly``: on each."""
    folder, kind, number = task
    sign = Path(folder) / f"{number}.died"
    if kind == "deadly" or (kind == "fragile" and not sign.exists()):
        sign.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def allocate(task: int) -> int:
    """Hold so many MiB for a while."""
    held = bytearray(task * 2**20)
    time.sleep(2.0 if task > 100 else 0.0)
    return len(held)


def die(task: int) -> int:
    """SIGKILL to the own process, at once."""
    os.kill(os.getpid(), signal.SIGKILL)
    return task
