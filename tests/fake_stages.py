"""Stages of a study that take no time: numbers drawn from the cell's name alone, where calibrations would take minutes.

Also a program: ``python fake_stages.py STUDY SECONDS`` runs a study with them, ``SECONDS`` a cell.
"""

from __future__ import annotations

import dataclasses
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from diffdalec.cells.cell_set import open_cell_set
from diffdalec.study import load_study
from diffdalec.workflows.study.layout import store_groups
from diffdalec.workflows.study.progress import StudyProgress
from diffdalec.workflows.study.run import RunOptions, RunReport, run_stages
from diffdalec.workflows.study.stages import STAGES

GROUPS = {"precalibrate": ["precalibration"], "calibrate": ["calibration", "growth_run"], "forward": ["forward"]}
ALL = ("precalibrate", "calibrate", "forward")
SERIAL = RunOptions(scheduler="serial", backend="xla")


def fake_stages(cell_set: Path, before: Callable[[str, str], None] = lambda stage, site: None) -> dict:
    """The stages with functions that draw; ``before`` is called with the stage and the cell's site first."""

    templates: dict[str, xr.Dataset] = {}

    def perform(stage: str, ds: xr.Dataset, run) -> dict[str, xr.Dataset]:
        before(stage, ds.attrs["site"])
        rng = np.random.default_rng(zlib.crc32(f"{stage}/{ds.attrs['site']}".encode()))
        if not templates:
            templates.update(store_groups(open_cell_set(cell_set), run))
        return {group: drawn(templates[group].isel(cell=0, drop=True), rng) for group in GROUPS[stage]}

    return {
        name: dataclasses.replace(STAGES[name], perform=lambda ds, earlier, run, name=name: perform(name, ds, run))
        for name in ALL
    }


def drawn(template: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
    """A Dataset like the template; every number drawn, every text 'ok'."""

    def values(v: xr.Variable) -> np.ndarray:
        if v.dtype.kind in "OU":
            return np.full(v.shape, "ok", dtype=object)
        return rng.uniform(0.5, 1.5, v.shape).astype(v.dtype)

    return template.assign({name: (v.dims, values(v.variable), v.attrs) for name, v in template.data_vars.items()})


def run_fake(
    study_file: Path, monkeypatch: pytest.MonkeyPatch, before=lambda stage, site: None, **options
) -> RunReport:
    """Run a study in this process with fake stages."""
    study = load_study(study_file)
    for name, stage in fake_stages(study.cell_set, before).items():
        monkeypatch.setitem(STAGES, name, stage)
    with StudyProgress() as progress:
        return run_stages(study, ALL, dataclasses.replace(SERIAL, **options), progress)


def stored_files(store: Path) -> dict[str, bytes]:
    """Every chunk and description of a store by name, but its root attributes: they say when it was made."""
    files = [path for path in sorted(store.rglob("*")) if path.is_file() and path != store / "zarr.json"]
    return {str(path.relative_to(store)): path.read_bytes() for path in files}


if __name__ == "__main__":
    found = load_study(sys.argv[1])
    for key, value in fake_stages(found.cell_set, lambda stage, site: time.sleep(float(sys.argv[2]))).items():
        STAGES[key] = value
    with StudyProgress() as shown:
        run_stages(found, ALL, SERIAL, shown)
