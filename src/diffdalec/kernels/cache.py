"""What is kept of compiled programs on disk: how much there is, and how it is held to a size.

Whole programs and kernels lie in folders under ``diffdalec`` of the user's cache folder
(:func:`~diffdalec.kernels.machine.cache_folder`). Each file is one program; one that is missing is compiled again. A
program that a process has loaded is in its memory, so that a file may go at any time; folders stay, since a process at
work expects them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .machine import cache_folder

LIMIT = 1024**3
"""Bytes of kept programs beyond which the least recently used ones go. A stand keeps some 10 MB."""
DAY = 86_400.0
_MARK = "pruned"


@dataclass(frozen=True)
class KeptPrograms:
    """Programs of one kind (``kernels``, ``programs``): their folder, how many files, and their size [bytes]."""

    folder: Path
    files: int
    size: int


def kept_programs() -> tuple[KeptPrograms, ...]:
    """What is kept, by kind; empty where nothing is."""
    found = []
    for folder in _kinds():
        sizes = [size for _, _, size in _entries(folder)]
        found.append(KeptPrograms(folder, len(sizes), sum(sizes)))
    return tuple(found)


def prune(limit: int = LIMIT) -> int:
    """Delete the least recently used programs until at most ``limit`` bytes are left; the bytes that went.

    The last use is when a file was read or written last, whichever is later. Most systems note reading once a day,
    some never: there the oldest programs go.
    """
    entries = sorted(entry for folder in _kinds() for entry in _entries(folder))
    left = total = sum(size for _, _, size in entries)
    for _, path, size in entries:
        if left <= limit:
            break
        path.unlink(missing_ok=True)  # another process may have been faster
        left -= size
    return total - left


def prune_daily(limit: int = LIMIT) -> int:
    """:func:`prune` where that was not done within a day, by this process or another; the bytes that went.

    A folder that this user may not change is left as it is: nothing is added to it either.
    """
    mark = cache_folder().parent / _MARK
    try:
        if not mark.parent.is_dir() or (mark.is_file() and abs(time.time() - mark.stat().st_mtime) < DAY):
            return 0
        mark.touch()
        return prune(limit)
    except PermissionError:
        return 0


def clear() -> int:
    """Delete all programs that are kept; the bytes that went."""
    return prune(0)


def _kinds() -> list[Path]:
    root = cache_folder().parent
    return sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []


def _entries(folder: Path) -> Iterator[tuple[float, Path, int]]:
    """Time of the last use [s], path and size [bytes] of each file below a folder, but of those that vanish."""
    for path in folder.rglob("*"):
        try:
            found = path.stat()
        except FileNotFoundError:
            continue
        if path.is_file():
            yield max(found.st_atime, found.st_mtime), path, found.st_size
