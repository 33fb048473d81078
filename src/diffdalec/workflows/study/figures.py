"""Figures of a study for its report: whatever of the registry can be drawn from what there is."""

from __future__ import annotations

from collections.abc import Callable, Collection

import xarray as xr

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

ATTRIBUTION = "attribution"


def study_figures(
    study: Study, progress: Callable[[str], None], only: Collection[str] | None = None
) -> dict[str, list[Picture]]:
    """Pictures by section of the report; each figure is also saved as PDF and PNG in ``figures/``.

    ``only`` are keys of the registry; InputError where it has no such figure.
    """
    for key in only or ():
        if key not in FIGURES:
            raise InputError(f"no figure is named {key!r}; known are {', '.join(FIGURES)}")
    groups = dict(study_groups(study.store, study.out / "tables", true_values(study)))
    groups |= attribution_groups(groups.pop(ATTRIBUTION, None))
    found: dict[str, list[Picture]] = {}
    for drawing in drawings(groups):
        if only is not None and drawing.key not in only:
            continue
        progress(f"figure {drawing.name}")
        _, drawn = save_figure(drawing.figure(), study.out / FOLDER, drawing.name)
        section = found.setdefault(SECTIONS.get(drawing.key, "other"), [])
        section.append(picture(drawing.name, drawn, f"{drawing.title}.", drawing.caption))
    return found


def attribution_groups(attribution: xr.Dataset | None) -> dict[str, xr.Dataset]:
    """``attribution_TRAIT`` for each trait that was attributed under the study's last experiment (the truth, where it
    was attributed, is none), over the cells that were."""
    if attribution is None or "value" not in attribution:
        return {}
    own = [str(name) for name in attribution["experiment"].values if str(name) != "truth"]
    if not own:
        return {}
    found = {}
    for trait in map(str, attribution["trait"].values):
        one = attribution.sel(experiment=own[-1], trait=trait, drop=True)
        used = one["value"].notnull().values
        if used.any():
            found[f"{ATTRIBUTION}_{trait}"] = one.isel(cell=used).assign_attrs(trait=trait, experiment=own[-1])
    return found
