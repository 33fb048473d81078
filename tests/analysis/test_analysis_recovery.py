"""Is recovery of a known truth counted honestly?"""

from __future__ import annotations

import numpy as np
import pytest

from diffdalec.analysis import findings, recovery
from tree import TRUE_WOOD_TURNOVER, stand_tree


def test_no_truth_no_table():
    assert recovery(stand_tree(truth=False, years=1)) is None


def test_wood_turnover_is_recovered_under_the_curve_alone():
    table = recovery(stand_tree()).sel(quantity="wood_turnover")
    assert float(table["truth"]) == TRUE_WOOD_TURNOVER
    assert table["recovered"].values.tolist() == [False, False, True]
    median = float(table["median"].sel(experiment="baseline"))
    assert float(table["error"].sel(experiment="baseline")) == pytest.approx(median / TRUE_WOOD_TURNOVER - 1)


def test_what_no_stream_sees_is_never_recovered_however_close():
    tree = stand_tree()
    tree["calibration"]["puw_drainage_scale"][:] = float(tree["truth"]["puw_drainage_scale"])
    table = recovery(tree).sel(quantity="puw_drainage_scale")
    np.testing.assert_allclose(table["error"], 0.0)
    assert not table["recovered"].any()


@pytest.mark.parametrize("share, within", [(1.19, True), (0.81, True), (1.21, False), (0.79, False)])
def test_the_tolerance_is_20_percent(share, within):
    tree = stand_tree()
    tree["calibration"]["lcma"][:] = share * float(tree["truth"]["lcma"])
    assert bool(recovery(tree)["recovered"].sel(quantity="lcma").all()) is within


def test_days_are_compared_across_new_year():
    tree = stand_tree()
    tree["truth"]["leaf_fall_day"] = tree["truth"]["leaf_fall_day"] * 0 + 363.0
    tree["calibration"]["leaf_fall_day"][:] = 4.0
    table = recovery(tree).sel(quantity="leaf_fall_day")
    np.testing.assert_allclose(table["error"], 4.0 + 365.25 - 363.0)
    assert table["recovered"].all()


def test_initial_pools_are_not_compared():
    assert not {"wood", "som", "paw"} & set(recovery(stand_tree())["quantity"].values)


def test_an_experiment_without_members_recovers_nothing():
    table = recovery(stand_tree(failed="growth_curve")).sel(experiment="growth_curve")
    assert not table["recovered"].any() and table["median"].isnull().all()


def test_warnings_name_failures_deaths_and_missing_streams():
    text = " ".join(findings.warnings(stand_tree(missing=("lai",), failed="growth_curve", truth=False)))
    assert "growth-curve: none of the 5 members is usable" in text
    assert "baseline: 1 of 5 members failed in calibration (1 non-finite)" in text
    assert "baseline: 1 of 4 usable members died" in text
    assert "LAI has no observations" in text


def test_a_run_without_fault_has_no_warning():
    assert findings.warnings(stand_tree(members=3, truth=False)) == []


def test_the_result_compares_the_curve_with_the_least_constrained():
    tree = stand_tree()
    first = findings.result(tree)[0]
    rmse = tree["forward"]["rmse"]
    assert f"{float(rmse.sel(experiment='growth_curve')):.1f}" in first
    assert f"{float(rmse.sel(experiment='baseline')):.1f} under baseline" in first


def test_a_curve_that_helps_nothing_is_said():
    tree = stand_tree()
    tree["forward"]["rmse"][:] = [5.0, 6.0, 7.0]
    assert findings.result(tree)[0].startswith("No experiment follows the growth curve better than baseline")


def test_unidentifiable_parameters_are_named_as_not_retrieved():
    text = " ".join(findings.cannot_say(stand_tree()))
    assert "paw to puw fraction, puw drainage scale and puw" in text


def test_one_member_is_not_called_agreement():
    text = " ".join(findings.cannot_say(stand_tree(members=1)))
    assert "one usable member" in text and "members disagree" not in text
