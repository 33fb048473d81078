"""The driver's loop over dask: few tasks are out at a time, what comes back is booked, what is lost goes out again."""

from __future__ import annotations

import queue
import time
import uuid
from collections import deque
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .clusters import Cluster
from .outcome import Failure, Outcome, Summary, WorkerDeath
from .pace import Pace
from .perform import Report, perform
from .serial import outcome, pickled_task

TICK_SECONDS = 0.5
LOOK_SECONDS = 2.0
"""How often the driver asks the scheduler who is there and what runs where."""
MEMORY_TOPIC = "worker-restart-memory"
"""Where dask says that a worker is ended for its memory."""


class SchedulerLost(ConnectionError):
    """The dask scheduler has gone away under a run; what was finished is kept."""


@dataclass
class _Out:
    """A task that is out: its future, and what has happened to it so far."""

    number: int
    task: Any
    payload: bytes
    future: Any = None
    attempts: int = 1
    deaths: int = 0


class Driver:
    """One run of tasks on one cluster."""

    def __init__(self, function: str, cluster: Cluster, pace: Pace, *, window: int | None, retries: int):
        self.function, self.cluster, self.pace = function, cluster, pace
        self.window, self.retries = window, retries
        # All keys share a first element: dask keeps one book per such group, and would keep one per task otherwise.
        self._group = f"diffdalec-{uuid.uuid4().hex[:12]}"
        self._out: dict[Hashable, _Out] = {}
        self._again: deque[_Out] = deque()
        self._arrived: queue.SimpleQueue[tuple[Any, ...]] = queue.SimpleQueue()
        self._reasons: dict[str, str] = {}
        self._workers = 0
        self._held: dict[str, tuple[Hashable, ...]] = {}
        self._looked = -LOOK_SECONDS

    def run(self, tasks: Iterable[Any]) -> Summary:
        """Hand out all tasks, a window of them at a time, until all are finished or a stop is asked for."""
        self.cluster.client.subscribe_topic("all", self._event)
        self.cluster.client.subscribe_topic(MEMORY_TOPIC, self._memory_event)
        left: Iterator[tuple[int, Any]] = iter(enumerate(tasks))
        exhausted, stopped = False, False
        try:
            while True:
                self._look()
                if not stopped and not exhausted and self.pace.should_stop():
                    stopped = True
                    self._withdraw()
                if not stopped:
                    exhausted = self._fill(left)
                if not self._out:
                    self.pace.notes.extend(self.cluster.notes)
                    return self.pace.summary(stopped and not (exhausted and not self._again))
                self._take(TICK_SECONDS)
        except KeyboardInterrupt:
            self._book_arrived()
            raise
        finally:
            self.cluster.client.unsubscribe_topic("all")
            self.cluster.client.unsubscribe_topic(MEMORY_TOPIC)

    def _fill(self, left: Iterator[tuple[int, Any]]) -> bool:
        """Hand out tasks until the window is full; True when there are no more."""
        # One task per worker: none waits behind a long one or is lost with a worker that it never ran on. A worker is
        # idle between two tasks for as long as the driver needs (some milliseconds).
        window = self.window or max(1, self._workers)
        while len(self._out) < window:
            if self._again:
                self._submit(self._again.popleft())
                continue
            found = next(left, None)
            if found is None:
                return True
            number, task = found
            self._submit(_Out(number, task, pickled_task(task, number)))
        return False

    def _submit(self, item: _Out) -> None:
        key = (self._group, item.number, item.attempts)
        client = self.cluster.client
        item.future = client.submit(perform, self.function, item.payload, key=key, pure=False)
        self._out[key] = item
        client.loop.add_callback(self._fetch, key, item.future)

    async def _fetch(self, key: Hashable, future: Any) -> None:
        """In the client's loop: wait for the value however often it must be calculated, then tell the driver."""
        try:
            self._arrived.put(("report", key, await future.result()))
        except BaseException as error:  # also a cancelled future: the driver decides what it means
            self._arrived.put(("error", key, error))

    def _event(self, event: tuple[float, dict[str, Any]]) -> None:
        """In the client's loop: what the scheduler says of workers that leave."""
        message = event[1]
        if message.get("action") == "add-worker":
            self._arrived.put(("joined",))
        elif message.get("action") == "remove-worker":
            held = [*message["processing-tasks"], *message["lost-computed-tasks"]]
            self._arrived.put(("left", str(message["worker"]), held, bool(message["expected"])))

    def _memory_event(self, event: tuple[float, dict[str, Any]]) -> None:
        """In the client's loop: a worker is about to be ended for its memory."""
        self._reasons[str(event[1]["worker"])] = f"it went beyond its memory ({event[1]['rss'] / 2**30:.2f} GiB)"

    def _take(self, seconds: float) -> None:
        """Book one message, waiting for it at most so long, and all that have arrived with it."""
        try:
            message = self._arrived.get(timeout=seconds)
        except queue.Empty:
            return
        self._book(message)
        self._book_arrived()

    def _book_arrived(self) -> None:
        while True:
            try:
                message = self._arrived.get_nowait()
            except queue.Empty:
                return
            self._book(message)

    def _book(self, message: tuple[Any, ...]) -> None:
        kind, *rest = message
        if kind == "joined":
            self._workers += 1
        elif kind == "left":
            self._left(*rest)
        elif kind == "report":
            self._report(*rest)
        else:
            self._error(*rest)

    def _report(self, key: Hashable, report: Report) -> None:
        item = self._out.pop(key, None)
        if item is not None:
            self._finish(outcome(item.task, report, item.attempts))

    def _left(self, worker: str, held: list[Any], expected: bool) -> None:
        """A worker has left; its tasks go out again, unless too many workers have died under one of them."""
        self._workers = max(self._workers - 1, 0)
        items = {key: self._out[key] for key in map(_as_key, held) if key in self._out}
        if not expected:
            reason = self._reasons.pop(worker, "")
            self.pace.deaths.append(WorkerDeath(worker, tuple(item.task for item in items.values()), reason))
        for key, item in items.items():
            item.deaths += not expected
            if item.deaths > self.retries:
                self._give_up(key, item, worker)
            else:
                item.attempts += 1

    def _give_up(self, key: Hashable, item: _Out, worker: str) -> None:
        del self._out[key]
        item.future.cancel()
        reason = self.pace.deaths[-1].reason
        message = f"{item.deaths} workers died while they held this task, the last one {worker}"
        message += f": {reason}" if reason else ""
        self._finish(Outcome(item.task, None, Failure("WorkerDied", message), worker, item.attempts, 0.0))

    def _error(self, key: Hashable, error: BaseException) -> None:
        """A future that has no value: given up by the scheduler, withdrawn, or beyond dask's own powers."""
        item = self._out.pop(key, None)
        if item is None:
            return
        if type(error).__name__ == "KilledWorker":
            self._again.append(item)
        elif type(error).__name__ in ("FutureCancelledError", "FuturesCancelledError", "CancelledError"):
            raise SchedulerLost(f"the dask scheduler of {self.cluster.label} has gone away ({error})")
        else:
            failure = Failure(type(error).__name__, str(error))
            self._finish(Outcome(item.task, None, failure, "", item.attempts, 0.0))

    def _finish(self, finished: Outcome) -> None:
        self.pace.finish(finished)
        self._tell()

    def _withdraw(self) -> None:
        """Take back what no worker has begun."""
        begun = {_as_key(key) for keys in self.cluster.client.processing().values() for key in keys}
        for key in [key for key in self._out if key not in begun]:
            self._out.pop(key).future.cancel()

    def _look(self) -> None:
        """Now and then: who is there, what runs where, which jobs need to be asked for again."""
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return
        self._workers = self.cluster.workers()
        processing = self.cluster.client.processing()
        self._held = {worker: tuple(map(_as_key, keys)) for worker, keys in processing.items()}
        self._looked = time.monotonic()
        self._tell()

    def _tell(self) -> None:
        held = {worker: [self._out[key] for key in keys if key in self._out] for worker, keys in self._held.items()}
        running = {worker: tuple(item.task for item in items) for worker, items in held.items() if items}
        self.pace.tell(running, len(self._out) - sum(map(len, running.values())), self._workers)


def _as_key(key: Any) -> Hashable:
    return tuple(key) if isinstance(key, list) else key
