"""The parts of the attribution, each against what is known by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from diffdalec.analysis.attribution import AttributionSettings
from diffdalec.analysis.attribution.boosting import HyperParameters, fit
from diffdalec.analysis.attribution.breakpoints import find_breakpoint, holm
from diffdalec.analysis.attribution.dependence import grid_of, lowess, partial_dependence
from diffdalec.analysis.attribution.explanation import columns_by_family
from diffdalec.analysis.attribution.folds import blocked_folds, random_folds, tile_side, tiles
from diffdalec.analysis.attribution.predictors import NAMES, clusters, rank_correlation
from diffdalec.analysis.attribution.shapley import shap_values
from diffdalec.errors import InputError

SETTINGS = AttributionSettings(bootstrap=200)


class TestFolds:
    def test_tiles_are_about_square_on_the_ground(self):
        longitude = np.arange(-180, 180, 0.5) + 0.25
        for latitude, number in ((2.5, 72), (62.5, 33)):  # 360·cos(62.5°)/5 = 33.2
            assert np.unique(tiles(np.full(longitude.size, latitude), longitude, 5.0)).size == number

    def test_longitudes_may_run_either_way_round(self):
        latitude = np.full(4, 60.0)
        either = tiles(latitude, np.array([-170.0, -10.0, 10.0, 170.0]), 5.0)
        other = tiles(latitude, np.array([190.0, 350.0, 10.0, 170.0]), 5.0)
        np.testing.assert_array_equal(either, other)

    def test_a_tile_is_never_split_and_folds_are_alike_in_size(self):
        tile = np.repeat(np.arange(40), 10)
        fold = blocked_folds(tile, 5, np.random.default_rng(0))
        assert all(np.unique(fold[tile == t]).size == 1 for t in range(40))
        assert np.bincount(fold).tolist() == [80] * 5

    def test_random_folds_take_every_cell_once(self):
        assert sorted(np.bincount(random_folds(103, 5, np.random.default_rng(0)))) == [20, 20, 21, 21, 21]

    def test_the_widest_tiles_that_give_enough_are_taken(self):
        latitude, longitude = (a.ravel() for a in np.meshgrid(np.arange(50.25, 70, 0.5), np.arange(90.25, 150, 0.5)))
        assert tile_side(latitude, longitude, 5, None) == 5.0
        small = (latitude < 55) & (longitude < 100)
        side = tile_side(latitude[small], longitude[small], 5, None)
        assert side < 2.5 and tiles(latitude[small], longitude[small], side).max() + 1 >= 20

    def test_too_few_tiles_are_an_error_that_says_so(self):
        with pytest.raises(InputError, match=r"lie in 1 tiles of 5°.*at least 5"):
            tile_side(np.full(60, 61.0), np.linspace(100.1, 100.4, 60), 5, 5.0)


class TestShap:
    def test_values_of_an_additive_model_are_its_partial_dependence(self):
        """Stumps add up without interaction: the SHAP value is then the centred response to each predictor."""
        rng = np.random.default_rng(0)
        x = rng.standard_normal((300, 3))
        y = np.sin(x[:, 0]) + 0.5 * x[:, 1] + 0.1 * rng.standard_normal(300)
        settings = dataclasses.replace(SETTINGS, features=1.0)
        model = fit(x, y, HyperParameters(2, 20, 60, 0.0), settings, 0)
        values, base = shap_values(model, x)
        np.testing.assert_allclose(base + values.sum(axis=1), model.predict(x), atol=1e-6)
        for column in range(3):
            order = np.argsort(x[:, column])
            curve = partial_dependence(model, x, column, x[order, column])
            np.testing.assert_allclose(values[order, column] - values[:, column].mean(), curve, atol=1e-6)

    def test_a_predictor_that_is_not_used_has_none(self):
        x = np.random.default_rng(0).standard_normal((200, 2))
        x[:, 1] = 1.0
        model = fit(x, x[:, 0], HyperParameters(4, 20, 20, 0.0), SETTINGS, 0)
        assert np.all(shap_values(model, x)[0][:, 1] == 0.0)


class TestBreakpoints:
    def draw(self, seed, bend, cluster=0.1):
        rng = np.random.default_rng(seed)
        x, tile = rng.uniform(-40, -5, 500), np.repeat(np.arange(50), 10)
        y = 0.02 * x + bend * np.maximum(x + 20, 0) + 0.15 * rng.standard_normal(500)
        return x, y + cluster * rng.standard_normal(50)[tile], tile

    def test_a_bend_is_found_with_its_slopes(self):
        found = find_breakpoint(*self.draw(0, 0.05), SETTINGS)
        assert abs(found.position + 20) < 2 and found.low < -20 < found.high
        assert found.slope_below == pytest.approx(0.02, abs=0.005)
        assert found.change == pytest.approx(0.05, abs=0.01) and found.change_low < 0.05 < found.change_high
        assert found.p_value < 0.01 and not found.at_edge
        assert found.r2_segmented > found.r2_quadratic > found.r2_linear

    def test_the_test_keeps_its_level_under_a_straight_line(self):
        """30 tables with neighbours alike: p below 0.05 in some 1 or 2 of them; 6 or more once in 300 such draws."""
        p = [find_breakpoint(*self.draw(seed, 0.0), SETTINGS).p_value for seed in range(30)]
        assert sum(value < 0.05 for value in p) < 6
        assert 0.25 < np.mean(p) < 0.75

    def test_a_smooth_curve_is_seen_to_be_no_sharper_than_a_parabola(self):
        x, y, tile = self.draw(1, 0.0)
        found = find_breakpoint(x, y + 0.003 * (x + 22) ** 2, tile, SETTINGS)
        assert found.r2_quadratic > found.r2_segmented - 0.02

    def test_what_does_not_spread_has_no_place_to_bend(self):
        x = np.repeat([0.0, 1.0], 100)
        assert find_breakpoint(x, np.random.default_rng(0).normal(size=200), np.arange(200) // 10, SETTINGS) is None

    def test_holm_by_hand(self):
        found = holm(np.array([0.01, np.nan, 0.04, 0.03]))
        np.testing.assert_allclose(found, [0.03, np.nan, 0.06, 0.06])


def test_lowess_follows_a_curve_through_noise():
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 10, 800)
    grid = grid_of(x, 20)
    found = lowess(x, np.sin(x / 2) + 0.1 * rng.standard_normal(800), grid, 0.2)
    np.testing.assert_allclose(found, np.sin(grid / 2), atol=0.08)


def test_correlated_predictors_share_a_cluster():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 400))
    table = np.stack([a, b, -a + 0.2 * rng.standard_normal(400), rng.standard_normal(400)], axis=1)
    correlation = rank_correlation(table)
    assert correlation[0, 2] < -0.9
    assert clusters(correlation, 0.7).tolist() == [1, 2, 1, 3]
    assert clusters(correlation, 1.0).tolist() == [1, 2, 3, 4]


def test_every_predictor_has_one_family():
    assert sorted(np.concatenate(columns_by_family(NAMES))) == list(range(16))


@pytest.mark.parametrize("wrong", [{"folds": 1}, {"confidence": 0.0}, {"block": -1.0}, {"least_cells": 5}])
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        AttributionSettings(**wrong)
