"""Figures of a study for its report: whatever of the registry can be drawn from what there is."""

from __future__ import annotations

from collections.abc import Callable, Collection

from ...errors import InputError
from ...figures.biome import FIGURES, drawings, study_groups
from ...figures.style import save_figure
from ...report.biome import Picture, picture
from ...study import Study
from .evaluate import true_values

FOLDER = "figures"
SECTIONS = {
    "biomass": "result", "trajectories": "result",
    "differences": "maps", "trait": "maps", "leaf_economics": "maps",
    "coverage": "coverage", "growth_curves": "coverage",
    "nnse": "skill", "nnse_distributions": "skill",
    "robustness": "robustness", "members": "robustness",
    "cardamom": "references", "field": "references",
    "retrieval": "retrieval", "retrieval_skill": "retrieval",
    "attribution": "attribution", "partial_dependence": "attribution", "attribution_skill": "attribution",
}  # fmt: skip
"""The section of the report in which a figure of the registry stands; ``other`` where it is not named."""

FIRST = ("attribution_skill",)
"""Figures that open their section: what comes after is only worth what they say."""


def study_figures(
    study: Study, progress: Callable[[str], None], only: Collection[str] | None = None
) -> dict[str, list[Picture]]:
    """Pictures by section of the report; each figure is also saved as PDF and PNG in ``figures/``.

    ``only`` are keys of the registry; InputError where it has no such figure.
    """
    for key in only or ():
        if key not in FIGURES:
            raise InputError(f"no figure is named {key!r}; known are {', '.join(FIGURES)}")
    groups = study_groups(study.store, study.out / "tables", true_values(study))
    found: dict[str, list[Picture]] = {}
    for drawing in drawings(groups):
        if only is not None and drawing.key not in only:
            continue
        progress(f"figure {drawing.name}")
        _, drawn = save_figure(drawing.figure(), study.out / FOLDER, drawing.name)
        section = found.setdefault(SECTIONS.get(drawing.key, "other"), [])
        place = 0 if drawing.key in FIRST else len(section)
        section.insert(place, picture(drawing.name, drawn, f"{drawing.title}.", drawing.caption))
    return found
