"""What was found out of an input file, kept so that it is found out again only when the file's size or time changed."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...results.text_files import write_text


class Remembered:
    """Values (of JSON's kinds) by file and question, in the JSON file ``memory``."""

    def __init__(self, memory: Path):
        self._memory = memory
        self._known: dict[str, list] = json.loads(memory.read_text(encoding="utf-8")) if memory.is_file() else {}
        self._lock = threading.Lock()

    def __call__(self, path: Path, find_out: Callable[[], Any], question: str = "") -> Any:
        """What ``find_out`` gave when it was last called for this state of the file, else what it gives now."""
        state = path.stat()
        key, stamp = f"{path}|{question}", [state.st_size, state.st_mtime_ns]
        with self._lock:
            known = self._known.get(key)
        if known is not None and known[:2] == stamp:
            return known[2]
        value = find_out()
        with self._lock:
            self._known[key] = [*stamp, value]
        return value

    def save(self) -> None:
        """Keep what is known for the next run."""
        with self._lock:
            write_text(self._memory, json.dumps(self._known))


class FileHashes:
    """sha256 of files as hexadecimal digits, remembered."""

    def __init__(self, memory: Path):
        self._remembered = Remembered(memory)
        self.save = self._remembered.save

    def __call__(self, path: Path) -> str:
        """The hash of a file."""
        return self._remembered(path, lambda: _sha256(path))


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
