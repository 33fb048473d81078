"""Are the scores the textbook's, with gaps and constant series?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from diffdalec.analysis import nnse, nse, pbias, r2, rmse

OBSERVED = np.array([1.0, 2.0, 3.0, 4.0])
SIMULATED = np.array([1.5, 2.0, 2.5, 5.0])
series = arrays(np.float64, 12, elements=st.floats(-50, 50).map(lambda x: round(x, 3)))


def test_by_hand():
    assert nse(OBSERVED, SIMULATED) == pytest.approx(1 - 1.5 / 5.0)
    assert nnse(OBSERVED, SIMULATED) == pytest.approx(1 / (2 - 0.7))
    assert rmse(OBSERVED, SIMULATED) == pytest.approx(np.sqrt(1.5 / 4))
    assert pbias(OBSERVED, SIMULATED) == pytest.approx(100 * 1.0 / 10.0)
    assert r2(OBSERVED, SIMULATED) == pytest.approx(np.corrcoef(OBSERVED, SIMULATED)[0, 1] ** 2)


@pytest.mark.parametrize("score", [nse, nnse, rmse, pbias, r2])
def test_a_gap_on_either_side_is_left_out(score):
    gappy_o = np.insert(OBSERVED, 2, np.nan)
    gappy_s = np.insert(SIMULATED, 2, 7.0)
    assert score(gappy_o, gappy_s) == pytest.approx(score(OBSERVED, SIMULATED))
    assert score(np.insert(OBSERVED, 2, 7.0), np.insert(SIMULATED, 2, np.nan)) == pytest.approx(
        score(OBSERVED, SIMULATED)
    )


@pytest.mark.parametrize("score", [nse, nnse, rmse, pbias, r2])
def test_nothing_to_compare_is_nan(score):
    assert np.isnan(score(np.full(3, np.nan), np.ones(3)))


@pytest.mark.parametrize("score", [nse, nnse, r2])
def test_constant_observations_have_no_score(score):
    assert np.isnan(score(np.full(5, 0.1), np.arange(5.0)))


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="one shape"):
        nse(np.ones(3), np.ones(1))


@given(series, series)
def test_nnse_lies_between_0_and_1_and_is_half_for_the_mean(o, s):
    if np.ptp(o) > 1e-2:
        assert 0.0 < nnse(o, s) <= 1.0
        assert nnse(o, np.full(12, o.mean())) == pytest.approx(0.5)
        assert nnse(o, o) == 1.0
