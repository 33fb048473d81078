"""What follows an evaluated study: the attribution where there are cells enough for it, and the report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...analysis.attribution import AttributionSettings, attribution_sentences, require_attribution
from ...errors import InputError
from ...kernels import default_threads
from ...results.study_store import Mark, read_cells
from ...study import Study
from .attribute import attribute_study
from .progress import StudyProgress
from .report import report_study
from .report_tables import MOST_SHOWN


@dataclass(frozen=True)
class Conclusion:
    """The report's ``page``; what the attribution found for the last experiment, in ``sentences``; and ``notes``."""

    page: Path
    sentences: list[str]
    notes: list[str]


def conclude_study(
    study: Study, progress: StudyProgress, workers: int | None = None, shown: int = MOST_SHOWN
) -> Conclusion:
    """Attribute the traits of an evaluated study and write its report. Without the extra ``attribution``, without
    predictors or with few cells it is not attributed, which a note says; the report is written all the same."""
    processes = workers or default_threads()
    sentences, notes = _attributed(study, progress, processes)
    page = report_study(study, shown=shown, workers=processes, progress=progress.steps)
    return Conclusion(page, sentences, notes)


def _attributed(study: Study, progress: StudyProgress, workers: int) -> tuple[list[str], list[str]]:
    settings = AttributionSettings()
    marks = read_cells(study.store, "calibration")["done"].values
    cells = int((marks == Mark.DONE).sum())
    if cells < settings.least_cells:
        return [], [
            f"traits are not attributed to climate, soil and vegetation: that needs {settings.least_cells} cells at "
            f"least, and there are {cells}"
        ]
    try:
        require_attribution()
        found = attribute_study(study, settings, workers=workers, progress=progress.steps).attribution
    except InputError as error:
        return [], [f"traits are not attributed: {error}"]
    last = [str(e.name) for e in study.load_experiments()][-1]
    return attribution_sentences(found.sel(experiment=[last])), []
