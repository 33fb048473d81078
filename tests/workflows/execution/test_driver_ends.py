"""The driver interrupted, killed and started again; its memory while it hands out very many tasks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

DRIVE = Path(__file__).parent / "drive.py"
WAIT_SECONDS = 60.0


def drive(*arguments: object) -> subprocess.Popen:
    command = [sys.executable, str(DRIVE), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def wait_for(condition, what: str) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def workers_of(folder: Path) -> set[int]:
    return {int(pid) for file in folder.glob("*.diary") for pid in file.read_text().split()}


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")")[-1].split()[0]
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks processes up in /proc")
def test_a_killed_driver_takes_its_workers_along_and_nothing_finished_is_lost(tmp_path):
    first = drive(tmp_path, 40, 0.1)
    wait_for(lambda: len(list(tmp_path.glob("*.done"))) >= 5, "no task was finished")
    first.send_signal(signal.SIGKILL)
    first.communicate()
    wait_for(lambda: not any(alive(pid) for pid in workers_of(tmp_path)), "workers have outlived their driver")
    finished = {int(file.stem) for file in tmp_path.glob("*.done")}
    assert 5 <= len(finished) < 40
    diaries = {i: (tmp_path / f"{i}.diary").read_text() for i in finished}

    from diffdalec.workflows.execution import run_tasks

    left = [(str(tmp_path), i, 0.0) for i in range(40) if i not in finished]
    assert run_tasks("execution_tasks:write_square", left, workers=2).done == 40 - len(finished)
    assert all((tmp_path / f"{i}.done").read_text() == str(i * i) for i in range(40))
    assert all((tmp_path / f"{i}.diary").read_text() == text for i, text in diaries.items())


def test_ctrl_c_keeps_what_is_finished_and_does_not_wait_for_the_rest(tmp_path):
    running = drive(tmp_path, 20, *[0.02] * 6, 3600)
    wait_for(lambda: len(list(tmp_path.glob("*.diary"))) == 8, "the long tasks were not begun")
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to the workers as well
    out, errors = running.communicate(timeout=WAIT_SECONDS)
    found = json.loads(out)
    assert found["interrupted"] and running.returncode == 0
    assert len(list(tmp_path.glob("*.done"))) == found["back"] == 6
    assert "Traceback" not in errors
    wait_for(lambda: not any(alive(pid) for pid in workers_of(tmp_path)), "workers have outlived their driver")


@pytest.mark.slow
def test_ten_thousand_tiny_tasks_leave_the_driver_small():
    running = drive("none", 10_000, 0)
    out, errors = running.communicate()
    found = json.loads(out)
    print(found, errors)
    assert found["back"] == 10_000
    assert found["total"] == sum(i * i for i in range(10_000))
    assert found["failures"] == found["deaths"] == 0
    assert found["peak"] < 2**30
