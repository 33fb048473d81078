"""Where each member's parameters and initial pools lie between their bounds."""

from __future__ import annotations

import numpy as np
import xarray as xr

from .ensemble import is_circular, quantity_names, usable_members

AT_BOUND = 0.02
"""A member within this share of the (log) range of a bound counts as sitting at it."""


def positions(tree: xr.DataTree) -> xr.Dataset:
    """Members' positions between the bounds, for figures and tables.

    Returns a Dataset with dims (quantity, experiment, member): ``position`` in [0, 1] on the log axis between
    the bounds (on the day of year [d] for circular quantities), NaN for members that are not ok; and by
    quantity ``group``, ``circular``, ``identifiable``, ``lower``, ``upper``, ``units``, ``long_name`` and,
    where the store knows it, ``truth`` on the same axis; ``at_bound`` (quantity, experiment) counts the
    members within 2 % of the range of a bound.
    """
    usable = usable_members(tree)
    names = quantity_names(usable, "parameter", "initial_pool")
    truth = tree["truth"].to_dataset() if "truth" in tree.children else xr.Dataset()
    placed = [_position(usable[name], usable[name]) for name in names]
    circular = np.array([is_circular(usable[name]) for name in names])
    result = xr.Dataset(
        {
            "position": xr.concat(placed, dim="quantity", coords="minimal", compat="override"),
            "truth": ("quantity", [_true_position(truth, usable[name]) for name in names]),
            "circular": ("quantity", circular),
            **{
                key: ("quantity", [_attribute(usable[name], key) for name in names])
                for key in ("group", "lower", "upper", "units", "long_name", "identifiable")
            },
        },
        coords={"quantity": names},
    )
    near = (result["position"] < AT_BOUND) | (result["position"] > 1.0 - AT_BOUND)
    result["at_bound"] = (near & ~result["circular"]).sum("member")
    return result


def _position(values: xr.DataArray, declared: xr.DataArray) -> xr.DataArray:
    if is_circular(declared):
        return values.rename("position").drop_attrs()
    lower, upper = float(declared.attrs["lower"]), float(declared.attrs["upper"])
    return (np.log(values / lower) / np.log(upper / lower)).rename("position").drop_attrs()


def _true_position(truth: xr.Dataset, declared: xr.DataArray) -> float:
    # A stand's true initial pools belong to one run's start; experiments start at different times.
    if declared.name not in truth or declared.attrs.get("group") != "parameter":
        return np.nan
    return float(_position(truth[declared.name], declared))


def _attribute(values: xr.DataArray, key: str):
    defaults = {"identifiable": True, "units": "", "long_name": str(values.name)}
    return values.attrs[key] if key in values.attrs else defaults[key]
