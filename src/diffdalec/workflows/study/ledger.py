"""The driver's ledger: which batches wait, run, are done or failed, how long they took, and who is at work.

It is a convenience: what is done is what the store's marks say. A ledger that is missing, broken or contradicts them is
set right from the store when a run begins; times of batches that it had not seen are then unknown.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

FILE = "ledger.sqlite"
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"

_SCHEMA = """
create table if not exists batches (
    stage text, number integer, state text not null, seconds real, attempts integer not null default 0,
    reason text not null default '', updated real not null, primary key (stage, number));
create table if not exists driver (
    one integer primary key check (one = 1), host text, pid integer, started real, seen real, ended real,
    workers integer, deaths integer, seconds_left real, how text);
"""

Key = tuple[str, int]


@dataclass(frozen=True)
class DriverRecord:
    """The last driver: where it ran, from when to when [s since 1970], and how it ended (empty while it runs)."""

    host: str
    pid: int
    started: float
    seen: float
    ended: float | None
    workers: int
    deaths: int
    seconds_left: float | None
    how: str


class Ledger:
    """The ledger of an output folder; one driver writes it at a time."""

    def __init__(self, folder: Path, *, read_only: bool = False):
        self.path = folder / FILE
        self._db = self._opened() if read_only else self._made()

    def _opened(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True, timeout=30.0, isolation_level=None)

    def _made(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=30.0, isolation_level=None)
        try:
            db.execute("pragma synchronous = off")  # what a crash of the machine loses is set right from the store
            db.executescript(_SCHEMA)
        except sqlite3.OperationalError:
            raise  # somebody else holds it: it is not broken
        except sqlite3.DatabaseError:
            db.close()
            self.path.unlink()
            return self._made()
        return db

    def set_right(self, done: Mapping[Key, bool]) -> int:
        """Make the ledger say what the store says (``done`` by stage and batch). Returns how many entries were wrong.

        Nothing runs when a run begins: what is booked as running is left from a run that was killed.
        """
        there = {(stage, number): state for stage, number, state in self._db.execute(
            "select stage, number, state from batches")}  # fmt: skip
        wrong = {key for key, finished in done.items() if finished != (there.get(key) == DONE)}
        gone = [key for key in there if key not in done]
        fresh = [key for key in done if key in wrong or key not in there]
        now = time.time()
        with self._db:
            self._db.execute("begin")
            self._db.executemany("delete from batches where stage = ? and number = ?", gone)
            self._db.executemany(
                "insert or replace into batches (stage, number, state, updated) values (?, ?, ?, ?)",
                [(*key, DONE if done[key] else WAITING, now) for key in fresh],
            )
            self._db.execute("update batches set state = ? where state in (?, ?)", (WAITING, RUNNING, FAILED))
        return len(wrong) + len(gone)

    def book(self, key: Key, state: str, seconds: float | None = None, attempts: int = 1, reason: str = "") -> None:
        """Book what became of a batch in a stage."""
        self._db.execute(
            "insert or replace into batches values (?, ?, ?, ?, ?, ?, ?)",
            (*key, state, seconds, attempts, reason, time.time()),
        )

    def book_running(self, keys: Iterable[Key]) -> None:
        """Book which batches run now; others that were booked as running wait."""
        with self._db:
            self._db.execute("begin")
            self._db.execute("update batches set state = ? where state = ?", (WAITING, RUNNING))
            self._db.executemany(
                "update batches set state = ?, updated = ? where stage = ? and number = ? and state = ?",
                [(RUNNING, time.time(), *key, WAITING) for key in keys],
            )

    def begin(self) -> None:
        """A driver begins, this process."""
        now = time.time()
        self._db.execute(
            "insert or replace into driver values (1, ?, ?, ?, ?, null, 0, 0, null, '')",
            (socket.gethostname(), os.getpid(), now, now),
        )

    def sign(self, workers: int, deaths: int, seconds_left: float | None) -> None:
        """The driver's sign of life."""
        self._db.execute(
            "update driver set seen = ?, workers = ?, deaths = ?, seconds_left = ?",
            (time.time(), workers, deaths, seconds_left),
        )

    def end(self, how: str) -> None:
        """The driver ends: ``finished``, ``was interrupted``, or what ended it."""
        now = time.time()
        self._db.execute("update driver set seen = ?, ended = ?, how = ?", (now, now, how))
        self._db.execute("update batches set state = ? where state = ?", (WAITING, RUNNING))

    def batches(self) -> dict[Key, tuple[str, float | None, str]]:
        """State, seconds and reason of every batch in every stage."""
        rows = self._db.execute("select stage, number, state, seconds, reason from batches")
        return {(stage, number): (state, seconds, reason) for stage, number, state, seconds, reason in rows}

    def driver(self) -> DriverRecord | None:
        """The last driver; None where there was none."""
        row = self._db.execute(
            "select host, pid, started, seen, ended, workers, deaths, seconds_left, how from driver"
        ).fetchone()
        return DriverRecord(*row) if row else None

    def close(self) -> None:
        """Close the file."""
        self._db.close()
