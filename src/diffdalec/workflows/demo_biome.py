"""The demonstration: a small synthetic biome through the whole chain, from product files to evaluation and report."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..study import Study, load_study
from .study.evaluate import StudyEvaluation
from .study.progress import StudyProgress
from .study.run import RunOptions, RunReport
from .study.whole import run_study
from .synth import synthesise

STUDY_FILE = "study.yaml"
BEING_WRITTEN = "being-written"


def run_demo_biome(
    out: Path,
    options: RunOptions,
    progress: StudyProgress,
    *,
    cells: int,
    seed: int = 0,
    members: int | None = None,
    optimiser: Mapping[str, Any] | None = None,
) -> tuple[Study, RunReport, StudyEvaluation]:
    """Write the biome's archive into ``out``, run the study of it there, and evaluate it against the truth.

    What an earlier call with the same settings finished is not made again. ``optimiser`` is merged into the
    experiments'. InputError where ``out`` holds something else, or a biome of another size or seed.
    """
    file = _biome(Path(out), cells, seed, progress)
    study = load_study(file, members=members, calibration=dict(optimiser) if optimiser else None)
    report, found = run_study(study, options, progress)
    return study, report, found


def _biome(out: Path, cells: int, seed: int, progress: StudyProgress) -> Path:
    """The study file of the biome in ``out``, which is written first where it is not there."""
    file, wanted = out / STUDY_FILE, f"{cells} cells, seed {seed}"
    note = out / "demonstration.txt"
    if file.is_file() and note.is_file():
        found = note.read_text(encoding="utf-8").strip()
        if found != wanted:
            raise InputError(f"{out} holds a demonstration of {found}; this one is of {wanted}: give another --out")
        return file
    # Only a folder that we began ourselves is cleared: an archive half written says nothing of what it lacks.
    half = out / BEING_WRITTEN
    if out.exists() and any(p != half for p in out.iterdir()):
        raise InputError(f"{out} holds other files and no demonstration: give an empty or a new folder with --out")
    if half.exists():
        shutil.rmtree(half)
    out.mkdir(parents=True, exist_ok=True)
    synthesise(half, cells=cells, seed=seed, progress=progress.say)
    for part in sorted(half.iterdir(), key=lambda p: p.name == STUDY_FILE):  # the study file last: it says all is there
        part.rename(out / part.name)
    half.rmdir()
    note.write_text(wanted + "\n", encoding="utf-8")
    return file
