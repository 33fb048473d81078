"""Figures of a study for its report: whatever of the registry can be drawn from what there is."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
from collections.abc import Callable, Collection, Iterator, Sequence

from ...errors import InputError
from ...figures.biome import FIGURES, Drawing, drawings, study_groups
from ...figures.style import save_figure
from ...report.biome import Picture, picture
from ...study import Study
from .evaluate import true_values

FOLDER = "figures"
SECTIONS = {
    "biomass": "result", "trajectories": "result",
    "differences": "maps", "trait": "maps", "leaf_economics": "maps",
    "design": "coverage", "coverage": "coverage", "growth_curves": "coverage",
    "nnse": "skill", "nnse_distributions": "skill",
    "robustness": "robustness", "members": "robustness",
    "cardamom": "references", "field": "references",
    "retrieval": "retrieval", "retrieval_skill": "retrieval",
    "attribution": "attribution", "partial_dependence": "attribution", "attribution_skill": "attribution",
    "attribution_truth": "attribution", "attribution_skill_truth": "attribution",
}  # fmt: skip
"""The section of the report in which a figure of the registry stands; ``other`` where it is not named."""

FIRST = ("attribution_skill",)
"""Figures that open their section: what comes after is only worth what they say."""

PARTS = 2
"""Each process draws its share of the figures in so many parts, between which progress is told."""

Steps = Callable[[str, int, int], None]


def study_figures(
    study: Study, progress: Steps, only: Collection[str] | None = None, workers: int = 1
) -> dict[str, list[Picture]]:
    """Pictures by section of the report; each figure is also saved as PDF and PNG in ``figures/``.

    ``only`` are keys of the registry; InputError where it has no such figure. ``workers`` above 1 are processes.
    """
    for key in only or ():
        if key not in FIGURES:
            raise InputError(f"no figure is named {key!r}; known are {', '.join(FIGURES)}")
    wanted = list(_drawings(study, only))
    drawn: dict[str, Picture] = {}
    for done in _all(study, wanted, workers):
        drawn |= done
        progress("figures", len(drawn), len(wanted))
    found: dict[str, list[Picture]] = {}
    for drawing in wanted:
        section = found.setdefault(SECTIONS.get(drawing.key, "other"), [])
        place = 0 if drawing.key in FIRST else len(section)
        section.insert(place, drawn[drawing.name])
    return found


def draw(study: Study, names: Sequence[str]) -> dict[str, Picture]:
    """Draw figures by name and save them."""
    return {d.name: _draw(study, d) for d in _drawings(study, None) if d.name in names}


def _all(study: Study, wanted: Sequence[Drawing], workers: int) -> Iterator[dict[str, Picture]]:
    if workers == 1 or len(wanted) < PARTS * workers:
        for drawing in wanted:
            yield {drawing.name: _draw(study, drawing)}
        return
    names = [drawing.name for drawing in wanted]
    parts = [names[i :: workers * PARTS] for i in range(workers * PARTS)]
    context = multiprocessing.get_context("spawn")  # a fork of a process with threads may hang
    with concurrent.futures.ProcessPoolExecutor(workers, mp_context=context) as pool:
        tasks = [pool.submit(draw, study, part) for part in parts]
        for task in concurrent.futures.as_completed(tasks):
            yield task.result()


def _drawings(study: Study, only: Collection[str] | None) -> Iterator[Drawing]:
    groups = study_groups(study.store, study.out / "tables", true_values(study))
    return (drawing for drawing in drawings(groups) if only is None or drawing.key in only)


def _draw(study: Study, drawing: Drawing) -> Picture:
    _, drawn = save_figure(drawing.figure(), study.out / FOLDER, drawing.name)
    return picture(drawing.name, drawn, f"{drawing.title}.", drawing.caption)
