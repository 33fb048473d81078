"""The attribution in a few lines of plain text."""

from __future__ import annotations

import xarray as xr

from ...variables import PREDICTORS
from .trait import EXPLAINED, NOT_ATTRIBUTED

SIGNIFICANT = 0.05
"""Holm-adjusted p value below which a bend is told of."""

ALIKE = 0.02
"""Bent lines of correlated predictors whose R² differ by less cannot be told apart."""


def attribution_sentences(ds: xr.Dataset) -> list[str]:
    """A sentence for each experiment and trait: its skill, its first predictors, and the clearest bend of those."""
    lines = []
    for experiment in map(str, ds["experiment"].values):
        for trait in map(str, ds["trait"].values):
            lines.append(f"{trait} ({experiment}): {_one(ds.sel(experiment=experiment, trait=trait))}")
    return lines


def _one(one: xr.Dataset) -> str:
    status = str(one["status"].item())
    if status == NOT_ATTRIBUTED:
        return f"not attributed; {one['reason'].item()}"
    blocked, at_random = (one.sel(scheme=name) for name in ("blocked", "random"))
    skill = (
        f"blocked R² {blocked['r2'].item():.2f} ({blocked['r2_low'].item():.2f} to {blocked['r2_high'].item():.2f}), "
        f"random R² {at_random['r2'].item():.2f}"
    )
    if status != EXPLAINED:
        return f"not explained; {skill}"
    order = one["share"].values.argsort()[::-1][:3]
    first = ", ".join(f"{one['predictor'].values[i]} {100 * one['share'].values[i]:.0f} %" for i in order)
    return f"{skill}; {first}{_bend(one)}"


def _bend(one: xr.Dataset) -> str:
    """The bend that fits best among predictors of the first one's cluster, and others that fit about as well: they all
    may stand for the same cause."""
    first = one["cluster"].values == one["cluster"].values[one["share"].values.argmax()]
    clear = first & (one["breakpoint_p_holm"].values < SIGNIFICANT)
    clear = one.isel(predictor=clear.nonzero()[0])
    if not clear.sizes["predictor"]:
        return ""
    fit = clear["breakpoint_r2_segmented"].values
    order = [i for i in fit.argsort()[::-1] if fit[i] > fit.max() - ALIKE]
    return f"; bends at {' or '.join(_place(clear.isel(predictor=i)) for i in order)}"


def _place(best: xr.Dataset) -> str:
    name = str(best["predictor"].item())
    low, high = best["breakpoint_low"].item(), best["breakpoint_high"].item()
    return f"{name} {best['breakpoint'].item():.3g} ({low:.3g} to {high:.3g}) {PREDICTORS[name].unit}"
