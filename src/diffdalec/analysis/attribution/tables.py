"""The attribution as tidy tables: every number of figures and report but those of single cells."""

from __future__ import annotations

import pandas as pd
import xarray as xr

KEYS = ("experiment", "trait")


def attribution_tables(ds: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Tables by name, from what :func:`collect` returns.

    ``attribution_status``: a row for each experiment and trait; ``…_scores``: also for each scheme; ``…_folds``: each
    fold with its hyper-parameters; ``…_importance`` and ``…_breakpoints``: each predictor; ``…_families``: each family;
    ``…_dependence``: each point of a curve; ``…_clusters``: pairs of predictors with their rank correlation.
    Traits that were not attributed appear in the first alone.
    """
    status = ["status", "reason", "cells", "tiles", "side", "additivity_error", "base_value", "constant_predictors"]
    status += [str(n) for n in ds.data_vars if str(n).startswith(("left_out_", "all_cells_"))]
    tables = {"attribution_status": _frame(ds, [n for n in status if n in ds])}
    if "r2" not in ds:
        return tables
    importance = _with_intervals("importance", "share", "cluster_importance")
    breaks = [str(n) for n in ds.data_vars if str(n).startswith("breakpoint")]
    folds = ["fold_cells", "fold_r2", "fold_rmse", "leaves", "leaf_cells", "iterations", "inner_rmse"]
    curves = ["grid", *_with_intervals("partial_dependence"), "lowess"]
    tables |= {
        "attribution_scores": _frame(ds, _with_intervals("r2", "rmse"), "scheme"),
        "attribution_folds": _frame(ds, folds, "scheme", "repeat", "fold").dropna(subset="fold_cells"),
        "attribution_importance": _frame(ds, ["cluster", *importance], "predictor"),
        "attribution_families": _frame(ds, _with_intervals("family_importance", "family_share"), "family"),
        "attribution_breakpoints": _frame(ds, breaks, "predictor"),
        "attribution_dependence": _frame(ds, curves, "predictor", "point").dropna(subset="grid"),
        "attribution_clusters": _pairs(ds),
    }
    return tables


def _with_intervals(*names: str) -> list[str]:
    return [f"{name}{ending}" for name in names for ending in ("", "_low", "_high")]


def _frame(ds: xr.Dataset, names: list[str], *dims: str) -> pd.DataFrame:
    """Rows of labels and values, without those of traits that were not attributed where there are more dims."""
    order = [*KEYS, *dims]
    kept = {*order, "family_of", "units"}
    part = ds[names]
    part = part.drop_vars([c for c in part.coords if c not in kept])
    if "predictor" not in dims:
        part = part.drop_vars("family_of", errors="ignore")
    frame = part.drop_attrs().to_dataframe(dim_order=order).reset_index()
    frame = frame.rename(columns={"family_of": "family"})
    return frame.dropna(subset=[n for n in names if frame[n].dtype.kind == "f"], how="all") if dims else frame


def _pairs(ds: xr.Dataset) -> pd.DataFrame:
    frame = _frame(ds, ["rank_correlation"], "predictor", "other")
    place = {name: i for i, name in enumerate(ds["predictor"].values)}
    kept = frame["predictor"].map(place) < frame["other"].map(place)
    return frame[kept].drop(columns=["units", "family"], errors="ignore")
