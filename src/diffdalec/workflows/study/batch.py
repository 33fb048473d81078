"""One batch of cells, on whatever worker: each stage's cells one after another, written to the store and marked.

What a batch needs is in the store and in the cell set; what it finds it writes into its own region. It may be run any
number of times and by anybody: a stage whose cells are marked is not run again.
"""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass, field
from pathlib import Path

import xarray as xr

from ...cells.backend import choose_backend
from ...cells.cell_set import cell_dataset, open_cell_set
from ...cells.compilation import keep_compiled_programs
from ...errors import InputError
from ...results.study_store import (
    Mark,
    batch_cells,
    mark_cells,
    read_cells,
    read_marks,
    read_reasons,
    write_cells,
)
from ..execution.perform import describe
from .configuration import RunConfiguration, stored_configuration
from .stages import STAGES, Found, Stage

FUNCTION = f"{__name__}:run_batch"


@dataclass(frozen=True)
class BatchTask:
    """A batch by its number in the store, and the stages to bring it through. ``retry`` runs failed cells again."""

    store: str
    cell_set: str
    number: int
    stages: tuple[str, ...]
    retry: bool = False


@dataclass(frozen=True)
class BatchResult:
    """How many cells a batch newly finished and how many failed, by stage, and the seconds that each stage took."""

    number: int
    done: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def run_batch(task: BatchTask) -> BatchResult:
    """Bring a batch through its stages.

    A cell that cannot be calibrated (InputError, or arithmetic that fails) is a mark with its reason. Trouble with
    files or memory and faults of the program say nothing of the cell: they are errors, and the batch waits as before.
    """
    keep_compiled_programs()  # for the other workers, and for the next run
    result = BatchResult(task.number)
    for name in task.stages:
        began = time.monotonic()
        marks = _run_stage(task, STAGES[name])
        if marks:
            result.done[name] = sum(mark is Mark.DONE for mark in marks)
            result.failed[name] = sum(mark is Mark.FAILED for mark in marks)
            result.seconds[name] = time.monotonic() - began
    return result


def _run_stage(task: BatchTask, stage: Stage) -> list[Mark]:
    """The marks that were set; none where the stage had been done."""
    store, where = Path(task.store), batch_cells(Path(task.store), task.number)
    marks = [Mark(m) for m in read_marks(store, stage.group, where).tolist()]
    again = (Mark.WAITING, Mark.FAILED) if task.retry else (Mark.WAITING,)
    if not any(mark in again for mark in marks):
        return []
    run = stored_configuration(store)
    choose_backend(run.backend)  # one that this machine lacks is no fault of a cell
    cells = _open(task.cell_set)
    before = {group: read_cells(store, group, where) for group in stage.needs}
    earlier = {g: (read_marks(store, g, where), read_reasons(store, g, where)) for g in stage.needs}
    found: list[Found | None] = []
    marks, reasons = [], []
    for i, position in enumerate(range(where.start, where.stop)):
        prior = next((str(r[i]) for m, r in earlier.values() if m[i] == Mark.FAILED), "")
        own = {group: ds.isel(cell=i) for group, ds in before.items()}
        outcome, reason = (None, prior) if prior else _perform(stage, cells, position, own, run)
        found.append(outcome)
        marks.append(Mark.FAILED if reason else Mark.DONE)
        reasons.append(reason)
    for group in sorted({group for one in found if one is not None for group in one}):
        write_cells(store, group, where.start, [None if one is None else one[group] for one in found])
    mark_cells(store, stage.group, where.start, marks, reasons)
    return marks


def _perform(
    stage: Stage, cells: xr.Dataset, position: int, before: dict[str, xr.Dataset], run: RunConfiguration
) -> tuple[Found | None, str]:
    """What a stage found for a cell, or why it found nothing."""
    ds = cell_dataset(cells, position)
    try:
        return stage.perform(ds, before, run), ""
    except InputError as error:
        return None, str(error)
    except (ValueError, ArithmeticError) as error:  # may be a fault of ours: say where
        failure = describe(error)
        return None, " ".join(str(failure).split())


@functools.lru_cache(maxsize=2)
def _open(cell_set: str) -> xr.Dataset:
    return open_cell_set(Path(cell_set))
