"""The summary of a stand: the numbers that a script or another study asks for, as strict JSON."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import xarray as xr

from ..variables import TRAITS
from .members import member_alive, member_ok
from .provenance import ATTRIBUTES
from .text_files import write_json

TURNOVERS = ("wood_turnover", "root_turnover")
"""Parameters that the summary lists beside the traits."""


def summary(tree: xr.DataTree) -> dict[str, Any]:
    """The summary of a store; NaN where a number does not exist (null in the file).

    For each experiment: ``rmse_growth_curve`` and ``biomass_100`` [Mg ha-1 of dry matter], ``nnse`` per
    stream and their ``sum`` for ``calibration`` and ``validation``, ``traits``, ``members``. NNSE and traits
    are medians over the members whose status is ok; the sum is the median of the members' sums.
    """
    calibration = tree["calibration"].to_dataset()
    ok = member_ok(tree)
    usable = calibration.where(ok)
    alive = member_alive(tree)
    experiments = {}
    for name in calibration["experiment"].values.tolist():
        one = usable.sel(experiment=name)
        experiments[str(name)] = {
            "rmse_growth_curve": _forward_number(tree, "rmse", name),
            "biomass_100": _forward_number(tree, "biomass_100", name),
            "nnse": _nnse(one),
            "traits": {
                trait: float(one[trait].median("member"))
                for trait in (*TRAITS, *TURNOVERS)
                if trait in calibration
            },
            "members": _members(calibration.sel(experiment=name), ok.sel(experiment=name))
            | {"alive_forward": None if alive is None else int(alive.sel(experiment=name).sum())},
        }
    site = tree["site"].attrs
    return {
        "title": tree.attrs.get("title", site.get("site", "")),
        "site": site.get("site", ""),
        "experiments": experiments,
        "units": {name: calibration[name].attrs.get("units", "") for name in TURNOVERS if name in calibration}
        | {name: row.unit for name, row in TRAITS.items()}
        | {"rmse_growth_curve": "Mg ha-1 of dry matter", "biomass_100": "Mg ha-1 of dry matter"},
        "warnings": list(tree.attrs.get("warnings", ())),
        "provenance": {name: tree.attrs[name] for name in ATTRIBUTES if name in tree.attrs}
        | {name: json.loads(tree.attrs.get(name, "{}")) for name in ("versions", "wall_seconds")},
    }


def write_summary(tree: xr.DataTree, path: str | os.PathLike[str]) -> Path:
    """Write :func:`summary` as strict JSON (NaN and infinity as null), beside and renamed."""
    return write_json(path, summary(tree))


def _nnse(one: xr.Dataset) -> dict[str, dict[str, float]]:
    """NNSE by period and stream of one experiment; streams without data are NaN and no part of the sum."""
    nnse = one["nnse"]
    sums = nnse.sum("stream", min_count=1).median("member")
    medians = nnse.median("member")
    return {
        str(period): {str(s): float(medians.sel(period=period, stream=s)) for s in nnse["stream"].values}
        | {"sum": float(sums.sel(period=period))}
        for period in nnse["period"].values
    }


def _members(one: xr.Dataset, ok: xr.DataArray) -> dict[str, Any]:
    """How many members ended well, and each failed one with its status and reason."""
    reasons = one["status_reason"] if "status_reason" in one else xr.full_like(one["status"], "")
    return {
        "total": int(one.sizes["member"]),
        "ok": int(ok.sum()),
        "failed": [
            {
                "member": int(member),
                "status": str(one["status"].sel(member=member).item()),
                "reason": str(reasons.sel(member=member).item()),
            }
            for member in one["member"].values[~ok.values]
        ],
    }


def _forward_number(tree: xr.DataTree, name: str, experiment: str) -> float:
    if "forward" not in tree.children:
        return math.nan
    forward = tree["forward"].to_dataset()
    if name not in forward or experiment not in forward["experiment"].values:
        return math.nan
    return float(forward[name].sel(experiment=experiment))
