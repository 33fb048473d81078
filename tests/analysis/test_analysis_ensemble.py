"""Do medians know which members count, and that a year is a circle?"""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from diffdalec.analysis import circular_mean, circular_median, positions, representative, robust_cv
from diffdalec.analysis.ensemble import circular_difference
from tree import stand_tree

YEAR = 365.25
days = st.lists(st.floats(0, 365.2), min_size=1, max_size=9)


def _members(values) -> xr.DataArray:
    return xr.DataArray(np.asarray(values, float), dims="member")


def test_days_around_new_year_have_their_median_at_new_year():
    near = _members([360.0, 364.0, 2.0, 5.0, 363.0])
    assert float(circular_median(near)) == pytest.approx(364.0)
    assert abs(circular_difference(float(circular_mean(near)), 0.0)) < 3.0
    assert float(near.median()) == 360.0, "the plain median is what must not be used"


@given(days, st.floats(0, 365))
def test_the_circular_median_turns_with_the_year(values, shift):
    compact = np.asarray(values) / 4.0  # within a quarter of a year the median is unique
    median = float(circular_median(_members(compact)))
    turned = float(circular_median(_members(np.mod(compact + shift, YEAR))))
    assert abs(circular_difference(turned, median + shift)) < 1e-6
    assert median == pytest.approx(np.mod(np.median(compact), YEAR), abs=1e-6)


def test_missing_members_are_left_out_of_the_circle():
    assert float(circular_median(_members([np.nan, 10.0, 12.0, np.nan, 14.0]))) == pytest.approx(12.0)
    assert np.isnan(float(circular_median(_members([np.nan, np.nan]))))


def test_opposite_days_have_no_mean():
    assert np.isnan(float(circular_mean(_members([0.0, YEAR / 2]))))


def test_robust_cv_by_hand_and_against_an_outlier():
    assert float(robust_cv(_members([1.0, 2.0, 3.0, 4.0, 1000.0]))) == pytest.approx(1.4826 * 1.0 / 3.0)
    assert float(robust_cv(_members([-1.0, -2.0, -3.0]))) == pytest.approx(1.4826 / 2.0)
    assert np.isnan(float(robust_cv(_members([-1.0, 0.0, 1.0]))))


def test_robust_cv_estimates_the_standard_deviation():
    drawn = _members(np.random.default_rng(1).normal(10.0, 2.0, 100_000))
    assert float(robust_cv(drawn)) == pytest.approx(0.2, rel=0.02)


def test_a_failed_member_is_in_no_median():
    tree = stand_tree()
    before = representative(tree)
    for name in before.data_vars:
        tree["calibration"][name].loc[{"experiment": "growth_curve", "member": 2}] = 12345.0
    xr.testing.assert_identical(representative(tree), before)


def test_positions_are_in_log_space_and_count_who_sits_at_a_bound():
    tree = stand_tree(truth=False)
    middle = np.sqrt(2.5e-5 * 1e-3)
    tree["calibration"]["wood_turnover"].loc[{"experiment": "baseline"}] = [
        middle,
        middle,
        2.5e-5,
        1e-3,
        middle,
    ]
    placed = positions(tree).sel(quantity="wood_turnover", experiment="baseline")
    np.testing.assert_allclose(placed["position"], [0.5, np.nan, 0.0, 1.0, 0.5], atol=1e-12)
    assert int(placed["at_bound"]) == 2


def test_days_of_year_have_no_bounds_to_sit_at():
    tree = stand_tree()
    tree["calibration"]["leaf_onset_day"][:] = 0.0
    assert int(positions(tree)["at_bound"].sel(quantity="leaf_onset_day").sum()) == 0
