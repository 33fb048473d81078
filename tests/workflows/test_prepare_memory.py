"""The peak memory of ``prepare`` is bounded by its setting, however large the archive is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_archive import centres, write_archive

from diffdalec.grid import cell_id
from diffdalec.readers.products import SourceFile
from diffdalec.workflows.prepare.sources import Extent, extent_of
from diffdalec.workflows.prepare.windows import held_memory, memory_per_worker, window_bytes, windows

MEBIBYTES = 320
CHILD = """
import sys
from pathlib import Path
from diffdalec.study import load_study
from diffdalec.workflows.prepare import prepare
prepare(load_study(sys.argv[1]))
lines = Path("/proc/self/status").read_text().splitlines()
print(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024)
"""
"""Not ru_maxrss: a child is born with that of its parent."""


def peak(folder: Path, degrees: tuple[float, float]) -> float:
    """Peak memory [MiB] of a process that prepares an archive of so many degrees."""
    folder.mkdir()
    study = write_archive(folder, degrees=degrees, years=(2003, 2003), lai=False)
    study.write_text(study.read_text() + f"prepare: {{memory: {MEBIBYTES} MiB}}\n")
    source = str(Path(__file__).resolve().parents[2] / "src")
    environment = {**os.environ, "PYTHONPATH": source}
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(study)], env=environment, capture_output=True, text=True, check=True
    )
    return float(child.stdout.split()[-1])


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_the_peak_stays_flat_while_the_archive_grows_eightfold(tmp_path):
    """Without a bound, the biomass map of the larger archive alone takes another 300 MiB."""
    small, large = peak(tmp_path / "small", (1.0, 2.0)), peak(tmp_path / "large", (2.0, 8.0))
    assert large < MEBIBYTES
    assert large < small + 75  # of which there is noise: 207 and 222, 189 and 219 MiB were seen


def test_windows_hold_every_cell_once_and_keep_to_their_memory():
    latitude, longitude = np.meshgrid(centres(60, 4, 2), centres(24, 8, 2), indexing="ij")
    cells = cell_id(latitude.ravel(), longitude.ravel())
    extent = _extent(20, 365)
    found = list(windows(cells, [extent], 40 * 365 * 100 * 9))  # nine cells of 100 pixels and a year of days
    positions = sorted(position for window in found for position in window.positions)
    assert positions == list(range(len(cells)))
    assert len(found) > 8 and all(window_bytes(window, [extent]) <= 40 * 365 * 100 * 9 for window in found)


def _extent(per_degree: int, times: int) -> Extent:
    file = SourceFile("gleam", ("et",), None, Path("E_2001.nc"))
    days = pd.date_range("2001-01-01", periods=times)
    return extent_of(centres(60, 4, per_degree), centres(24, 8, per_degree), days, 1 / per_degree, file)


def test_cells_outside_a_file_are_not_read_of_it():
    cells = cell_id([60.25, 70.25, 60.25], [24.25, 24.25, 40.25])
    (window,) = windows(cells, [_extent(20, 10)], 1e9)
    assert window.positions.tolist() == [0]
    assert window.latitudes == (60.0, 60.5) and window.longitudes == (24.0, 24.5)


def test_a_single_cell_is_read_whatever_it_takes():
    (window,) = windows(cell_id([60.25], [24.25]), [_extent(20, 365)], 1.0)
    assert window.positions.tolist() == [0]


def test_memory_is_shared_among_fewer_workers_where_there_is_little():
    each, workers = memory_per_worker(held_memory() + 20 * 2**20, 4)
    assert workers == 2 and each == pytest.approx(10 * 2**20, rel=0.3)
