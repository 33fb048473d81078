"""One trait of one experiment, attributed whole."""

from __future__ import annotations

import dataclasses

import numpy as np
import xarray as xr

from ...errors import InputError
from .boosting import choose, fit
from .breakpoints import Breakpoint, find_breakpoint, holm
from .dependence import grid_of, lowess
from .explanation import Explanation, Spread, explain_models, others_removed
from .extra import require_attribution
from .folds import tile_side, tiles
from .predictors import FAMILIES, clusters, rank_correlation
from .sample import Sample
from .settings import SCHEMES, AttributionSettings
from .shapley import additivity_error, shap_values
from .validation import Scores, Validation, cross_validate, score

EXPLAINED, UNEXPLAINED, NOT_ATTRIBUTED = "explained", "unexplained", "not attributed"
"""What becomes of a trait: the interval of its blocked R² lies above 0, or does not, or nothing could be said."""


def attribute_trait(sample: Sample, settings: AttributionSettings | None = None) -> xr.Dataset:
    """Cross-validate, fit and explain the regression of a trait on the predictors.

    Returns a Dataset of the sample's cells and varying predictors (see docs/theory/attribution.md for its names).
    InputError where the cells lie too close together for blocked folds, or a package of the extra is not installed.
    """
    require_attribution()
    import sklearn.ensemble  # noqa: F401  (limits hold for libraries that are loaded)
    from threadpoolctl import threadpool_limits

    settings = settings or AttributionSettings()
    side = tile_side(sample.latitude, sample.longitude, settings.folds, settings.block)
    tile = tiles(sample.latitude, sample.longitude, side)
    with threadpool_limits(1):  # trees are small: a process for each trait is faster than threads within one
        validations = [cross_validate(sample, tile, scheme, settings) for scheme in SCHEMES]
        at_random, blocked = validations
        chosen = choose(sample.predictors, sample.response, tile, "blocked", settings, (settings.seed, 81))
        model = fit(sample.predictors, sample.response, chosen, settings, settings.seed)
        values, base = shap_values(model, sample.predictors)
        correlation = rank_correlation(sample.predictors)
        cluster = clusters(correlation, settings.correlated)
        grids = np.stack([grid_of(x, settings.points) for x in sample.predictors.T])
        explained = explain_models(sample, blocked, cluster, grids, settings)
        adjusted = others_removed(sample, at_random, cluster)[:, cluster - 1]
        breaks = [
            find_breakpoint(x, y, tile, settings) for x, y in zip(sample.predictors.T, adjusted.T, strict=True)
        ]
    scores = [score(sample, tile, validation, settings) for validation in validations]
    predicted = model.predict(sample.predictors)
    about = {"units": sample.unit}
    ds = xr.Dataset(
        {
            "value": ("cell", sample.response, {**about, "long_name": "trait on the scale of the regression"}),
            "fitted": ("cell", predicted, {**about, "long_name": "prediction of the model of all cells"}),
            "shap": (("cell", "predictor"), values, {**about, "long_name": "SHAP values of the model of all cells"}),
            "response": (("cell", "predictor"), adjusted, {**about, "long_name": "trait less what other clusters do"}),
            "tile": ("cell", tile, {"long_name": "tile of the blocked folds"}),
            "base_value": ((), base, {**about, "long_name": "base value of the SHAP values"}),
            "additivity_error": ((), additivity_error(values, base, predicted), {"units": "1"}),
            "side": ((), side, {"units": "degrees", "long_name": "side of a tile"}),
            "tiles": ((), int(tile.max()) + 1, {"units": "1", "long_name": "number of tiles"}),
            "cells": ((), sample.size, {"units": "1", "long_name": "cells that are attributed"}),
            "cluster": ("predictor", cluster, {"long_name": "cluster of correlated predictors"}),
            "rank_correlation": (("predictor", "other"), correlation, {"units": "1"}),
            "grid": (("predictor", "point"), grids, {"long_name": "values of the predictor"}),
            "lowess": (("predictor", "point"), _lowess(sample, values, grids, settings), about),
        },
        {
            "cell": sample.cell, "predictor": list(sample.names), "other": list(sample.names),
            "scheme": list(SCHEMES), "family": list(FAMILIES),
        },
        {"trait": sample.trait, "experiment": sample.experiment, "left_out": sample.left_out,
         "constant_predictors": list(sample.constant)},
    )  # fmt: skip
    ds = ds.merge(_explanation(explained, cluster, about)).merge(_breakpoints(breaks)).merge(_scores(scores, about))
    ds = ds.merge(_validations(validations, about))
    for name in ("leaves", "leaf_cells", "iterations"):
        ds[f"all_cells_{name}"] = ((), getattr(chosen, name), {"units": "1"})
    ds["status"] = ((), EXPLAINED if scores[1].r2_interval[0] > 0 else UNEXPLAINED)
    ds["reason"] = ((), "" if scores[1].r2_interval[0] > 0 else _unexplained(scores[1], settings))
    return ds


