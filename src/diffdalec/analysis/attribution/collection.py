"""All traits of all experiments: what is to be attributed, and the results put together in one Dataset."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from ...errors import InputError
from ..cells import CellEnsemble
from .predictors import FAMILIES, NAMES
from .sample import Sample, take_sample
from .settings import SCHEMES, TARGETS, AttributionSettings
from .trait import NOT_ATTRIBUTED

Key = tuple[str, str]
"""Experiment and trait."""


def samples(
    values: xr.Dataset, robust: xr.Dataset, predictors: xr.Dataset, settings: AttributionSettings
) -> dict[Key, Sample | str]:
    """The sample of each experiment and trait, or why there is none.

    ``values`` and ``robust`` (cell, experiment) hold the traits; ``predictors`` (cell,) come from ``check_predictors``.
    InputError where ``values`` holds none of :data:`TARGETS`.
    """
    names = [name for name in TARGETS if name in values]
    if not names:
        raise InputError(f"there is no trait to attribute: expected one of {', '.join(TARGETS)}")
    found: dict[Key, Sample | str] = {}
    for experiment in map(str, values["experiment"].values):
        for name in names:
            own, agreed = (ds[name].sel(experiment=experiment, drop=True) for ds in (values, robust))
            try:
                found[experiment, name] = take_sample(name, experiment, own, agreed, predictors, settings)
            except InputError as error:  # of this trait alone: told in its status, the others go on
                found[experiment, name] = str(error)
    return found


def ensemble_targets(ensemble: CellEnsemble) -> tuple[xr.Dataset, xr.Dataset]:
    """Medians over ok members of the traits, and where members agree (robust CV at most 0.3): (cell, experiment)."""
    names = [name for name in TARGETS if name in ensemble.medians]
    return ensemble.medians[names], xr.Dataset({name: ensemble.robust(name) for name in names})


def known_targets(truth: xr.Dataset, experiment: str = "truth") -> tuple[xr.Dataset, xr.Dataset]:
    """The traits of a known truth (cell,) as one more experiment, all of whose values count."""
    values = truth[[name for name in TARGETS if name in truth]].expand_dims(experiment=[experiment])
    return values, values.notnull()


def collect(
    found: Mapping[Key, xr.Dataset | str], cells: xr.Dataset, settings: AttributionSettings
) -> xr.Dataset:
    """The results of :func:`attribute_trait`, or reasons why there are none, in one Dataset.

    Dims (experiment, trait, …) over all cells and predictors of ``cells``; NaN, 0 or empty text where there is nothing.
    A predictor that does not vary has SHAP values, importance and share 0.
    """
    experiments = list(dict.fromkeys(experiment for experiment, _ in found))
    traits = list(dict.fromkeys(trait for _, trait in found))
    full = {
        "cell": np.sort(cells["cell"].values), "predictor": list(NAMES), "other": list(NAMES),
        "scheme": list(SCHEMES), "family": list(FAMILIES),
    }  # fmt: skip
    rows = []
    for experiment in experiments:
        row = [_complete(found[experiment, trait], full) for trait in traits]
        rows.append(xr.concat(row, "trait", **_CONCATENATION))
    ds = xr.concat(rows, "experiment", **_CONCATENATION)
    ds = ds.assign_coords(experiment=experiments, trait=traits)
    ds = ds.assign_coords(family_of=("predictor", [f for f, names in FAMILIES.items() for _ in names]))
    for name in ("latitude", "longitude"):
        ds = ds.assign_coords({name: ("cell", cells[name].reindex(cell=full["cell"]).values)})
    results = {trait: r for (_, trait), r in found.items() if isinstance(r, xr.Dataset)}
    units = [results[trait]["value"].attrs["units"] if trait in results else "" for trait in traits]
    ds = ds.assign_coords(units=("trait", units))
    return ds.assign_attrs(
        title="What climate, soil and vegetation explain of traits",
        settings=json.dumps(settings.plain()),
        versions=json.dumps(versions()),
    )


_CONCATENATION: dict[str, Any] = dict(
    data_vars="all", coords="minimal", compat="override", join="outer", combine_attrs="drop_conflicts"
)


def _complete(result: xr.Dataset | str, full: dict[str, Any]) -> xr.Dataset:
    """A result on all cells and predictors, with what its attributes say as variables."""
    if isinstance(result, str):
        text = {"status": NOT_ATTRIBUTED, "reason": result, "constant_predictors": ""}
        return xr.Dataset({name: ((), value) for name, value in text.items()}, full)
    ds = result.drop_attrs(deep=False)
    there, varies = ds["cell"].values, ds["predictor"].values
    counts = {name: v.astype(float) for name, v in ds.data_vars.items() if v.dtype.kind in "iu"}
    ds = ds.assign(counts).reindex(full)
    known = ds["predictor"].isin(varies)
    ds["shap"] = ds["shap"].where(known | ~ds["cell"].isin(there), 0.0)
    for name in ("importance", "share"):
        for ending in ("", "_low", "_high"):
            ds[name + ending] = ds[name + ending].where(known, 0.0)
    for reason, number in result.attrs["left_out"].items():
        ds[f"left_out_{reason}"] = ((), float(number), {"units": "1"})
    ds["constant_predictors"] = ((), ", ".join(result.attrs["constant_predictors"]))
    return ds


def versions() -> dict[str, str]:
    """Versions of the packages that the numbers come from."""
    from importlib.metadata import version

    return {name: version(name) for name in ("scikit-learn", "shap", "statsmodels", "numpy", "scipy")}
