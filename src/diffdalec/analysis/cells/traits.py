"""Traits over the cells of a study: how experiments differ in them, and which are robust."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ..ensemble import is_circular
from ..scores import pbias
from ..tables import ROBUST_CV_LIMIT
from .ensembles import CellEnsemble

TURNOVERS = ("wood_turnover", "root_turnover")
"""Parameters that are compared like traits."""


def trait_differences(ensemble: CellEnsemble) -> xr.Dataset:
    """Traits and turnovers by (quantity, experiment), of the cells' medians, against the first experiment.

    ``mean`` and quartiles over ``cells``; ``pbias`` [%] against the first experiment over the cells that both have;
    ``pbias_robust`` over the ``cells_robust`` where members of both agree (robust CV at most 0.3);
    ``pbias_robust_previous`` likewise against the experiment before (the first has none).
    """
    traits = [n for n in ensemble.quantities if ensemble.calibration[n].attrs.get("group") == "trait"]
    names = [*traits, *(name for name in TURNOVERS if name in ensemble.medians)]
    first = ensemble.experiments[0]
    rows = []
    for name in names:
        medians, robust = ensemble.medians[name], ensemble.robust(name)
        base, base_robust = medians.sel(experiment=first).values, robust.sel(experiment=first).values
        for i, experiment in enumerate(ensemble.experiments):
            own = medians.sel(experiment=experiment).values
            agreed = robust.sel(experiment=experiment).values & base_robust
            finite = own[np.isfinite(own)]
            low, middle, high = np.quantile(finite, [0.25, 0.5, 0.75]) if finite.size else [np.nan] * 3
            rows.append(
                {
                    "cells": finite.size,
                    "mean": float(finite.mean()) if finite.size else np.nan,
                    "lower_quartile": low,
                    "median": middle,
                    "upper_quartile": high,
                    "pbias": pbias(base, own),
                    "cells_robust": int(agreed.sum()),
                    "pbias_robust": pbias(base[agreed], own[agreed]),
                    "pbias_robust_previous": _against_previous(medians, robust, i),
                }
            )
    return table(rows, names, ensemble)


def _against_previous(medians: xr.DataArray, robust: xr.DataArray, position: int) -> float:
    if position == 0:
        return np.nan
    (before, own), (base, agreed) = (
        [values.isel(experiment=i).values for i in (position - 1, position)] for values in (medians, robust)
    )
    both = base & agreed
    return pbias(before[both], own[both])


def robustness(ensemble: CellEnsemble) -> xr.Dataset:
    """What the filter on the robust CV removes, by (quantity, experiment): ``cells`` that have a value, those
    ``removed`` because members disagree (or only one is ok), their ``share``, and the ``median_cv``."""
    names = [str(name) for name in ensemble.spread["quantity"].values]
    rows = []
    for name in names:
        for experiment in ensemble.experiments:
            has = ensemble.medians[name].sel(experiment=experiment).notnull().values
            cv = ensemble.spread.sel(quantity=name, experiment=experiment).values
            removed = has & ~(cv <= ROBUST_CV_LIMIT)
            finite = cv[has & np.isfinite(cv)]
            rows.append(
                {
                    "cells": int(has.sum()),
                    "removed": int(removed.sum()),
                    "share": removed.sum() / has.sum() if has.any() else np.nan,
                    "median_cv": float(np.median(finite)) if finite.size else np.nan,
                }
            )
    return table(rows, names, ensemble)


def table(rows: list[dict], names: list[str], ensemble: CellEnsemble) -> xr.Dataset:
    """Rows, quantity by quantity and in each experiment by experiment, as a Dataset (quantity, experiment) with the
    quantities' ``units``, ``group``, ``identifiable`` and ``circular``."""
    shape = (len(names), len(ensemble.experiments))
    found = {
        key: (("quantity", "experiment"), np.array([row[key] for row in rows]).reshape(shape)) for key in rows[0]
    } if rows else {}  # fmt: skip
    stored = [ensemble.calibration[name] for name in names]
    about = {
        "units": [v.attrs.get("units", "") for v in stored],
        "group": [v.attrs.get("group", "") for v in stored],
        "identifiable": [bool(v.attrs.get("identifiable", True)) for v in stored],
        "circular": [is_circular(v) for v in stored],
    }
    return xr.Dataset(
        {**found, **{key: ("quantity", values) for key, values in about.items()}},
        {"quantity": names, "experiment": ensemble.experiments},
    )
