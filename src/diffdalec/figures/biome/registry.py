"""Every figure of a study by name: what it is drawn from, what it shows, and which can be drawn from given groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from matplotlib.figure import Figure

from ..style import experiment_label
from . import captions as text
from .attribution import attributed_traits, attribution_figure, attribution_skill_figure, partial_dependence_figure
from .biomass import biomass_figure, trajectories_figure
from .design import design_figure
from .differences import differences_figure
from .economics import leaf_economics_figure
from .fits import nnse_distributions_figure, nnse_maps_figure
from .groups import ATTRIBUTION, DESIGN, TRUTH, Groups
from .inputs import COVERAGE, CURVE, coverage_figure, growth_curve_figure
from .quantities import name_of
from .references import ALLOCATIONS, FIELD, cardamom_figure, field_figure, reference_values
from .retrieval import TRAITS, retrieval_figure, retrieval_skill_figure
from .robustness import members_figure, robustness_figure
from .traits import trait_figure

PAIRS = {
    "wood": ("allocation_wood", "wood_turnover"),
    "leaf": ("allocation_leaf", "leaf_lifespan"),
    "root": ("allocation_root", "root_turnover"),
}
"""Traits that stand in one figure."""

MAPPED = (*TRAITS, "carbon_use_efficiency")
PERIODS = ("calibration", "validation")


def _no_variants(groups: Groups) -> tuple[str, ...]:
    return ("",)


@dataclass(frozen=True)
class StudyFigure:
    """A figure of a study.

    ``needs`` are the groups that it is drawn from; ``variants`` says, with these groups there, which variants exist
    (``("",)`` for a figure that has none; empty where the groups hold nothing to draw). ``caption`` has the place
    ``{variant}``, where the variant's name as it is written stands.
    """

    title: str
    caption: str
    needs: tuple[str, ...]
    function: Callable[[Groups, str], Figure]
    variants: Callable[[Groups], tuple[str, ...]] = _no_variants
    label: Callable[[str], str] = name_of

    def lacks(self, groups: Groups) -> tuple[str, ...]:
        """The groups that are needed and not there."""
        return tuple(name for name in self.needs if name not in groups)

    def names(self, groups: Groups) -> tuple[str, ...]:
        """The variants that can be drawn from ``groups``."""
        return () if self.lacks(groups) else self.variants(groups)

    def draw(self, groups: Groups, variant: str = "") -> Figure:
        """The figure, in one of its :meth:`names`."""
        return self.function(groups, variant)


@dataclass(frozen=True)
class Drawing:
    """A figure that can be drawn: its ``name`` (fit for a file), ``key`` and ``variant`` in the registry, its text."""

    name: str
    key: str
    variant: str
    title: str
    caption: str
    groups: Groups

    def figure(self) -> Figure:
        """Draw it."""
        return FIGURES[self.key].draw(self.groups, self.variant)


def drawings(groups: Groups) -> Iterator[Drawing]:
    """Everything that can be drawn from ``groups`` (see :func:`diffdalec.figures.biome.study_groups`), in order."""
    for key, entry in FIGURES.items():
        for variant in entry.names(groups):
            written = entry.label(variant) if variant else ""
            name = f"{key}_{variant}" if variant else key
            title, caption = (part.format(variant=written) for part in (entry.title, entry.caption))
            yield Drawing(name, key, variant, title, caption, groups)


def _medians_have(*names: str) -> Callable[[Groups], tuple[str, ...]]:
    return lambda groups: tuple(name for name in names if name in groups["medians"])


def _pairs(groups: Groups) -> tuple[str, ...]:
    several = groups["medians"].sizes["experiment"] > 1
    return tuple(k for k, pair in PAIRS.items() if several and all(q in groups["medians"] for q in pair))


def _cardamom_pairs(groups: Groups) -> tuple[str, ...]:
    def there(quantity: str) -> bool:
        return quantity in groups["medians"] and reference_values(groups["cells"], quantity) is not None

    return tuple(key for key, pair in PAIRS.items() if all(there(q) for q in pair))


def _true_pairs(groups: Groups) -> tuple[str, ...]:
    both = (groups["medians"], groups["truth"])
    return tuple(k for k, pair in PAIRS.items() if all(q in ds for q in pair for ds in both))


def _plots(groups: Groups) -> tuple[str, ...]:
    names = [f"{FIELD}_{q.removeprefix('allocation_')}" for q in ALLOCATIONS]
    there = all(name in groups["cells"] and bool(groups["cells"][name].notnull().any()) for name in names)
    return ("",) if there else ()


def _when(there: Callable[[Groups], bool]) -> Callable[[Groups], tuple[str, ...]]:
    return lambda groups: ("",) if there(groups) else ()


def _periods(groups: Groups) -> tuple[str, ...]:
    nnse = groups["evaluation"]["nnse"]
    there = [p for p in PERIODS if p in nnse["period"].values]
    return tuple(p for p in there if bool(nnse.sel(period=p).notnull().any()))


def _experiments(groups: Groups) -> tuple[str, ...]:
    return tuple(str(name) for name in groups["evaluation"]["experiment"].values)


def _robust_quantities(groups: Groups) -> tuple[str, ...]:
    return tuple(q for q in TRAITS if q in groups["evaluation"]["quantity"].values)


def _explained(groups: Groups) -> str:
    """The experiment whose attribution is drawn: the last one that was calibrated."""
    names = [str(name) for name in groups[ATTRIBUTION]["experiment"].values]
    return [*names[:1], *(name for name in names if name != TRUTH)][-1]


def _attributed(groups: Groups) -> tuple[str, ...]:
    return attributed_traits(groups[ATTRIBUTION], _explained(groups))


def _attributed_truth(groups: Groups) -> tuple[str, ...]:
    there = TRUTH in groups[ATTRIBUTION]["experiment"].values
    return attributed_traits(groups[ATTRIBUTION], TRUTH) if there else ()


def _members(groups: Groups) -> int:
    return groups["calibration"].sizes["member"]


FIGURES: dict[str, StudyFigure] = {
    "design": StudyFigure(
        "Design of the study", text.DESIGN_OF_STUDY, (DESIGN,), lambda g, _: design_figure(g[DESIGN]),
    ),
    "coverage": StudyFigure(
        "Observations' coverage", text.COVERAGE, ("cells",), lambda g, _: coverage_figure(g["cells"]),
        _when(lambda g: any(str(n).startswith(COVERAGE) for n in g["cells"])),
    ),
    "growth_curves": StudyFigure(
        "Growth curves", text.GROWTH_CURVES, ("cells",), lambda g, _: growth_curve_figure(g["cells"]),
        _when(lambda g: any(name in g["cells"] for name in CURVE)),
    ),
    "biomass": StudyFigure(
        "Biomass of mature forest", text.BIOMASS, ("cells", "evaluation"),
        lambda g, _: biomass_figure(g["cells"], g["evaluation"], g.get("table_biomass")),
        _when(lambda g: "biomass" in g["evaluation"]),
    ),
    "trajectories": StudyFigure(
        "Biomass by stand age", text.TRAJECTORIES, ("forward", "evaluation", "calibration"),
        lambda g, _: trajectories_figure(g["forward"], g["evaluation"], g["calibration"]),
        _when(lambda g: bool(g["forward"]["total_biomass"].notnull().any())),
    ),
    "differences": StudyFigure(
        "Experiments compared: {variant}", text.DIFFERENCES, ("cells", "medians", "evaluation"),
        lambda g, v: differences_figure(g["cells"], g["medians"], g["evaluation"], PAIRS[v], g.get("table_traits")),
        _pairs,
    ),
    "trait": StudyFigure(
        "Trait: {variant}", text.TRAIT, ("cells", "medians", "evaluation"),
        lambda g, v: trait_figure(g["cells"], g["medians"], g["evaluation"], v, g.get("table_traits")),
        _medians_have(*MAPPED),
    ),
    "leaf_economics": StudyFigure(
        "Leaf economics", text.LEAF_ECONOMICS, ("medians", "evaluation"),
        lambda g, _: leaf_economics_figure(g["medians"], g["evaluation"]),
        _when(lambda g: {"lcma", "leaf_lifespan"} <= set(g["medians"])),
    ),
    "nnse": StudyFigure(
        "Fit to the fast streams: {variant}", text.NNSE, ("cells", "evaluation"),
        lambda g, v: nnse_maps_figure(g["cells"], g["evaluation"], v, g.get("table_nnse")), _periods,
        {"calibration": "calibration years", "validation": "held-out years"}.__getitem__,
    ),
    "nnse_distributions": StudyFigure(
        "Fit to the fast streams over cells", text.NNSE_DISTRIBUTIONS, ("evaluation",),
        lambda g, _: nnse_distributions_figure(g["evaluation"]),
    ),
    "robustness": StudyFigure(
        "Agreement of members: {variant}", text.ROBUSTNESS, ("cells", "evaluation"),
        lambda g, v: robustness_figure(
            g["cells"], g["evaluation"], v, _robust_quantities(g), g.get("table_robustness")
        ),
        _experiments, experiment_label,
    ),
    "members": StudyFigure(
        "Usable members", text.MEMBERS, ("cells", "evaluation", "calibration"),
        lambda g, _: members_figure(g["cells"], g["evaluation"], _members(g)),
    ),
    "cardamom": StudyFigure(
        "Comparison with CARDAMOM: {variant}", text.CARDAMOM, ("cells", "medians", "evaluation"),
        lambda g, v: cardamom_figure(g["cells"], g["medians"], g["evaluation"], PAIRS[v], g.get("table_references")),
        _cardamom_pairs,
    ),
    "field": StudyFigure(
        "NPP allocation on plots", text.FIELD, ("cells", "medians"),
        lambda g, _: field_figure(g["cells"], g["medians"], g.get("table_references")), _plots,
    ),
    "retrieval": StudyFigure(
        "Retrieval of the truth: {variant}", text.RETRIEVAL, ("medians", "truth"),
        lambda g, v: retrieval_figure(g["medians"], g["truth"], PAIRS[v], g.get("table_retrieval")), _true_pairs,
    ),
    "retrieval_skill": StudyFigure(
        "Retrieval of all traits and parameters", text.RETRIEVAL_SKILL, ("table_retrieval",),
        lambda g, _: retrieval_skill_figure(g["table_retrieval"]),
    ),
    "attribution": StudyFigure(
        "Drivers: {variant}", text.ATTRIBUTION_OF_TRAIT, ("cells", ATTRIBUTION),
        lambda g, v: attribution_figure(g["cells"], g[ATTRIBUTION], v, _explained(g)), _attributed,
    ),
    "partial_dependence": StudyFigure(
        "Partial dependence: {variant}", text.PARTIAL_DEPENDENCE, (ATTRIBUTION,),
        lambda g, v: partial_dependence_figure(g[ATTRIBUTION], v, _explained(g)), _attributed,
    ),
    "attribution_skill": StudyFigure(
        "Skill of the attribution", text.ATTRIBUTION_SKILL, (ATTRIBUTION,),
        lambda g, _: attribution_skill_figure(g[ATTRIBUTION], _explained(g)), _when(lambda g: bool(_attributed(g))),
    ),
    "attribution_skill_truth": StudyFigure(
        "Skill of the attribution of the truth", text.ATTRIBUTION_SKILL_OF_TRUTH, (ATTRIBUTION,),
        lambda g, _: attribution_skill_figure(g[ATTRIBUTION], TRUTH), _when(lambda g: bool(_attributed_truth(g))),
    ),
    "attribution_truth": StudyFigure(
        "Drivers of the truth: {variant}", text.ATTRIBUTION_OF_TRUTH, ("cells", ATTRIBUTION),
        lambda g, v: attribution_figure(g["cells"], g[ATTRIBUTION], v, TRUTH), _attributed_truth,
    ),
}  # fmt: skip
"""The figures of a study, in the order in which one reads them."""
