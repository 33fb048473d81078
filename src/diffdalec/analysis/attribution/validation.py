"""Cross-validation of a trait's regression, at random and in blocks, with intervals that respect neighbourhood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .boosting import HyperParameters, choose, fit
from .folds import make_folds
from .sample import Sample
from .settings import SCHEMES, AttributionSettings


@dataclass(frozen=True, eq=False)
class Validation:
    """What one scheme came to over repeats r, folds k and cells n.

    ``fold`` (r, n) of each cell; ``predicted`` (r, n), by the model that has not seen the cell; ``models`` [r][k] and
    what each was ``chosen`` with.
    """

    scheme: str
    fold: np.ndarray
    predicted: np.ndarray
    models: list[list[Any]]
    chosen: list[list[HyperParameters]]


@dataclass(frozen=True, eq=False)
class Scores:
    """R² = 1 − Σ(y − ŷ)²/Σ(y − ȳ)² and RMSE of held-out cells.

    ``fold_r2``, ``fold_rmse`` (r, k): of each fold, ȳ its own mean. ``r2``, ``rmse``: over all cells, each predicted
    by models that had not seen it, squared errors averaged over repeats; with intervals [low, high] over resampled
    tiles. R² is not a squared correlation: it is below 0 where the mean of the cells predicts better.
    """

    fold_r2: np.ndarray
    fold_rmse: np.ndarray
    r2: float
    r2_interval: np.ndarray
    rmse: float
    rmse_interval: np.ndarray


def cross_validate(sample: Sample, tile: np.ndarray, scheme: str, settings: AttributionSettings) -> Validation:
    """Fit and predict fold by fold, ``repeats`` times; hyper-parameters are chosen anew in each training set."""
    shape = (settings.repeats, sample.size)
    folds, predicted = np.zeros(shape, dtype=int), np.full(shape, np.nan)
    models: list[list[Any]] = []
    chosen: list[list[HyperParameters]] = []
    for repeat in range(settings.repeats):
        seed = (settings.seed, SCHEMES.index(scheme), repeat)
        folds[repeat] = make_folds(scheme, tile, settings.folds, np.random.default_rng(seed))
        models.append([])
        chosen.append([])
        for number in range(settings.folds):
            held = folds[repeat] == number
            seen, response = sample.predictors[~held], sample.response[~held]
            best = choose(seen, response, tile[~held], scheme, settings, (*seed, number))
            model = fit(seen, response, best, settings, number + settings.folds * repeat)
            predicted[repeat, held] = model.predict(sample.predictors[held])
            models[-1].append(model)
            chosen[-1].append(best)
    return Validation(scheme, folds, predicted, models, chosen)


def score(sample: Sample, tile: np.ndarray, validation: Validation, settings: AttributionSettings) -> Scores:
    """The scores of a validation."""
    y = sample.response
    fold_r2 = np.full((settings.repeats, settings.folds), np.nan)
    fold_rmse = fold_r2.copy()
    for repeat, number in np.ndindex(fold_r2.shape):
        held = validation.fold[repeat] == number
        squares = (validation.predicted[repeat, held] - y[held]) ** 2
        fold_rmse[repeat, number] = np.sqrt(squares.mean())
        fold_r2[repeat, number] = 1.0 - squares.sum() / np.sum((y[held] - y[held].mean()) ** 2)
    error = ((validation.predicted - y) ** 2).mean(axis=0)
    away = y - y.mean()
    count = np.bincount(tile)
    sums = np.stack([count, *(np.bincount(tile, weights=w) for w in (error, away, away**2))])
    rng = np.random.default_rng((settings.seed, 77))
    drawn = rng.multinomial(count.size, np.full(count.size, 1.0 / count.size), size=settings.bootstrap)
    r2, rmse = _pooled(sums @ np.ones(count.size))
    many_r2, many_rmse = _pooled(sums @ drawn.T)
    quantiles = settings.quantiles
    return Scores(
        fold_r2=fold_r2,
        fold_rmse=fold_rmse,
        r2=float(r2),
        r2_interval=np.quantile(many_r2, quantiles),
        rmse=float(rmse),
        rmse_interval=np.quantile(many_rmse, quantiles),
    )


def _pooled(sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """R² and RMSE from the sums over cells of 1, squared error, departure and squared departure."""
    count, error, away, square = sums
    return 1.0 - error / (square - away**2 / count), np.sqrt(error / count)
