"""Members of a store as the figures need them."""

from __future__ import annotations

import xarray as xr


def experiments_of(tree: xr.DataTree) -> list[str]:
    """The experiments in the store's order."""
    return [str(name) for name in tree["calibration"].to_dataset()["experiment"].values]


def ok_members(tree: xr.DataTree) -> xr.DataArray:
    """True for members whose status is ok: dims (experiment, member)."""
    return tree["calibration"].to_dataset()["status"] == "ok"


def group_of(tree: xr.DataTree, name: str) -> xr.Dataset | None:
    """A group as a Dataset, or None where the store lacks it."""
    return tree[name].to_dataset() if name in tree.children else None
