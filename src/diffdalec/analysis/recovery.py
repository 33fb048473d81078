"""Retrieved against true traits and parameters, where the truth is known (a synthetic stand)."""

from __future__ import annotations

import numpy as np
import xarray as xr

from .ensemble import (
    circular_difference,
    is_circular,
    quantity_names,
    representative,
    robust_cv,
    usable_members,
)

TOLERANCE = 0.20
"""A quantity counts as recovered where its median is within this share of the truth."""

TOLERANCE_DAYS = 15.0
"""The same for days of year, which have no meaningful ratio [d]."""


def recovery(tree: xr.DataTree) -> xr.Dataset | None:
    """Compare medians over ok members with the truth; ``None`` where the store holds no truth.

    Initial pools are left out: the experiments start at different ages of the stand, the truth at one.

    Returns a Dataset over ``quantity`` (traits first, then parameters) with ``truth``, ``units``,
    ``long_name``, ``group``, ``identifiable``, ``circular`` and, by (quantity, experiment):
    ``median``, ``lowest``, ``highest`` and ``robust_cv`` over ok members (no cv for circular ones), ``error``
    (median/truth − 1; in days for circular quantities) and ``recovered`` (within 20 %, or 15 days;
    never for an unidentifiable quantity).
    """
    if "truth" not in tree.children:
        return None
    truth = tree["truth"].to_dataset()
    usable, medians = usable_members(tree), representative(tree)
    names = [
        name
        for group in ("trait", "parameter")
        for name in quantity_names(usable, group)
        if name in truth.data_vars
    ]
    rows = [_row(name, usable[name], medians[name], float(truth[name])) for name in names]
    return xr.concat(rows, dim="quantity", coords="minimal", compat="override").assign_coords(quantity=names)


def _row(name: str, members: xr.DataArray, median: xr.DataArray, truth: float) -> xr.Dataset:
    circular = is_circular(members)
    identifiable = bool(members.attrs.get("identifiable", True))
    if circular:
        # Members are placed around their own median, so that a range across New Year stays a short one.
        placed = median + circular_difference(members, median)
        error = circular_difference(median, truth)
        near = abs(error) <= TOLERANCE_DAYS
    else:
        placed = members
        error = median / truth - 1.0 if truth != 0 else median * np.nan
        near = abs(error) <= TOLERANCE
    return xr.Dataset(
        {
            "truth": truth,
            "median": median.drop_attrs(),
            "lowest": placed.min("member"),
            "highest": placed.max("member"),
            "robust_cv": (median * np.nan if circular else robust_cv(members)).drop_attrs(),
            "error": error.drop_attrs(),
            "recovered": near & identifiable,
            "identifiable": identifiable,
            "circular": circular,
            "units": members.attrs.get("units", ""),
            "long_name": members.attrs.get("long_name", name),
            "group": members.attrs.get("group", ""),
        }
    )
