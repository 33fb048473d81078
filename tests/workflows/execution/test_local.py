"""Spawned processes of this machine: the same results as serial, whoever dies."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import threading
import time
from pathlib import Path

import pytest

from diffdalec.workflows.execution import Outcome, Progress, clusters, run_tasks


def test_two_workers_give_what_serial_gives():
    def found(scheduler: str) -> dict[int, tuple]:
        outcomes: list[Outcome] = []
        run_tasks("execution_tasks:refuse_odd", range(25), scheduler=scheduler, workers=2, on_result=outcomes.append)
        assert len(outcomes) == 25
        return {o.task: (o.value, o.failure and (str(o.failure)), o.attempts) for o in outcomes}

    assert found("local") == found("serial")


def test_workers_are_fresh_processes_of_one_thread():
    """Also where the user's own environment asks for many threads; what is given for workers wins, GPUs are shared."""
    names = ("OMP_NUM_THREADS", "NPROC", "XLA_FLAGS", "OURS", "CUDA_VISIBLE_DEVICES")
    before = dict(os.environ)
    os.environ["OMP_NUM_THREADS"] = "8"
    try:
        found: list[Outcome] = []
        run_tasks(
            "execution_tasks:worker_facts", [names] * 8, devices=("0", "3"), environment={"OURS": "yes"},
            on_result=found.append,
        )  # fmt: skip
        assert os.environ["OMP_NUM_THREADS"] == "8"
        assert "NPROC" not in os.environ or "NPROC" in before
    finally:
        os.environ.clear()
        os.environ.update(before)
    for outcome in found:
        facts = outcome.value
        assert (facts["variables"]["OMP_NUM_THREADS"], facts["variables"]["NPROC"]) == ("1", "1")
        assert "--xla_cpu_multi_thread_eigen=false" in facts["variables"]["XLA_FLAGS"]
        assert facts["variables"]["OURS"] == "yes"
        assert facts["variables"]["CUDA_VISIBLE_DEVICES"] in ("0", "3")
        assert facts["method"] != "fork" and not facts["jax"] and facts["interrupt"]
        assert facts["pid"] != os.getpid()


def test_a_task_survives_its_worker_and_a_deadly_one_is_given_up(tmp_path):
    folder = str(tmp_path)
    tasks = [(folder, "fragile", 0), (folder, "deadly", 1), *[(folder, "steady", i) for i in range(2, 12)]]
    found: dict[int, Outcome] = {}
    summary = run_tasks(
        "execution_tasks:hazard", tasks, workers=2, retries=1, on_result=lambda o: found.update({o.task[2]: o})
    )
    assert sorted(found) == list(range(12))
    assert [o.task[2] for o in summary.failures] == [1]
    assert summary.done == 11
    assert (found[0].value, found[0].attempts) == (0, 2)
    assert found[1].failure.exception == "WorkerDied"
    assert "2 workers died" in found[1].failure.message
    assert found[1].attempts == 2
    assert sum(tasks[0] in death.tasks for death in summary.deaths) == 1
    assert sum(tasks[1] in death.tasks for death in summary.deaths) == 2


def test_no_more_workers_than_tasks_and_none_for_nothing():
    told: list[Progress] = []
    assert run_tasks("execution_tasks:square", [7], workers=64, on_progress=told.append).done == 1
    assert max(progress.workers for progress in told) == 1
    assert run_tasks("execution_tasks:square", [], workers=64).done == 0


def test_a_worker_beyond_its_memory_is_ended_and_the_reason_is_said():
    summary = run_tasks("execution_tasks:allocate", [1, 800, 2], workers=1, retries=0, memory="400 MiB")
    assert summary.done == 2
    assert [o.task for o in summary.failures] == [800]
    assert "it went beyond its memory" in summary.failures[0].failure.message
    assert "it went beyond its memory" in summary.deaths[0].reason


@pytest.mark.parametrize(
    ("number", "seconds", "kills"), [(25, 0.1, 2), pytest.param(400, 0.15, 20, marks=pytest.mark.slow)]
)
def test_workers_killed_at_random_lose_nothing(tmp_path, number, seconds, kills):
    done = threading.Event()
    killed: set[int] = set()
    chance = random.Random(0)

    def kill() -> None:
        while len(killed) < kills and not done.wait(chance.uniform(0.2, 0.6)):
            diaries = sorted(tmp_path.glob("*.diary"), key=lambda file: file.stat().st_mtime)
            pids = [int(word) for file in diaries[-2:] for word in file.read_text().split()[-1:]]
            if pids and (pid := chance.choice(pids)) not in killed:
                with contextlib.suppress(ProcessLookupError):  # a diary also tells of those that are long gone
                    os.kill(pid, signal.SIGKILL)
                    killed.add(pid)

    killer = threading.Thread(target=kill)
    killer.start()
    back: list[Outcome] = []
    try:
        tasks = [(str(tmp_path), i, seconds) for i in range(number)]
        summary = run_tasks("execution_tasks:write_square", tasks, workers=2, retries=10, on_result=back.append)
    finally:
        done.set()
        killer.join()
    assert len(killed) == kills
    assert len(summary.deaths) == kills
    assert sorted(o.value for o in back) == list(range(number)) and not summary.failures
    for i in range(number):
        assert (tmp_path / f"{i}.done").read_text() == str(i * i)
        attempts = len((tmp_path / f"{i}.diary").read_text().split())
        assert attempts <= back[[o.value for o in back].index(i)].attempts
    again = sum(len(file.read_text().split()) for file in tmp_path.glob("*.diary")) - number
    assert again <= kills


@pytest.mark.slow
def test_workers_that_die_while_they_start_come_back(monkeypatch):
    """dask's nanny gives up on a process that dies before it has been seen to run."""
    monkeypatch.setattr(clusters, "LOST_SECONDS", 5.0)
    summary = run_tasks("execution_tasks:die", range(8), workers=2, retries=3)
    assert sorted(o.task for o in summary.failures) == list(range(8))
    assert {(o.failure.exception, o.attempts) for o in summary.failures} == {("WorkerDied", 4)}
    assert len(summary.deaths) >= 8 * 4


def test_two_workers_replaced_at_once_both_come_back():
    """dask adds a worker of no specification where more are asked for than it knows."""

    class Dask:
        def __init__(self):
            self.worker_spec = {0: {"cls": "first"}, 1: {"cls": "second"}}

        async def scale_down(self, names):
            for name in names:
                del self.worker_spec[name]
            await asyncio.sleep(0)

        def scale(self, number):
            assert number <= len(self.worker_spec)

    async def replace_both(dask):
        cluster = clusters.OwnCluster(None, "two", cluster=dask)
        await asyncio.gather(*(cluster._replace({name: dask.worker_spec[name]}) for name in (0, 1)))

    dask = Dask()
    asyncio.run(replace_both(dask))
    assert dask.worker_spec == {0: {"cls": "first"}, 1: {"cls": "second"}}


def test_a_stop_waits_for_what_runs(tmp_path):
    back: list[Outcome] = []
    tasks = [(str(tmp_path), i, 0.3) for i in range(100)]
    summary = run_tasks(
        "execution_tasks:write_square", tasks, workers=2, window=10, on_result=back.append,
        should_stop=lambda: len(back) >= 2,
    )  # fmt: skip
    assert summary.stopped
    assert 2 <= summary.done < 10
    begun = {int(Path(file).stem) for file in tmp_path.glob("*.diary")}
    assert begun == {o.value for o in back}
    time.sleep(0.5)
    assert len(list(tmp_path.glob("*.diary"))) == len(begun)
