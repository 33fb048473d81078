"""Which members of an ensemble count.

A member that failed keeps its place in the store with its status; it enters no median and no score.
"""

from __future__ import annotations

import xarray as xr

OK = "ok"
"""The status of a member whose calibration ended as it should."""

ROBUST_CV_LIMIT = 0.3
"""Above this spread among members the paper calls a parameter of a cell not robust (section 2.3.1)."""


def member_ok(tree: xr.DataTree) -> xr.DataArray:
    """True where a member's calibration is usable: dims (experiment, member)."""
    return (tree["calibration"]["status"] == OK).rename("ok")


def member_alive(tree: xr.DataTree) -> xr.DataArray | None:
    """True where a usable member lived through its forward run: dims (experiment, member).

    ``None`` where the store holds no forward run.
    """
    if "forward" not in tree.children or "alive" not in tree["forward"].data_vars:
        return None
    return (member_ok(tree) & tree["forward"]["alive"].astype(bool)).rename("alive")
