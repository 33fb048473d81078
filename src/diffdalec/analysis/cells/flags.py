"""How far a cell's value of a quantity may be trusted: the members' spread, their range, and one flag."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import xarray as xr

from ..ensemble import MAD_TO_STANDARD_DEVIATION, circular_difference, is_circular, robust_cv
from ..tables import ROBUST_CV_LIMIT
from .ensembles import CellEnsemble


class Flag(IntEnum):
    """What the ensemble of a cell says of one of its quantities."""

    MEMBERS_AGREE = 0
    MEMBERS_DISAGREE = 1
    ONE_MEMBER_ONLY = 2
    NO_USABLE_MEMBER = 3
    NOT_SEEN_BY_ANY_STREAM = 4


def ensemble_maps(ensemble: CellEnsemble, name: str) -> xr.Dataset:
    """A quantity by (cell, experiment): ``median``, ``spread`` (1.4826·MAD, in the quantity's unit), ``robust_cv``
    (absent for days of year) and ``flag`` (:class:`Flag`, int8), all of the ok members.

    Spread and robust CV are NaN where fewer than two members are ok. A quantity that no stream depends on has the flag
    that says so, however well members agree on it.
    """
    values, median = ensemble.members(name), ensemble.medians[name]
    circular = is_circular(values)
    departure = circular_difference(values, median) if circular else values - median
    number = ensemble.ok.sum("member")
    spread = (MAD_TO_STANDARD_DEVIATION * abs(departure).median("member")).where(number >= 2)
    # Initial pools, which the ensemble's own spread leaves out, are judged by the same rule as all others.
    variation = robust_cv(values).where(number >= 2)
    agree = ensemble.ok.any("member") if circular else variation <= ROBUST_CV_LIMIT
    flag = xr.where(agree, Flag.MEMBERS_AGREE, Flag.MEMBERS_DISAGREE)
    if not bool(ensemble.calibration[name].attrs.get("identifiable", True)):
        flag = xr.full_like(flag, Flag.NOT_SEEN_BY_ANY_STREAM)
    flag = flag.where(number != 1, Flag.ONE_MEMBER_ONLY).where(number > 0, Flag.NO_USABLE_MEMBER)
    found = xr.Dataset(
        {
            "median": median.astype(np.float32),
            "spread": spread.astype(np.float32).drop_attrs(),
            "flag": flag.astype(np.int8).drop_attrs(),
        }
    )
    if not circular:
        found["robust_cv"] = variation.astype(np.float32).drop_attrs()
    return found.transpose("cell", "experiment")
