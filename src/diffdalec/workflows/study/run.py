"""Bring the cells of a study through its stages, batch by batch, on whatever workers there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import xarray as xr

from ...cells.cell_set import open_cell_set
from ...errors import InputError
from ...study import Study
from ..execution import Outcome, Progress, Slurm, Summary, run_tasks
from .batch import FUNCTION, BatchResult, BatchTask
from .configuration import run_configuration
from .folder import failed_batches, finished_batches, only_driver, open_store
from .ledger import DONE, FAILED, Key, Ledger
from .progress import StudyProgress
from .stages import STAGES


@dataclass(frozen=True)
class RunOptions:
    """How a study is run: nothing here changes a number but ``backend``, which the store remembers.

    ``scheduler`` and ``workers`` as in :func:`~diffdalec.workflows.execution.run_tasks`; ``retry`` runs failed cells
    again.
    """

    scheduler: str = "local"
    workers: int | None = None
    backend: str = "auto"
    retry: bool = False
    slurm: Slurm | None = None
    devices: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunReport:
    """How a run ended: batches done now, batches that failed with why, workers lost, whether it was stopped early."""

    done: int
    failures: tuple[tuple[Key, str], ...]
    deaths: int
    stopped: bool


def run_stages(study: Study, stages: Sequence[str], options: RunOptions, progress: StudyProgress) -> RunReport:
    """Bring every batch through ``stages`` that are not done; one driver at a time in the study's folder.

    InputError where the cell set or an earlier stage is missing, or the folder belongs to another configuration.
    """
    cells = open_cell_set(study.cell_set)
    with only_driver(study.out):
        run = run_configuration(study, cells, options.backend)
        store = open_store(study, cells, run)
        ledger = Ledger(study.out)
        try:
            chosen = tuple(name for name in run.stages if name in stages)
            finished = finished_batches(store, run.stages)
            _check_order(chosen, finished)
            corrected = ledger.set_right(finished)
            if corrected:
                progress.say(f"the ledger was set right from the store in {corrected} entries")
            tasks = _tasks(study, chosen, finished, failed_batches(store, chosen) if options.retry else set())
            return _Driver(study, cells, ledger, progress).run(tasks, chosen, finished, options)
        finally:
            ledger.close()


def _check_order(chosen: Sequence[str], finished: dict[Key, bool]) -> None:
    for name in chosen:
        for needed in STAGES[name].needs:
            command = next(other for other, stage in STAGES.items() if stage.group == needed)
            if command not in chosen and not all(done for (stage, _), done in finished.items() if stage == command):
                raise InputError(f"{name} needs {command} of every cell: run `diffdalec {command}` first")


def _tasks(study: Study, chosen: tuple[str, ...], finished: dict[Key, bool], failed: set[Key]) -> list[BatchTask]:
    wanted = {key for key, done in finished.items() if not done and key[0] in chosen} | failed
    numbers = sorted({number for _, number in wanted})
    return [BatchTask(str(study.store), str(study.cell_set), n, chosen, retry=bool(failed)) for n in numbers]


class _Driver:
    """The books of one run."""

    def __init__(self, study: Study, cells: xr.Dataset, ledger: Ledger, progress: StudyProgress):
        self.study, self.cells, self.ledger, self.progress = study, cells, ledger, progress
        self.failures: list[tuple[Key, str]] = []

    def run(
        self, tasks: list[BatchTask], chosen: tuple[str, ...], finished: dict[Key, bool], options: RunOptions
    ) -> RunReport:
        if not tasks:
            return RunReport(0, (), 0, False)
        self.finished = finished
        self.progress.begin(chosen, len(tasks), sum(f for (s, _), f in finished.items() if s == chosen[-1]))
        self.ledger.begin()
        how = "was interrupted"
        try:
            summary = run_tasks(
                FUNCTION, tasks, scheduler=options.scheduler, workers=options.workers, devices=options.devices,
                slurm_settings=options.slurm, on_result=self.book, on_progress=self.look,
            )  # fmt: skip
            how = "finished" if not summary.failures else f"ended with {len(summary.failures)} failed batches"
        except Exception as error:
            how = f"ended with {type(error).__name__}: {error}"
            raise
        finally:
            self.ledger.end(how)
        return self._report(summary)

    def book(self, outcome: Outcome) -> None:
        """Book a batch that came back."""
        task: BatchTask = outcome.task
        if outcome.failure is not None:
            done = finished_batches(self.study.store, task.stages)
            for stage in task.stages:
                if not done[stage, task.number]:
                    self.ledger.book((stage, task.number), FAILED, None, outcome.attempts, str(outcome.failure))
                    self.failures.append(((stage, task.number), str(outcome.failure)))
                    break
            self.progress.say(f"batch {task.number} failed: {outcome.failure}")
            return
        result: BatchResult = outcome.value
        for stage, seconds in result.seconds.items():
            self.ledger.book((stage, result.number), DONE, seconds, outcome.attempts)
        self.progress.finished(max(result.failed.values(), default=0))

    def look(self, state: Progress) -> None:
        """Book what runs now."""
        running = {task.number for tasks in state.running.values() for task in tasks}
        stages = dict.fromkeys(stage for stage, _ in self.finished)
        self.ledger.book_running((stage, number) for stage in stages for number in running)
        self.ledger.sign(state.workers, state.deaths, state.seconds_left)
        self.progress.look(state)

    def _report(self, summary: Summary) -> RunReport:
        for note in summary.notes:
            self.progress.say(note)
        if summary.deaths:
            self.progress.say(f"{len(summary.deaths)} workers were lost; their batches were run again")
        return RunReport(summary.done, tuple(self.failures), len(summary.deaths), summary.stopped)
