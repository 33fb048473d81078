"""The numbers of the report's tables, as Datasets; how they look is the report's business."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ..results import member_alive, member_ok
from ..results.members import ROBUST_CV_LIMIT as ROBUST_CV_LIMIT
from ..variables import FAST_STREAMS
from .ensemble import circular_difference, is_circular, representative, robust_cv, usable_members
from .positions import positions


def headline(tree: xr.DataTree) -> xr.Dataset:
    """The experiments side by side, dims (experiment): growth-curve errors, NNSE sums, traits, member counts.

    Absent where the store has no forward run: ``rmse``, ``r2``, ``pbias``, ``biomass_100``, ``alive``.
    """
    ok, alive = member_ok(tree), member_alive(tree)
    sums = score_sums(tree)
    medians = representative(tree)
    result = xr.Dataset(
        {
            "ok": ok.sum("member"),
            "total": xr.full_like(ok.sum("member"), ok.sizes["member"]),
            "nnse_calibration": sums.sel(period="calibration", drop=True),
            "nnse_validation": sums.sel(period="validation", drop=True),
        }
    )
    for name in (
        "allocation_leaf",
        "allocation_wood",
        "allocation_root",
        "wood_residence_time",
        "leaf_lifespan",
    ):
        if name in medians:
            result[name] = medians[name]
    if alive is not None:
        forward = tree["forward"].to_dataset()
        result["alive"] = alive.sum("member")
        for name in ("rmse", "r2", "pbias", "biomass_100"):
            if name in forward:
                result[name] = forward[name]
        if "reference" in forward:
            result["reference_100"] = forward["reference"].isel(age=-1, drop=True)
    return result


def scores(tree: xr.DataTree) -> xr.Dataset:
    """Medians over ok members of ``nnse``, ``r2``, ``rmse``: dims (experiment, stream, period)."""
    calibration = tree["calibration"].to_dataset()
    names = [name for name in ("nnse", "r2", "rmse") if name in calibration]
    order = [s for s in FAST_STREAMS if s in calibration["stream"].values]
    return calibration[names].where(member_ok(tree)).median("member").sel(stream=order)


def score_sums(tree: xr.DataTree) -> xr.DataArray:
    """Median over ok members of the NNSE sum over the streams that have data: dims (experiment, period)."""
    nnse = tree["calibration"]["nnse"].where(member_ok(tree))
    return nnse.sum("stream", min_count=1).median("member")


def quantities(tree: xr.DataTree) -> xr.Dataset:
    """Every trait, parameter and initial pool: dims (quantity, experiment).

    ``median``, ``lowest``, ``highest`` over ok members, ``robust_cv`` (NaN for days of year), ``at_bound``
    (members within 2 % of the log range of a bound), ``used`` (ok members); by quantity ``units``,
    ``long_name``, ``group``, ``identifiable``, ``circular``.
    """
    usable, medians = usable_members(tree), representative(tree)
    placed = positions(tree)
    rows = []
    for name, members in usable.data_vars.items():
        median, circular = medians[name], is_circular(members)
        around = median + circular_difference(members, median) if circular else members
        bound = placed["at_bound"].sel(quantity=name, drop=True) if name in placed["quantity"] else median * 0
        rows.append(
            xr.Dataset(
                {
                    "median": median.drop_attrs(),
                    "lowest": around.min("member"),
                    "highest": around.max("member"),
                    "robust_cv": median * np.nan if circular else robust_cv(members),
                    "at_bound": bound.fillna(0).astype(int),
                    "used": members.notnull().sum("member"),
                    "units": members.attrs.get("units", ""),
                    "long_name": members.attrs.get("long_name", str(name)),
                    "group": members.attrs.get("group", ""),
                    "identifiable": bool(members.attrs.get("identifiable", True)),
                    "circular": circular,
                }
            ).drop_attrs()
        )
    table = xr.concat(rows, dim="quantity", coords="minimal", compat="override")
    return table.assign_coords(quantity=[str(name) for name in usable.data_vars])


def cost_terms(tree: xr.DataTree) -> xr.Dataset:
    """Cost terms over ok members, dims (term, experiment): ``median``, ``lowest``, ``highest``."""
    terms = tree["calibration"]["cost_terms"].where(member_ok(tree))
    terms = terms.dropna("term", how="all")
    return xr.Dataset(
        {"median": terms.median("member"), "lowest": terms.min("member"), "highest": terms.max("member")}
    ).transpose("term", "experiment", ...)
