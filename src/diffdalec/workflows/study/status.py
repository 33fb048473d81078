"""What of a study is done, what runs, what failed and why, and the time left. Reads the store and the ledger only."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter
from dataclasses import dataclass
from statistics import fmean

from ...results.study_store import Mark, read_marks, read_reasons
from ...study import Study
from .evaluate import SUMMARY
from .folder import finished_batches, locked
from .ledger import FAILED, FILE, RUNNING, DriverRecord, Key, Ledger
from .progress import duration
from .stages import STAGES

SHOWN = 5
"""Reasons and batches that are listed; the rest are counted."""


@dataclass(frozen=True)
class StageStatus:
    """Cells of a stage: all, done, failed with their reasons (reason: number of cells); batches that run now; batches
    that failed as a whole with their reasons; mean seconds of a batch where it is known."""

    name: str
    cells: int
    done: int
    failed: int
    reasons: dict[str, int]
    running: tuple[int, ...]
    broken: dict[int, str]
    seconds: float | None
    batches_left: int

    @property
    def seconds_left(self) -> float:
        """What is left for one worker, as far as it can be known."""
        return self.batches_left * (self.seconds or 0.0)


@dataclass(frozen=True)
class StudyStatus:
    """The state of a study; ``stages`` is empty where it has no store yet, ``evaluated`` counts cells."""

    name: str
    prepared: bool
    stages: tuple[StageStatus, ...]
    evaluated: int
    driver: DriverRecord | None
    at_work: bool
    trouble: str = ""

    def lines(self) -> list[str]:
        """The state in lines of text."""
        lines = [f"study {self.name}", f"prepare: {'done' if self.prepared else 'not done'}"]
        for stage in self.stages:
            lines += _stage_lines(stage, self.at_work)
        if not self.stages:
            lines.append("no stage has begun")
        lines.append(f"evaluate: {f'done, of {self.evaluated} cells' if self.evaluated else 'not done'}")
        if self.trouble:
            lines.append(self.trouble)
        left = sum(stage.seconds_left for stage in self.stages)
        if left and not self.at_work:
            lines.append(f"left: about {duration(left)} of one worker's time")
        if self.driver is not None:
            lines.append(_driver_line(self.driver, self.at_work))
        return lines


def study_status(study: Study) -> StudyStatus:
    """The state of a study."""
    prepared, store = study.cell_set.exists(), study.store
    if not store.exists():
        return StudyStatus(study.name, prepared, (), 0, None, locked(study.out))
    names = tuple(name for name in STAGES if (store / STAGES[name].group).exists())
    batches: dict[Key, tuple[str, float | None, str]] = {}
    driver, trouble = None, ""
    if (study.out / FILE).exists():
        ledger = Ledger(study.out, read_only=True)
        try:
            batches, driver = ledger.batches(), ledger.driver()
        except sqlite3.DatabaseError as error:
            trouble = f"{FILE} cannot be read ({error}); the next run makes it anew"
        finally:
            ledger.close()
    finished = finished_batches(store, names)
    stages = tuple(_stage(study, name, names[:i], batches, finished) for i, name in enumerate(names))
    return StudyStatus(study.name, prepared, stages, _evaluated(study), driver, locked(study.out), trouble)


def _evaluated(study: Study) -> int:
    """How many cells the last evaluation was of."""
    summary = study.out / SUMMARY
    return int(json.loads(summary.read_text(encoding="utf-8"))["cells"]["evaluated"]) if summary.exists() else 0


def _stage(
    study: Study, name: str, earlier: tuple[str, ...], batches: dict, finished: dict[Key, bool]
) -> StageStatus:
    group = STAGES[name].group
    marks = read_marks(study.store, group)
    reasons = Counter(reason for reason in read_reasons(study.store, group).tolist() if reason)
    own = {number: entry for (stage, number), entry in batches.items() if stage == name and not finished[stage, number]}
    seconds = [entry[1] for (stage, _), entry in batches.items() if stage == name and entry[1] is not None]
    return StageStatus(
        name=name,
        cells=len(marks),
        done=int((marks == Mark.DONE).sum()),
        failed=int((marks == Mark.FAILED).sum()),
        reasons=dict(reasons.most_common()),
        # A batch goes through its stages one after another: it is in the first that it has not finished.
        running=tuple(
            number
            for number, entry in sorted(own.items())
            if entry[0] == RUNNING and all(finished[before, number] for before in earlier)
        ),
        broken={number: entry[2] for number, entry in sorted(own.items()) if entry[0] == FAILED},
        seconds=fmean(seconds) if seconds else None,
        batches_left=sum(stage == name and not done for (stage, _), done in finished.items()),
    )


def _stage_lines(stage: StageStatus, at_work: bool) -> list[str]:
    waiting = stage.cells - stage.done - stage.failed
    text = f"{stage.name}: {stage.done} of {stage.cells} cells done"
    if stage.failed:
        text += f", {stage.failed} failed"
    if waiting:
        text += f", {waiting} to do"
    if stage.seconds is not None:
        text += f"; {duration(stage.seconds)} a batch"
    lines = [text]
    if at_work and stage.running and waiting:
        lines.append(f"  running: batches {', '.join(map(str, stage.running))}")
    listed = list(stage.reasons.items())
    lines += [f"  {number} cells failed: {reason}" for reason, number in listed[:SHOWN]]
    if len(listed) > SHOWN:
        lines.append(f"  and {sum(number for _, number in listed[SHOWN:])} cells for other reasons")
    broken = list(stage.broken.items())
    lines += [f"  batch {number} failed, the next run tries it again: {why}" for number, why in broken[:SHOWN]]
    if len(broken) > SHOWN:
        lines.append(f"  and {len(broken) - SHOWN} other batches")
    return lines


def _driver_line(driver: DriverRecord, at_work: bool) -> str:
    if at_work and driver.ended is None:
        left = "" if driver.seconds_left is None else f", about {duration(driver.seconds_left)} left"
        lost = f", {driver.deaths} lost" if driver.deaths else ""
        return f"running on {driver.host} (process {driver.pid}) with {driver.workers} workers{lost}{left}"
    ago = duration(max(time.time() - driver.seen, 0.0))
    how = driver.how or "was killed"
    return f"not running: the last run {how}, {ago} ago"
