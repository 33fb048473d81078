"""A study with the real calibration: workers that are killed, and a driver that is killed, change no byte of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from cell_sets import cell_set, write_study
from diffdalec.results.study_store import Mark, read_marks
from diffdalec.study import load_study
from fake_stages import stored_files


def numbers(file: Path) -> dict[str, bytes]:
    return {name: content for name, content in stored_files(load_study(file).store).items() if "/c/" in name}


def workers_of(driver: subprocess.Popen) -> list[int]:
    found = psutil.Process(driver.pid).children()
    return [child.pid for child in found if "spawn_main" in " ".join(child.cmdline())]


def done(file: Path) -> int:
    store = load_study(file).store
    try:
        return int((read_marks(store, "forward") == Mark.DONE).sum())
    except (FileNotFoundError, KeyError):
        return 0


@pytest.mark.slow
def test_two_workers_and_kills_give_what_serial_gives(tmp_path):
    cells = cell_set(4)
    serial, local = (write_study(tmp_path / name, cells, batch="1") for name in ("serial", "local"))
    command = [sys.executable, "-m", "diffdalec", "run", "--no-report"]
    subprocess.run([*command, "--scheduler", "serial", str(serial)], check=True, capture_output=True)
    on_workers = [*command, "--scheduler", "local", "--workers", "2", str(local)]

    driver = subprocess.Popen(on_workers, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while len(workers := workers_of(driver)) < 2:
        time.sleep(0.2)
    time.sleep(10)  # into the first batches
    os.kill(workers[0], signal.SIGKILL)
    while done(local) < 1:
        assert driver.poll() is None
        time.sleep(0.2)
    driver.kill()
    driver.wait()
    assert 1 <= done(local) < 4

    last = subprocess.run(on_workers, check=True, capture_output=True, text=True)
    assert "batches done now" in last.stdout
    assert done(local) == 4
    assert numbers(local) == numbers(serial)
