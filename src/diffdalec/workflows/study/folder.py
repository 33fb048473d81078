"""The output folder of a study: the store laid out for one configuration, and one driver at a time."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xarray as xr

from ...errors import InputError
from ...results.provenance import provenance
from ...results.study_store import Mark, create_study_store, read_attributes, read_marks
from ...study import Study
from ..outputs import first_difference
from .configuration import ATTRIBUTE, RunConfiguration
from .layout import store_groups
from .ledger import Key
from .stages import STAGES

LOCK = "driver.lock"
BATCHES = 64
"""A study has about so many batches where the file gives no size, of at most ``LARGEST`` cells."""
LARGEST = 16


@contextmanager
def only_driver(out: Path) -> Iterator[None]:
    """Hold the folder for this process. InputError where another process holds it; a killed one does not."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / LOCK).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(f"{out}: another diffdalec is at work in this folder; see `diffdalec status`") from None
        yield


def locked(out: Path) -> bool:
    """Whether a driver holds the folder now."""
    if not (out / LOCK).exists():
        return False
    with (out / LOCK).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def open_store(study: Study, cells: xr.Dataset, run: RunConfiguration) -> Path:
    """The store of a study, laid out if there is none yet. InputError where it holds another configuration's results:
    they are not overwritten."""
    plain = json.loads(json.dumps(run.plain()))
    if study.store.exists():
        attributes = read_attributes(study.store)
        difference = first_difference(json.loads(attributes[ATTRIBUTE]), plain)
        if difference is not None:
            raise InputError(
                f"{study.store} belongs to another configuration ({difference}): give another --out, or remove it"
            )
        for left in study.store.glob("**/*.partial"):  # of a writer that was killed; nobody else is at work here
            left.unlink(missing_ok=True)
        return study.store
    groups = store_groups(cells, run)
    batch = study.batch or min(max(cells.sizes["cell"] // BATCHES, 1), LARGEST)
    stages = tuple(STAGES[name].group for name in run.stages)
    create_study_store(study.store, groups, stages, batch, _attributes(study, cells, run, plain))
    return study.store


def _attributes(study: Study, cells: xr.Dataset, run: RunConfiguration, plain: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": study.title or study.name,
        **provenance(plain, run.cell_set),
        "study": study.yaml(),
        "inputs": cells.attrs.get("inputs", ""),
        ATTRIBUTE: json.dumps(plain),
    }


def finished_batches(store: Path, stages: tuple[str, ...]) -> dict[Key, bool]:
    """Whether every cell of a batch has a mark, by stage and batch."""
    size = int(read_attributes(store)["batch"])
    found: dict[Key, bool] = {}
    for name in stages:
        marks = read_marks(store, STAGES[name].group)
        for start in range(0, len(marks), size):
            found[name, start // size] = bool((marks[start : start + size] != Mark.WAITING).all())
    return found


def failed_batches(store: Path, stages: tuple[str, ...]) -> set[Key]:
    """Batches in which a cell failed, by stage."""
    size = int(read_attributes(store)["batch"])
    found: set[Key] = set()
    for name in stages:
        marks = read_marks(store, STAGES[name].group)
        found |= {(name, int(i) // size) for i in (marks == Mark.FAILED).nonzero()[0]}
    return found
