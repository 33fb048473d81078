"""Flags of a cell: agreement is never claimed where there is none, or where no stream sees the quantity."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from diffdalec.analysis.cells import CellEnsemble
from diffdalec.analysis.cells.flags import Flag, ensemble_maps

DIMS = ("cell", "experiment", "member")


def ensemble(values, status=None, **attributes) -> CellEnsemble:
    array = np.asarray(values, dtype=np.float32)[:, None, :]
    marks = np.full(array.shape, "ok") if status is None else np.asarray(status)[:, None, :]
    about = {"units": "yr", "group": "parameter", "identifiable": True, "circular": False, **attributes}
    ds = xr.Dataset({"x": (DIMS, array, about), "status": (DIMS, marks)})
    return CellEnsemble(ds.assign_coords(cell=np.arange(len(array)), experiment=["one"]))


def flags(e: CellEnsemble) -> list[int]:
    return ensemble_maps(e, "x")["flag"].values[:, 0].tolist()


def test_members_agree_disagree_or_are_too_few():
    values = [[1.0, 1.05, 0.95], [1.0, 2.0, 4.0], [1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]
    status = [["ok"] * 3, ["ok"] * 3, ["ok", "stuck", "dead"], ["stuck", "dead", "non_finite"]]
    assert flags(ensemble(values, status)) == [
        Flag.MEMBERS_AGREE, Flag.MEMBERS_DISAGREE, Flag.ONE_MEMBER_ONLY, Flag.NO_USABLE_MEMBER
    ]  # fmt: skip


def test_spread_is_in_the_quantitys_unit_and_of_two_members_at_least():
    maps = ensemble_maps(ensemble([[8.0, 10.0, 12.0], [5.0, 5.0, 5.0]], [["ok"] * 3, ["ok", "dead", "dead"]]), "x")
    assert maps["spread"].values[0, 0] == pytest.approx(1.4826 * 2) and np.isnan(maps["spread"].values[1, 0])
    assert maps["robust_cv"].values[0, 0] == pytest.approx(1.4826 * 2 / 10)
    assert maps["median"].values[:, 0].tolist() == [10.0, 5.0]


def test_what_no_stream_sees_is_never_agreed_on():
    assert flags(ensemble([[1.0, 1.0, 1.0]], identifiable=False)) == [Flag.NOT_SEEN_BY_ANY_STREAM]


def test_days_of_year_are_compared_on_the_circle():
    maps = ensemble_maps(ensemble([[364.0, 1.0, 3.0]], circular=True), "x")
    assert "robust_cv" not in maps and float(maps["spread"].values[0, 0]) < 6
    assert float(maps["median"].values[0, 0]) == pytest.approx(1.0, abs=0.1)


def test_initial_pools_are_judged_too():
    assert flags(ensemble([[1.0, 9.0, 90.0]], group="initial_pool")) == [Flag.MEMBERS_DISAGREE]
