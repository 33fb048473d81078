"""Does summary.json say what it promises, of usable members only, in strict JSON?"""

from __future__ import annotations

import json

import numpy as np
import pytest

from diffdalec.results import summary, write_summary
from tree import stand_tree


def _strict(constant):
    raise AssertionError(f"{constant} is not JSON")


def test_every_experiment_has_its_numbers(tmp_path):
    tree = stand_tree(years=6)
    path = write_summary(tree, tmp_path / "summary.json")
    read = json.loads(path.read_text(), parse_constant=_strict)
    assert list(read["experiments"]) == ["baseline", "single_year", "growth_curve"]
    for name, one in read["experiments"].items():
        forward = tree["forward"].sel(experiment=name)
        assert one["rmse_growth_curve"] == pytest.approx(float(forward["rmse"]))
        assert one["biomass_100"] == pytest.approx(float(forward["biomass_100"]))
        assert set(one["nnse"]) == {"calibration", "validation"}
        assert set(one["nnse"]["validation"]) == {"gpp", "reco", "et", "lai", "sum"}
        assert {"wood_turnover", "root_turnover", "allocation_wood", "leaf_lifespan"} <= set(one["traits"])
    assert read["provenance"]["input_sha256"] == "a" * 64
    assert read["provenance"]["wall_seconds"]["calibration"] == 151.0
    assert read["warnings"] == tree.attrs["warnings"]


def test_failed_members_enter_no_median():
    tree = stand_tree()
    values = tree["calibration"]["wood_turnover"]
    values.loc[{"experiment": "growth_curve", "member": 2}] = 1e9  # the member whose status is "dead"
    traits = summary(tree)["experiments"]["growth_curve"]["traits"]
    usable = values.sel(experiment="growth_curve", member=[0, 1, 3, 4])
    assert traits["wood_turnover"] == pytest.approx(float(np.median(usable)))


def test_failed_members_are_listed_with_their_reason():
    members = summary(stand_tree())["experiments"]["growth_curve"]["members"]
    assert members["ok"] == 4 and members["total"] == 5
    assert [(m["member"], m["status"]) for m in members["failed"]] == [(2, "dead")]
    assert "10 gC m-2" in members["failed"][0]["reason"]


def test_the_living_are_counted_among_the_usable():
    counts = {
        name: one["members"]["alive_forward"] for name, one in summary(stand_tree())["experiments"].items()
    }
    assert counts == {"baseline": 3, "single_year": 5, "growth_curve": 4}


def test_what_does_not_exist_is_null(tmp_path):
    tree = stand_tree(members=1, missing=("lai",), failed="baseline", growth=False)
    read = json.loads(write_summary(tree, tmp_path / "s.json").read_text(), parse_constant=_strict)
    baseline, other = read["experiments"]["baseline"], read["experiments"]["single_year"]
    assert baseline["nnse"]["calibration"]["gpp"] is None and baseline["traits"]["allocation_wood"] is None
    assert other["nnse"]["calibration"]["lai"] is None and other["rmse_growth_curve"] is None
    assert other["members"]["alive_forward"] is None
    streams = [other["nnse"]["calibration"][s] for s in ("gpp", "reco", "et")]
    assert other["nnse"]["calibration"]["sum"] == pytest.approx(sum(streams)), (
        "the sum is over streams with data"
    )
