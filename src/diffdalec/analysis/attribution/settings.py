"""What an attribution is made with: traits, cross-validation, hyper-parameters that are tried, resampling."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ...errors import InputError

TARGETS = (
    "leaf_lifespan", "wood_turnover", "root_turnover", "allocation_leaf", "allocation_wood", "allocation_root",
)  # fmt: skip
"""The traits that are attributed (Wu et al., section 2.4), by the names of the store."""

LOGARITHMIC = ("leaf_lifespan", "wood_turnover", "root_turnover")
"""Traits that are attributed on the scale of their natural logarithm: rates and times act as factors, and a straight
response of a factor is a kinked or curved one on the plain scale."""

SCHEMES = ("random", "blocked")
"""Kinds of cross-validation: folds of cells drawn at random, and folds of whole tiles."""

CANDIDATES = ((3, 20), (6, 20), (12, 20))
"""Trees that inner cross-validation chooses from: (most leaves, least cells of a leaf)."""


@dataclass(frozen=True)
class AttributionSettings:
    """Settings of an attribution; what comes out depends on the data and these alone.

    ``folds`` of the cross-validation, made anew ``repeats`` times from ``seed``. ``block``: side of a tile [degrees of
    latitude; as far from east to west], None for the widest of :data:`diffdalec.analysis.attribution.folds.SIDES` that
    gives at least four tiles a fold. ``inner_folds`` choose among ``candidates`` and up to ``iterations`` trees.
    ``features``: share of the predictors that a split looks at. ``logarithmic``: traits taken as logarithms.
    ``bootstrap``: resamples for intervals of ``confidence`` and for tests. ``least_cells``: fewer are not attributed.
    ``correlated``: |rank correlation| at which predictors share a cluster. ``explained_cells``: cells on which the
    models of folds are explained. ``points`` of a dependence curve, ``lowess`` share of the cells near each.
    """

    seed: int = 0
    folds: int = 5
    repeats: int = 3
    block: float | None = None
    inner_folds: int = 3
    candidates: tuple[tuple[int, int], ...] = CANDIDATES
    iterations: int = 200
    learning_rate: float = 0.1
    features: float = 0.5
    logarithmic: tuple[str, ...] = LOGARITHMIC
    bootstrap: int = 1000
    confidence: float = 0.95
    least_cells: int = 50
    correlated: float = 0.7
    explained_cells: int = 1000
    points: int = 40
    lowess: float = 0.3

    def __post_init__(self) -> None:
        for name, least in (("folds", 2), ("repeats", 1), ("inner_folds", 2), ("iterations", 1), ("bootstrap", 20)):
            if getattr(self, name) < least:
                raise InputError(f"attribution: {name} is {getattr(self, name)}, expected at least {least}")
        for name in ("confidence", "correlated", "lowess", "features"):
            if not 0 < getattr(self, name) <= 1:
                raise InputError(f"attribution: {name} is {getattr(self, name):g}, expected more than 0 and at most 1")
        if self.block is not None and not 0 < self.block <= 90:
            raise InputError(f"attribution: block is {self.block:g}°, expected more than 0 and at most 90")
        if self.least_cells < 4 * self.folds:
            raise InputError(
                f"attribution: least_cells is {self.least_cells}, expected at least {4 * self.folds} for "
                f"{self.folds} folds"
            )

    @property
    def quantiles(self) -> tuple[float, float]:
        """The two ends of an interval of ``confidence``."""
        tail = 0.5 * (1.0 - self.confidence)
        return tail, 1.0 - tail

    def plain(self) -> dict[str, Any]:
        """The settings in plain types."""
        return asdict(self)
