"""Retrieved traits against others' at the same cells: CARDAMOM (Bloom et al. 2016) and plots' NPP allocation (Xia et
al. 2019)."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ...units import DAYS_PER_YEAR
from ..attribution.folds import tiles
from ..scores import pbias, r2, rmse
from .ensembles import CellEnsemble

REFERENCES = ("cardamom_2016", "field_allocation")
"""Beginnings of the cell set's names of reference values."""

_FIELD = {"leaf": "allocation_leaf", "wood": "allocation_wood", "root": "allocation_root"}
_TURNOVERS = {"wood_residence_time": "wood_turnover", "root_residence_time": "root_turnover"}
TILE, FEWEST_TILES, RESAMPLES = 1.0, 5, 1000
"""Of intervals: the side of a tile [degrees], as coarse as CARDAMOM's own cells; tiles and resamples."""

COLUMNS = (
    "reference", "quantity", "experiment", "cells", "mean", "reference_mean", "pbias", "pbias_low",
    "pbias_high", "rmse", "correlation", "r2", "cells_robust", "pbias_robust", "correlation_robust",
)  # fmt: skip


def against_references(ensemble: CellEnsemble, cells: xr.Dataset) -> list[dict[str, object]]:
    """A row for each reference, quantity and experiment, see :data:`COLUMNS`; none where ``cells`` (the store's group)
    holds no reference.

    ``pbias`` [%] is of ours against the reference, ``pbias_low`` and ``pbias_high`` its 95 % interval (see
    :func:`bias_interval`). ``…_robust`` are over the cells whose members agree.
    """
    rows: list[dict[str, object]] = []
    found = _references(cells)
    if not found:
        return rows
    tile = tiles(cells["latitude"].values, cells["longitude"].values, TILE)
    for source, quantity, reference in found:
        if quantity not in ensemble.medians:
            continue
        robust = ensemble.robust(quantity)
        for experiment in ensemble.experiments:
            own = ensemble.medians[quantity].sel(experiment=experiment).values
            kept = robust.sel(experiment=experiment).values
            both = np.isfinite(own) & np.isfinite(reference)
            agreed = both & kept
            values = (
                source, quantity, experiment, int(both.sum()), _mean(own[both]), _mean(reference[both]),
                pbias(reference, own), *bias_interval(reference, own, tile), rmse(reference, own),
                correlation(reference, own), r2(reference, own),
                int(agreed.sum()), pbias(reference[agreed], own[agreed]), correlation(reference[agreed], own[agreed]),
            )  # fmt: skip
            rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


def bias_interval(reference: np.ndarray, own: np.ndarray, tile: np.ndarray) -> tuple[float, float]:
    """95 % interval of the percent bias over resampled tiles: neighbouring cells are no independent evidence.

    NaN with fewer than :data:`FEWEST_TILES` tiles that have both values.
    """
    both = np.isfinite(reference) & np.isfinite(own)
    _, number = np.unique(tile[both], return_inverse=True)
    count = int(number.max()) + 1 if number.size else 0
    if count < FEWEST_TILES:
        return np.nan, np.nan
    excess, total = (np.bincount(number, values[both]) for values in (own - reference, reference))
    drawn = np.random.default_rng(0).multinomial(count, np.full(count, 1.0 / count), size=RESAMPLES)
    low, high = np.quantile(100.0 * (drawn @ excess) / (drawn @ total), [0.025, 0.975])
    return float(low), float(high)


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson correlation of the pairs where both are finite; NaN where either does not vary."""
    both = np.isfinite(a) & np.isfinite(b)
    x, y = a[both].astype(float), b[both].astype(float)
    if x.size < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return np.nan
    return float(np.corrcoef(x, y)[0, 1])


def _references(cells: xr.Dataset) -> list[tuple[str, str, np.ndarray]]:
    """Reference values (cell,) by source and by our name; turnovers [d-1] beside residence times [yr]."""
    found = []
    for name in cells.data_vars:
        source = next((s for s in REFERENCES if str(name).startswith(f"{s}_")), None)
        if source is None:
            continue
        ending = str(name).removeprefix(f"{source}_")
        quantity = _FIELD.get(ending, ending) if source == "field_allocation" else ending
        values = cells[name].values.astype(float)
        if not np.isfinite(values).any():
            continue
        found.append((source, quantity, values))
        if quantity in _TURNOVERS:
            positive = np.where(values > 0, values, np.nan)
            found.append((source, _TURNOVERS[quantity], 1.0 / (DAYS_PER_YEAR * positive)))
    return found


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if values.size else np.nan
