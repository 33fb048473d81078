"""An attribution to draw, of the shape that ``diffdalec.analysis.attribution.collect`` has, without a regression."""

from __future__ import annotations

import numpy as np
import xarray as xr

from diffdalec.analysis.attribution.predictors import FAMILIES, NAMES

TRAITS = {"wood_turnover": "ln(d-1)", "allocation_wood": "1", "leaf_lifespan": ""}
POINTS, KINK = 25, -20.0


def attribution(cells: xr.Dataset, seed: int = 0) -> xr.Dataset:
    """Wood turnover bends at −20 °C of the coldest month, wood allocation is unexplained, leaf lifespan was not
    attributed."""
    rng = np.random.default_rng(seed)
    x = np.stack([cells[name].values for name in NAMES], axis=1)
    n, p = x.shape
    coldest = NAMES.index("coldest_month_temperature")
    weight = 0.3 ** np.arange(p)[rng.permutation(p)] * 0.1
    shap = weight * (x - x.mean(0)) / np.maximum(x.std(0), 1e-9)
    shap[:, coldest] = 0.05 * np.maximum(x[:, coldest] - KINK, 0)
    shap[:, coldest] -= shap[:, coldest].mean()
    shap += 0.01 * rng.normal(size=shap.shape)
    grid = np.stack([np.linspace(*np.quantile(c, [0.01, 0.99]), POINTS) for c in x.T])
    curve = np.stack([np.interp(g, np.sort(c), s[np.argsort(c)]) for g, c, s in zip(grid, x.T, shap.T, strict=True)])
    share = np.abs(shap).mean(0) / np.abs(shap).mean(0).sum()
    family = [share[[NAMES.index(m) for m in names]].sum() for names in FAMILIES.values()]
    one = xr.Dataset(
        {
            "value": ("cell", np.log(6e-5) + shap.sum(1)), "shap": (("cell", "predictor"), shap),
            "grid": (("predictor", "point"), grid), "lowess": (("predictor", "point"), curve),
            "r2": ("scheme", [0.72, 0.55]), "cells": ((), float(n)), "family_share": ("family", family),
            "breakpoint": ("predictor", np.full(p, KINK)), "status": ((), "explained"),
            "breakpoint_p_holm": ("predictor", np.where(np.arange(p) == coldest, 0.001, 1.0)),
        },
        {"cell": cells["cell"], "predictor": list(NAMES), "scheme": ["random", "blocked"], "family": list(FAMILIES)},
    )  # fmt: skip
    spreads = {"partial_dependence": (("predictor", "point"), curve, 0.02), "r2": ("scheme", one["r2"].values, 0.08),
               "breakpoint": ("predictor", one["breakpoint"].values, 1.5),
               "importance": ("predictor", share, 0.02), "share": ("predictor", share, 0.02)}  # fmt: skip
    for name, (dims, values, half) in spreads.items():
        one[name] = (dims, values)
        one[f"{name}_low"], one[f"{name}_high"] = (dims, values - half), (dims, values + half)
    plain = one.copy()
    plain["value"], plain["status"] = 0.45 + one["shap"].sum("predictor") / 5, ((), "unexplained")
    plain["r2"], plain["r2_low"] = ("scheme", [0.2, -0.1]), ("scheme", [0.1, -0.3])
    none = xr.full_like(one.drop_vars("status"), np.nan).assign(status=((), "not attributed"))
    ds = xr.concat([one, plain, none], "trait")
    ds = ds.assign_coords(trait=list(TRAITS), units=("trait", list(TRAITS.values())))
    return ds.expand_dims(experiment=["growth_curve"])
