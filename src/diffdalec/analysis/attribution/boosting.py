"""Gradient-boosted regression trees, with hyper-parameters chosen by cross-validation within the training cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .folds import make_folds
from .settings import AttributionSettings


@dataclass(frozen=True)
class HyperParameters:
    """What inner cross-validation chose, and the error that it found there, in the unit of the response."""

    leaves: int
    leaf_cells: int
    iterations: int
    inner_rmse: float


def choose(
    predictors: np.ndarray,
    response: np.ndarray,
    tile: np.ndarray,
    scheme: str,
    settings: AttributionSettings,
    seed: tuple[int, ...],
) -> HyperParameters:
    """The candidate and the number of trees with the least squared error over inner folds of the same ``scheme``.

    ``predictors`` (n, p), ``response`` (n,) and ``tile`` (n,) are of the training cells alone. Fewer tiles than inner
    folds leave some folds empty, and those do not count.
    """
    fold = make_folds(scheme, tile, settings.inner_folds, np.random.default_rng(seed))
    errors = np.zeros((len(settings.candidates), settings.iterations))
    for index, (leaves, leaf_cells) in enumerate(settings.candidates):
        for number in range(settings.inner_folds):
            held = fold == number
            if not held.any() or held.all():
                continue
            model = _model(leaves, leaf_cells, settings.iterations, settings, seed[-1])
            model.fit(predictors[~held], response[~held])
            for stage, predicted in enumerate(model.staged_predict(predictors[held])):
                errors[index, stage] += np.sum((predicted - response[held]) ** 2)
    best, last = divmod(int(errors.argmin()), settings.iterations)
    leaves, leaf_cells = settings.candidates[best]
    return HyperParameters(leaves, leaf_cells, last + 1, float(np.sqrt(errors[best, last] / response.size)))


def fit(
    predictors: np.ndarray, response: np.ndarray, chosen: HyperParameters, settings: AttributionSettings, seed: int
) -> Any:
    """A fitted ``HistGradientBoostingRegressor``."""
    model = _model(chosen.leaves, chosen.leaf_cells, chosen.iterations, settings, seed)
    return model.fit(predictors, response)


def _model(leaves: int, leaf_cells: int, iterations: int, settings: AttributionSettings, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(
        max_iter=iterations,
        max_leaf_nodes=leaves,
        min_samples_leaf=leaf_cells,
        learning_rate=settings.learning_rate,
        max_features=settings.features,
        early_stopping=False,
        random_state=seed,
    )
