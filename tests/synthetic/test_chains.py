"""Do the elementary processes have the statistics that their names promise?"""

import numpy as np
import pytest
from scipy import stats

from diffdalec.synthetic import chains

DAYS = 40_000


def _lag1(x):
    return np.corrcoef(x[:-1], x[1:])[0, 1]


@pytest.mark.parametrize("memory", [0.0, 0.4, 0.9])
@pytest.mark.parametrize("chain", [chains.gaussian_chain, chains.laplace_chain])
def test_chains_are_standard_and_persist(chain, memory):
    x = chain(np.random.default_rng(1), DAYS, memory)
    assert x.mean() == pytest.approx(0, abs=0.1)
    assert x.std() == pytest.approx(1, rel=0.06)
    assert _lag1(x) == pytest.approx(memory, abs=0.02)


@pytest.mark.parametrize("memory", [0.0, 0.6])
def test_laplace_chain_is_double_exponential(memory):
    x = chains.laplace_chain(np.random.default_rng(2), DAYS, memory)[
        ::20
    ]  # far enough apart to be independent
    assert stats.kstest(x, stats.laplace(scale=np.sqrt(0.5)).cdf).pvalue > 0.01
    assert stats.kstest(x, "norm").pvalue < 1e-6


def test_two_state_chain_has_its_fraction_and_persistence():
    wet = chains.two_state_chain(np.random.default_rng(3), np.full(DAYS, 0.4), persistence=0.3)
    assert wet.mean() == pytest.approx(0.4, abs=0.02)
    after_wet, after_dry = wet[1:][wet[:-1]].mean(), wet[1:][~wet[:-1]].mean()
    assert after_wet == pytest.approx(0.4 + 0.3 * 0.6, abs=0.02)
    assert after_dry == pytest.approx(0.4 * 0.7, abs=0.02)


def test_season_peaks_on_its_day():
    day = np.arange(1, 366)
    x = chains.season(day, 2.0, 3.0, 202.0)
    assert (
        day[x.argmax()] == 202 and x.max() == pytest.approx(5.0) and x.mean() == pytest.approx(2.0, abs=0.02)
    )


def test_days_since():
    event = np.array([False, False, True, False, False, True])
    np.testing.assert_array_equal(chains.days_since(event), [0, 1, 0, 1, 2, 0])


def test_blocks_last_as_long_as_told():
    inside = chains.blocks(np.random.default_rng(4), np.full(DAYS, 0.005), mean_length=6.0)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], inside.astype(int), [0]])))
    assert (edges[1::2] - edges[::2]).mean() == pytest.approx(6.0, rel=0.2)
    assert inside.mean() == pytest.approx(0.03, rel=0.25)
