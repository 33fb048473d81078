"""A dask scheduler that was started by hand, whose workers join and leave."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from diffdalec.errors import InputError
from diffdalec.workflows.execution import Outcome, run_tasks

HERE = Path(__file__).parent


class Hand:
    """Somebody who starts a scheduler and workers in a shell."""

    def __init__(self, folder: Path):
        self.folder, self.processes = folder, []
        python_path = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
        self.environment = {**os.environ, "PYTHONPATH": python_path}
        scheduler = self.start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        lines = (line for line in scheduler.stderr if "Scheduler at:" in line)
        self.address = next(lines).split()[-1]

    def start(self, module: str, *arguments: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], env=self.environment, cwd=self.folder, text=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.processes.append(process)
        # Whoever writes into a pipe that nobody empties stands still some day.
        if module.endswith("worker"):
            threading.Thread(target=lambda: [None for _ in process.stderr], daemon=True).start()
        return process

    def worker(self, threads: int = 1) -> subprocess.Popen:
        return self.start("distributed.cli.dask_worker", self.address, "--nthreads", str(threads), "--no-nanny",
                          "--no-dashboard")  # fmt: skip

    def end(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()


@pytest.fixture
def hand(tmp_path) -> Iterator[Hand]:
    somebody = Hand(tmp_path)
    yield somebody
    somebody.end()


def test_workers_join_and_leave_during_a_run(hand, tmp_path):
    """One of them is asked to leave, one is killed; a third does the rest."""
    first = hand.worker()
    others: list[subprocess.Popen] = []
    back: list[Outcome] = []

    def come_and_go(outcome: Outcome) -> None:
        back.append(outcome)
        if len(back) == 2:
            others.append(hand.worker())
        if len({o.worker for o in back}) == 2 and len(others) == 1:
            first.send_signal(signal.SIGTERM)
            others.append(hand.worker())
        if len({o.worker for o in back}) == 3 and others[0].poll() is None:
            others[0].kill()

    def enough() -> bool:
        return len(others) == 2 and others[0].poll() is not None and len(back) > 10

    tasks = ((str(tmp_path), i, 0.05) for i in range(2000))
    summary = run_tasks(
        "execution_tasks:write_square", tasks, scheduler=hand.address, on_result=come_and_go, should_stop=enough
    )
    assert summary.stopped and not summary.failures
    assert sorted(o.value for o in back) == sorted(int(file.stem) for file in tmp_path.glob("*.done"))
    assert len({o.worker for o in back}) == 3
    assert 1 <= len(summary.deaths) <= 2  # whether the first one was idle when it left is chance


def test_a_worker_of_many_threads_is_refused(hand):
    hand.worker(threads=4)
    # Without workers there is nothing to refuse yet: the first task waits for the worker, the second run looks at it.
    run_tasks("execution_tasks:square", [3], scheduler=hand.address)
    with pytest.raises(InputError, match="has 4 threads, expected 1"):
        run_tasks("execution_tasks:square", [3], scheduler=hand.address)


def test_a_scheduler_that_goes_away_is_an_error_not_a_wait(hand, tmp_path):
    hand.worker()
    tasks = [(str(tmp_path), i, 0.05) for i in range(1000)]
    back: list[Outcome] = []

    def keep(outcome: Outcome) -> None:
        back.append(outcome)
        if len(back) == 3:
            hand.processes[0].kill()

    with pytest.raises(ConnectionError, match="has gone away"):
        run_tasks("execution_tasks:write_square", tasks, scheduler=hand.address, on_result=keep)
    assert 3 <= len(back) < 1000


def test_an_address_where_nobody_answers_is_one_sentence():
    with pytest.raises(InputError, match=r"no dask scheduler answers at tcp://127\.0\.0\.1:9 within 0\.5 s"):
        run_tasks("execution_tasks:square", [1], scheduler="tcp://127.0.0.1:9", connect_seconds=0.5)
