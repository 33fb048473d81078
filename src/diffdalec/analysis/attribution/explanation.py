"""What models of folds say of predictors: importance with intervals, curves, and the trait less what others do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .dependence import partial_dependence
from .predictors import FAMILIES, family_of
from .sample import Sample
from .settings import AttributionSettings
from .shapley import mean_size, shap_values
from .validation import Validation


@dataclass(frozen=True, eq=False)
class Spread:
    """A quantity by model: its mean and the interval of ``confidence`` over models, each of the quantity's shape."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True, eq=False)
class Explanation:
    """Over the models of all folds and repeats: ``importance`` (p,), mean |SHAP| in the unit of the response, its
    ``share`` (p,) of the sum; the same of families (f,), ``family_share``, and ``family_importance``, mean |Σ SHAP| of
    a family's predictors together; of clusters (c,) ``cluster_importance``; partial dependence ``curves``
    (p, point)."""

    importance: Spread
    share: Spread
    family_importance: Spread
    family_share: Spread
    cluster_importance: Spread
    curves: Spread


def explain_models(
    sample: Sample, validation: Validation, cluster: np.ndarray, grids: np.ndarray, settings: AttributionSettings
) -> Explanation:
    """Explain every fold's model on the same cells (at most ``explained_cells``, drawn once), so that what differs is
    the part of the map that the model has seen. ``cluster`` (p,), ``grids`` (p, point)."""
    rng = np.random.default_rng((settings.seed, 80))
    number = min(sample.size, settings.explained_cells)
    cells = np.sort(rng.choice(sample.size, number, replace=False))
    families = columns_by_family(sample.names)
    groups = [np.flatnonzero(cluster == c) for c in range(1, int(cluster.max()) + 1)]
    found: dict[str, list[np.ndarray]] = {name: [] for name in Explanation.__dataclass_fields__}
    for model in (model for models in validation.models for model in models):
        values, _ = shap_values(model, sample.predictors[cells])
        size = mean_size(values)
        share = size / max(size.sum(), 1e-300)
        found["importance"].append(size)
        found["share"].append(share)
        found["family_importance"].append(mean_size(values, families))
        found["family_share"].append(np.array([share[columns].sum() for columns in families]))
        found["cluster_importance"].append(mean_size(values, groups))
        curves = [partial_dependence(model, sample.predictors, j, grid) for j, grid in enumerate(grids)]
        found["curves"].append(np.stack(curves))
    return Explanation(**{name: _spread(np.stack(many), settings) for name, many in found.items()})


def columns_by_family(names: Sequence[str]) -> list[np.ndarray]:
    """Columns of each family, in the order of ``FAMILIES``."""
    return [np.array([j for j, n in enumerate(names) if family_of(n) == f], dtype=int) for f in FAMILIES]


def others_removed(sample: Sample, validation: Validation, cluster: np.ndarray) -> np.ndarray:
    """The response to each cluster of predictors, (n, c): the trait less the base and the SHAP values of all predictors
    of other clusters, by models that had not seen the cell, averaged over repeats. ``cluster`` (p,) counts from 1."""
    member = cluster[:, None] == np.arange(1, int(cluster.max()) + 1)
    out = np.zeros((sample.size, member.shape[1]))
    for fold, models in zip(validation.fold, validation.models, strict=True):
        for number, model in enumerate(models):
            held = fold == number
            values, base = shap_values(model, sample.predictors[held])
            out[held] += (sample.response[held] - base)[:, None] - values @ ~member
    return out / len(validation.models)


def _spread(many: np.ndarray, settings: AttributionSettings) -> Spread:
    low, high = np.quantile(many, settings.quantiles, axis=0)
    return Spread(many.mean(axis=0), low, high)
