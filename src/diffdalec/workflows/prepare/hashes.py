"""Hashes of input files, kept so that a file is hashed again only when its size or time changed."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from pathlib import Path

_BLOCK = 1 << 22


class FileHashes:
    """sha256 of files; remembered in the file ``memory``, a JSON of path -> [size, time of change, hash]."""

    def __init__(self, memory: Path):
        self._memory = memory
        self._known: dict[str, list] = json.loads(memory.read_text(encoding="utf-8")) if memory.is_file() else {}
        self._lock = threading.Lock()

    def __call__(self, path: Path) -> str:
        """The hash of a file as hexadecimal digits."""
        state = path.stat()
        key = [state.st_size, state.st_mtime_ns]
        with self._lock:
            known = self._known.get(str(path))
        if known is not None and known[:2] == key:
            return known[2]
        digest = hashlib.sha256()
        with path.open("rb") as handle:
            while block := handle.read(_BLOCK):
                digest.update(block)
        with self._lock:
            self._known[str(path)] = [*key, digest.hexdigest()]
        return digest.hexdigest()

    def save(self) -> None:
        """Keep what is known for the next run."""
        self._memory.parent.mkdir(parents=True, exist_ok=True)
        beside = self._memory.with_name(f".{self._memory.name}.writing-{os.getpid()}")
        with self._lock:
            beside.write_text(json.dumps(self._known), encoding="utf-8")
        beside.replace(self._memory)
