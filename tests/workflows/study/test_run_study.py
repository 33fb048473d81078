"""Running a study: everything is written once, a kill loses a batch and no more, a failed cell holds up no other."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import zarr.storage._local

import fake_stages
from cell_sets import cell_set, write_study
from diffdalec.cells.cell_set import open_cell_set
from diffdalec.errors import InputError
from diffdalec.results.study_store import Mark, read_cells, read_marks, read_reasons
from diffdalec.study import load_study
from diffdalec.workflows.study.evaluate import evaluate_study
from diffdalec.workflows.study.folder import only_driver
from diffdalec.workflows.study.ledger import Ledger
from diffdalec.workflows.study.status import study_status
from fake_stages import ALL, run_fake, stored_files

CELLS = 3


class Killed(BaseException):
    """What stands for SIGKILL within this process."""


@pytest.fixture(scope="module")
def cells():
    return cell_set(CELLS)


@pytest.fixture
def study_file(tmp_path, cells) -> Path:
    return write_study(tmp_path / "study", cells, batch="2")


@pytest.fixture(scope="module")
def reference(tmp_path_factory, cells) -> dict[str, bytes]:
    """The store of an uninterrupted run."""
    path = write_study(tmp_path_factory.mktemp("whole"), cells, batch="2")
    with pytest.MonkeyPatch.context() as patch:
        run_fake(path, patch)
    return stored_files(load_study(path).store)


def test_a_run_fills_everything(study_file, monkeypatch):
    report = run_fake(study_file, monkeypatch)
    assert (report.done, report.failures) == (2, ())
    store = load_study(study_file).store
    for group in ("precalibration", "calibration", "forward"):
        assert (read_marks(store, group) == Mark.DONE).all()
    calibration = read_cells(store, "calibration")
    assert calibration.sizes["cell"] == CELLS and (calibration["status"] == "ok").all()
    assert np.isfinite(calibration["wood_turnover"]).all() and np.isfinite(calibration["cost_terms"]).all()
    assert calibration["cell"].values.tolist() == [200_000 + 7 * i for i in range(CELLS)]
    assert read_cells(store, "growth_run")["total_biomass"].dims == ("cell", "experiment", "member", "age")


def test_nothing_is_run_twice(study_file, monkeypatch):
    calls: list[tuple[str, str]] = []
    run_fake(study_file, monkeypatch, lambda *call: calls.append(call))
    assert len(calls) == len(set(calls)) == len(ALL) * CELLS
    before = stored_files(load_study(study_file).store)
    report = run_fake(study_file, monkeypatch, lambda *call: calls.append(call))
    assert report.done == 0 and len(calls) == len(ALL) * CELLS
    assert stored_files(load_study(study_file).store) == before


@pytest.mark.parametrize("batch", ["1"])
def test_a_cells_numbers_do_not_depend_on_its_batch(study_file, tmp_path, cells, monkeypatch, batch):
    run_fake(study_file, monkeypatch)
    backwards = cells.isel(cell=slice(None, None, -1))
    other = write_study(tmp_path / "other", backwards, batch=batch)
    run_fake(other, monkeypatch)
    for group in ("precalibration", "calibration", "growth_run", "forward"):
        one, two = (read_cells(load_study(f).store, group) for f in (study_file, other))
        assert one.identical(two.sortby("cell")), group


@pytest.mark.parametrize("seed", range(4))
def test_a_kill_between_any_two_writes_loses_nothing_finished(study_file, reference, monkeypatch, seed):
    """The process ends at the n-th write of a file, n drawn, again and again until the run comes through."""
    rng, put = random.Random(seed), zarr.storage._local._put
    survived, finished = False, 0
    while not survived:
        left = rng.randrange(5, 150 if load_study(study_file).store.exists() else 900)

        def failing(path, value, exclusive=False):
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed
            return put(path, value, exclusive)

        monkeypatch.setattr(zarr.storage._local, "_put", failing)
        try:
            run_fake(study_file, monkeypatch)
            survived = True
        except Killed:
            pass
        monkeypatch.setattr(zarr.storage._local, "_put", put)
        store = load_study(study_file).store
        if store.exists():
            now = sum(int((read_marks(store, g) != Mark.WAITING).sum()) for g in ("precalibration", "calibration"))
            assert now >= finished
            finished = now
    assert stored_files(load_study(study_file).store) == reference


@pytest.mark.slow
def test_sigkill_and_restart(tmp_path, cells):
    """A real process with the real calibration, killed at ten drawn moments, in as many studies as that takes."""
    command = [sys.executable, "-m", "diffdalec", "run", "--no-report", "--scheduler", "serial"]
    two = cells.isel(cell=slice(2))

    def begun(study: Path) -> subprocess.Popen:
        return subprocess.Popen([*command, study], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def chunks(study: Path) -> dict[str, bytes]:
        return {name: held for name, held in stored_files(load_study(study).store).items() if "/c/" in name}

    assert begun(write_study(tmp_path / "first", two)).wait() == 0  # compiles what the others find on disk
    whole = write_study(tmp_path / "whole", two)
    start = time.monotonic()
    assert begun(whole).wait() == 0
    seconds, rng, kills, number = time.monotonic() - start, random.Random(1), 0, 0
    while kills < 10:
        number += 1
        killed = write_study(tmp_path / f"killed{number}", two)
        for _ in range(10 - kills):
            process = begun(killed)
            time.sleep(rng.uniform(0.05, 0.8) * seconds)
            if process.poll() is not None:
                break
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            kills += 1
        assert begun(killed).wait() == 0
        assert chunks(killed) == chunks(whole)


class TestFailures:
    def fail(self, site: str, error: Exception):
        def before(stage, here):
            if stage == "calibrate" and here == site:
                raise error

        return before

    def test_a_cell_that_cannot_be_calibrated_says_why_and_the_others_go_on(self, study_file, monkeypatch):
        reason = "cell 200007 has no value of gpp in the calibration years"
        report = run_fake(study_file, monkeypatch, self.fail("cell 200007", InputError(reason)))
        assert report.failures == ()
        store = load_study(study_file).store
        for group in ("calibration", "forward"):
            assert read_marks(store, group).tolist() == [1, 2, 1]
            assert read_reasons(store, group).tolist() == ["", reason, ""]
        calibration = read_cells(store, "calibration")
        assert calibration["cost"].isel(cell=1).isnull().all() and calibration["cost"].isel(cell=0).notnull().all()
        lines = study_status(load_study(study_file)).lines()
        assert "calibrate: 2 of 3 cells done, 1 failed" in " ".join(lines)
        assert any(reason in line for line in lines)

    def test_a_failed_cell_is_tried_again_when_asked_for(self, study_file, monkeypatch, reference):
        run_fake(study_file, monkeypatch, self.fail("cell 200007", InputError("not now")))
        assert run_fake(study_file, monkeypatch).done == 0
        assert run_fake(study_file, monkeypatch, retry=True).done == 1
        assert stored_files(load_study(study_file).store) == reference

    def test_trouble_of_the_machine_is_no_property_of_the_cell(self, study_file, monkeypatch, reference):
        report = run_fake(study_file, monkeypatch, self.fail("cell 200007", OSError("disk full")))
        assert [key for key, _ in report.failures] == [("calibrate", 0)] and "disk full" in report.failures[0][1]
        lines = study_status(load_study(study_file)).lines()
        assert any("batch 0 failed" in line and "disk full" in line for line in lines)
        assert run_fake(study_file, monkeypatch).failures == ()
        assert stored_files(load_study(study_file).store) == reference


class TestLedger:
    def state(self, study_file) -> dict:
        ledger = Ledger(load_study(study_file).out)
        found = {key: entry[0] for key, entry in ledger.batches().items()}
        ledger.close()
        return found

    @pytest.mark.parametrize("damage", ["missing", "broken", "contradicting"])
    def test_is_set_right_from_the_store(self, study_file, monkeypatch, damage):
        run_fake(study_file, monkeypatch)
        whole = self.state(study_file)
        assert set(whole.values()) == {"done"} and len(whole) == 2 * len(ALL)
        path = load_study(study_file).out / "ledger.sqlite"
        if damage == "missing":
            path.unlink()
        elif damage == "broken":
            path.write_bytes(b"not a database" * 100)
        else:
            with sqlite3.connect(path) as db:
                db.execute("update batches set state = 'waiting' where number = 1")
                db.execute("insert into batches values ('calibrate', 99, 'done', 1, 1, '', 0)")
        calls: list[tuple[str, str]] = []
        run_fake(study_file, monkeypatch, lambda *call: calls.append(call))
        assert calls == [] and self.state(study_file) == whole

    def test_that_says_done_where_the_store_does_not_is_not_believed(self, study_file, monkeypatch, reference):
        run_fake(study_file, monkeypatch)
        store = load_study(study_file).store
        for file in (store / "calibration" / "done" / "c").rglob("*"):
            if file.is_file() and file.name == "1":
                file.unlink()
        calls: list[tuple[str, str]] = []
        run_fake(study_file, monkeypatch, lambda *call: calls.append(call))
        assert calls == [("calibrate", "cell 200014")]
        assert stored_files(store) == reference


def test_two_drivers_do_not_share_a_folder(study_file, monkeypatch):
    with only_driver(load_study(study_file).out), pytest.raises(InputError, match="another diffdalec is at work"):
        run_fake(study_file, monkeypatch)


def test_a_folder_of_another_configuration_is_left_alone(study_file, monkeypatch):
    run_fake(study_file, monkeypatch)
    before = stored_files(load_study(study_file).store)
    study_file.write_text(study_file.read_text() + "seed: 3\n")
    with pytest.raises(InputError, match="seed was 0, is now 3"):
        run_fake(study_file, monkeypatch)
    assert stored_files(load_study(study_file).store) == before


def test_results_of_another_cell_set_are_not_mixed(study_file, monkeypatch, cells):
    run_fake(study_file, monkeypatch)
    path = load_study(study_file).cell_set
    cells.assign_attrs(inputs="other files").to_zarr(path, mode="w", zarr_format=3, consolidated=False)
    assert open_cell_set(path).attrs["inputs"] == "other files"
    with pytest.raises(InputError, match="cell_set was"):
        run_fake(study_file, monkeypatch)


def test_stages_have_an_order(study_file, monkeypatch):
    monkeypatch.setattr(fake_stages, "ALL", ("calibrate",))
    with pytest.raises(InputError, match="run `diffdalec precalibrate` first"):
        run_fake(study_file, monkeypatch)


def test_a_fault_in_a_cell_says_where(study_file, monkeypatch):
    def before(stage, site):
        if stage == "calibrate":
            raise ValueError("shapes differ")

    run_fake(study_file, monkeypatch, before)
    (reason,) = set(read_reasons(load_study(study_file).store, "calibration").tolist())
    assert "ValueError: shapes differ" in reason and "test_run_study.py" in reason
    with pytest.raises(InputError, match="3 cells failed, 3 of them because: ValueError"):
        evaluate_study(load_study(study_file))
