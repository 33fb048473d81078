"""Tasks in this process; what is bad input; what the driver's books say."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffdalec.errors import InputError
from diffdalec.workflows.execution import Outcome, Progress, run_tasks
from diffdalec.workflows.execution.pace import Pace


@given(st.lists(st.integers(-1000, 1000), max_size=30))
def test_each_task_comes_back_once_with_its_value_or_its_reason(tasks):
    found: list[Outcome] = []
    summary = run_tasks("execution_tasks:refuse_odd", tasks, scheduler="serial", on_result=found.append)
    assert [o.task for o in found] == tasks
    assert [o.value for o in found] == [None if t % 2 else t for t in tasks]
    assert summary.done == sum(t % 2 == 0 for t in tasks)
    assert [o.task for o in summary.failures] == [t for t in tasks if t % 2]
    for outcome in summary.failures:
        assert (outcome.failure.exception, outcome.failure.message) == ("ValueError", f"{outcome.task} is odd")
        assert "execution_tasks.py" in outcome.failure.last_line
        assert "raise ValueError" in outcome.failure.last_line


def test_what_cannot_be_sent_back_is_a_failure_and_the_rest_goes_on():
    found: dict[str, Outcome] = {}
    tasks = ["lambda", "large", "exit", "name", "plain"]
    run_tasks("execution_tasks:awkward", tasks, scheduler="serial", on_result=lambda o: found.update({o.task: o}))
    assert found["plain"].value == "plain"
    assert "writes its results itself" in found["large"].failure.message
    assert found["exit"].failure.exception == "SystemExit"
    assert found["name"].failure.exception == "NameError"
    assert not found["lambda"].ok


def test_a_stop_begins_no_further_task():
    found: list[Outcome] = []
    summary = run_tasks(
        "execution_tasks:square", range(10), scheduler="serial", on_result=found.append,
        should_stop=lambda: len(found) == 3,
    )  # fmt: skip
    assert (summary.done, summary.stopped) == (3, True)
    assert [o.value for o in found] == [0, 1, 4]


def test_tasks_are_taken_one_at_a_time_and_an_error_of_the_caller_is_not_swallowed():
    taken = []

    def tasks():
        for i in range(100):
            taken.append(i)
            yield i

    def full(outcome: Outcome) -> None:
        if outcome.task == 4:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        run_tasks("execution_tasks:square", tasks(), scheduler="serial", on_result=full)
    assert len(taken) == 5


def test_time_left_is_the_mean_of_finished_tasks_shared_among_workers():
    told: list[Progress] = []
    pace = Pace(total=10, on_progress=told.append)
    for seconds in (2.0, 4.0):
        pace.finish(Outcome(0, 0, None, "", 1, seconds))
    pace.tell({}, 0, 4)
    assert told[-1].seconds_left == pytest.approx(3.0 * 8 / 4)
    assert Pace(total=None).seconds_left(4) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scheduler": "slrum"}, "expected local, serial, slurm or an address"),
        ({"scheduler": "ftp://here:21"}, "expected local, serial, slurm or an address"),
        ({"function": "execution_tasks"}, "package.module:name"),
        ({"function": "no_such_module:name"}, "package.module:name"),
        ({"workers": 0}, "workers is 0"),
        ({"retries": -1}, "retries is -1"),
        ({"scheduler": "slurm"}, "needs settings"),
        ({"tasks": [lambda: None], "scheduler": "serial"}, "task 0 cannot be sent"),
    ],
)
def test_bad_input_is_one_sentence(changes, words):
    call = {"function": "execution_tasks:square", "tasks": [1], **changes}
    with pytest.raises(InputError, match=words):
        run_tasks(call.pop("function"), call.pop("tasks"), **call)


def test_without_the_extra_the_error_names_it(monkeypatch):
    import diffdalec.workflows.execution.extra as extra

    monkeypatch.setattr(extra, "find_spec", lambda name: None)
    for scheduler in ("local", "tcp://127.0.0.1:8786"):
        with pytest.raises(InputError, match=r"diffdalec\[cluster\]"):
            run_tasks("execution_tasks:square", [1], scheduler=scheduler)


def test_importing_the_room_loads_neither_dask_nor_jax():
    code = "import sys, diffdalec.workflows.execution; print([m for m in ('distributed', 'jax') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
