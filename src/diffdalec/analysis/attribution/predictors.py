"""The named predictors: their families, and which of them tell the same story."""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from scipy.stats import rankdata

from ...errors import InputError
from ...variables import CLIMATE, PREDICTORS, SOIL, VEGETATION

FAMILIES: dict[str, tuple[str, ...]] = {
    "climate": tuple(CLIMATE),
    "soil": tuple(SOIL),
    "vegetation": tuple(VEGETATION),
}
"""Names of predictors by family."""

NAMES: tuple[str, ...] = tuple(PREDICTORS)
"""All predictors, in the order of every output."""


def family_of(predictor: str) -> str:
    """The family of a predictor."""
    return next(family for family, names in FAMILIES.items() if predictor in names)


def check_predictors(cells: xr.Dataset, source: str) -> xr.Dataset:
    """The predictors of ``cells`` with latitude and longitude, dims (cell,), float64; ``source`` is named in errors.

    InputError where one is absent, holds no value at all, or a cell comes twice.
    """
    places = ("latitude", "longitude")
    absent = [name for name in (*NAMES, *places) if name not in cells]
    if absent:
        raise InputError(
            f"{source}: the attribution lacks {', '.join(absent)}; expected for every cell "
            f"{', '.join((*NAMES, *places))}"
        )
    found = cells.reset_coords()[[*NAMES, *places]].astype(float)
    empty = [name for name in (*NAMES, *places) if not np.isfinite(found[name].values).any()]
    if empty:
        raise InputError(f"{source}: {', '.join(empty)} has no value in any of {cells.sizes['cell']} cells")
    number = cells.sizes["cell"] - np.unique(cells["cell"].values).size
    if number:
        raise InputError(f"{source}: {number} cells come more than once, expected every cell once")
    return found


def rank_correlation(values: np.ndarray) -> np.ndarray:
    """Spearman correlations (p, p) of the columns of ``values`` (cell, p), none of which is constant."""
    ranks = rankdata(values, axis=0)
    return np.atleast_2d(np.corrcoef(ranks, rowvar=False))


def clusters(correlation: np.ndarray, correlated: float) -> np.ndarray:
    """Number of the cluster of each predictor, from 1 in the predictors' order, from rank correlations (p, p).

    Average linkage on 1 − \\|ρ\\|, cut where clusters' mean \\|ρ\\| falls below ``correlated``: SHAP splits what a
    cluster does among its members, and how is of no meaning.
    """
    if correlation.shape[0] == 1:
        return np.ones(1, dtype=int)
    distance = 1.0 - np.abs(correlation)
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(np.clip(distance, 0.0, None), checks=False), method="average")
    raw = fcluster(tree, 1.0 - correlated, criterion="distance")
    order = list(dict.fromkeys(raw))
    return np.array([order.index(number) + 1 for number in raw])