def attribute_or_tell(sample: Sample, settings: AttributionSettings) -> xr.Dataset | str:
    """The attribution of a sample, or why it cannot be made: one trait does not stop the others."""
    try:
        return attribute_trait(sample, settings)
    except InputError as error:
        return f"{sample.trait} ({sample.experiment}): {error}"


def _unexplained(blocked: Scores, settings: AttributionSettings) -> str:
    low, high = blocked.r2_interval
    return (
        f"the predictors do not explain it in tiles that the model has not seen: blocked R² {blocked.r2:.2f}, "
        f"{100 * settings.confidence:g} % interval {low:.2f} to {high:.2f}"
    )


def _lowess(sample: Sample, values: np.ndarray, grids: np.ndarray, settings: AttributionSettings) -> np.ndarray:
    columns = zip(sample.predictors.T, values.T, grids, strict=True)
    return np.stack([lowess(x, v, grid, settings.lowess) for x, v, grid in columns])


def _explanation(found: Explanation, cluster: np.ndarray, about: dict[str, str]) -> xr.Dataset:
    ds = xr.Dataset()
    one = {"units": "1"}
    _put(ds, "importance", ("predictor",), found.importance, {**about, "long_name": "mean |SHAP|"})
    _put(ds, "share", ("predictor",), found.share, {**one, "long_name": "share of the sum of mean |SHAP|"})
    joint = {**about, "long_name": "mean |sum of SHAP| of the family"}
    _put(ds, "family_importance", ("family",), found.family_importance, joint)
    _put(ds, "family_share", ("family",), found.family_share, {**one, "long_name": "sum of its predictors' shares"})
    of_cluster = Spread(*(part[cluster - 1] for part in vars(found.cluster_importance).values()))
    joint = {**about, "long_name": "mean |sum of SHAP| of the predictor's cluster"}
    _put(ds, "cluster_importance", ("predictor",), of_cluster, joint)
    curve = {**about, "long_name": "partial dependence, less its mean"}
    _put(ds, "partial_dependence", ("predictor", "point"), found.curves, curve)
    return ds


def _put(ds: xr.Dataset, name: str, dims: tuple[str, ...], spread: Spread, attributes: dict[str, str]) -> None:
    for ending, values in (("", spread.mean), ("_low", spread.low), ("_high", spread.high)):
        ds[f"{name}{ending}"] = (dims, values, attributes)


def _breakpoints(breaks: list[Breakpoint | None]) -> xr.Dataset:
    """Variables ``breakpoint`` (ψ) and ``breakpoint_…`` (predictor,), NaN where none could be tried.

    ``breakpoint_p_holm`` is adjusted for the number of predictors, and NaN where the best place is at the edge.
    """
    ds = xr.Dataset()
    for field in dataclasses.fields(Breakpoint):
        values = [np.nan if b is None else getattr(b, field.name) for b in breaks]
        name = "breakpoint" if field.name == "position" else f"breakpoint_{field.name}"
        ds[name] = ("predictor", np.array(values, dtype=float))
    adjusted = holm(ds["breakpoint_p_value"].values)
    ds["breakpoint_p_holm"] = ("predictor", np.where(ds["breakpoint_at_edge"].values == 1, np.nan, adjusted))
    return ds


def _scores(scores: list[Scores], about: dict[str, str]) -> xr.Dataset:
    ds = xr.Dataset()
    for name, attributes in (("r2", {"units": "1"}), ("rmse", about)):
        intervals = np.stack([getattr(s, f"{name}_interval") for s in scores])
        ds[name] = ("scheme", [getattr(s, name) for s in scores], attributes)
        ds[f"{name}_low"] = ("scheme", intervals[:, 0], attributes)
        ds[f"{name}_high"] = ("scheme", intervals[:, 1], attributes)
        by_fold = np.stack([getattr(s, f"fold_{name}") for s in scores])
        ds[f"fold_{name}"] = (("scheme", "repeat", "fold"), by_fold, attributes)
    return ds


def _validations(validations: list[Validation], about: dict[str, str]) -> xr.Dataset:
    """Held-out predictions, the sizes of folds, and the hyper-parameters chosen for each."""
    dims = ("scheme", "repeat", "fold")
    ds = xr.Dataset()
    held_out = np.stack([v.predicted.mean(axis=0) for v in validations])
    ds["held_out"] = (("scheme", "cell"), held_out, {**about, "long_name": "prediction by models that had not seen it"})
    number = max(int(v.fold.max()) for v in validations) + 1
    sizes = [[np.bincount(fold, minlength=number) for fold in v.fold] for v in validations]
    ds["fold_cells"] = (dims, np.array(sizes), {"units": "1"})
    for name in ("leaves", "leaf_cells", "iterations", "inner_rmse"):
        chosen = [[[getattr(c, name) for c in repeat] for repeat in v.chosen] for v in validations]
        ds[name] = (dims, np.array(chosen), about if name == "inner_rmse" else {"units": "1"})
    return ds
