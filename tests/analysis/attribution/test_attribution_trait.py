"""Does the attribution find what drives a trait, and nothing where nothing does?"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import xarray as xr
from smooth_fields import smooth_field

from diffdalec.analysis.attribution import (
    EXPLAINED,
    UNEXPLAINED,
    attribute_trait,
    check_predictors,
    collect,
    take_sample,
)
from diffdalec.analysis.attribution.sentences import attribution_sentences
from diffdalec.analysis.attribution.validation import cross_validate


def sample_of(trait, values, cells, settings):
    predictors = check_predictors(cells, "table")
    return take_sample(trait, "truth", values, values.notnull(), predictors, settings)


@pytest.fixture(scope="module")
def driven(wood_turnover, cells, quick):
    values, ceiling = wood_turnover()
    return attribute_trait(sample_of("wood_turnover", values, cells, quick), quick), ceiling


@pytest.fixture(scope="module")
def undriven(cells, quick):
    values = xr.DataArray(np.random.default_rng(8).normal(0.4, 0.05, cells.sizes["cell"]), {"cell": cells["cell"]})
    return attribute_trait(sample_of("allocation_wood", values, cells, quick), quick)


def test_true_drivers_come_first(driven):
    ds, _ = driven
    order = ds["share"].sortby(ds["share"], ascending=False)["predictor"].values
    assert list(order[:2]) == ["coldest_month_temperature", "ph"]
    assert ds["share_low"].sel(predictor="ph") > ds["share_high"].sel(predictor="clay")
    assert list(ds["family_share"].sortby(ds["family_share"])["family"].values) == ["vegetation", "soil", "climate"]
    assert ds["share"].sum().item() == pytest.approx(1.0) == ds["family_share"].sum().item()


def test_the_threshold_is_found_and_straight_responses_have_none(driven):
    ds, _ = driven
    bend = ds.sel(predictor="coldest_month_temperature")
    assert abs(bend["breakpoint"].item() + 20.0) < 2.0
    assert bend["breakpoint_low"] < -20.0 + 1.0 and bend["breakpoint_high"] > -20.0 - 1.0
    assert bend["breakpoint_p_holm"].item() < 0.05
    assert bend["breakpoint_slope_below"].item() == pytest.approx(0.0, abs=0.01)
    assert bend["breakpoint_slope_above"].item() == pytest.approx(0.06, abs=0.012)
    assert ds["breakpoint_p_holm"].sel(predictor="ph").item() > 0.05
    assert (ds["breakpoint_p_holm"] < 0.05).sum().item() == 1


def test_skill_is_below_what_the_scatter_allows(driven):
    ds, ceiling = driven
    assert ds["status"].item() == EXPLAINED
    for scheme in ("random", "blocked"):
        one = ds.sel(scheme=scheme)
        assert ceiling - 0.25 < one["r2"].item() < ceiling + 0.02
        assert one["r2_low"] < one["r2"] < one["r2_high"]
        assert one["rmse"].item() > 0.145


def test_a_trait_without_drivers_is_unexplained(undriven):
    assert undriven["status"].item() == UNEXPLAINED
    assert undriven["r2_low"].sel(scheme="blocked").item() <= 0.0
    assert "not" in undriven["reason"].item() and "blocked R²" in undriven["reason"].item()
    assert (undriven["breakpoint_p_holm"] < 0.05).sum().item() == 0


def test_blocks_unmask_a_neighbourhood_that_only_looks_like_a_driver(cells, quick):
    """A smooth field unrelated to any predictor: smooth predictors tell where a cell lies, and so what it has."""
    smooth = cells.copy()
    rng = np.random.default_rng(12)
    place = cells["latitude"].values, cells["longitude"].values
    for name in (n for n in cells.data_vars if n not in ("latitude", "longitude")):
        smooth[name] = ("cell", smooth_field(rng, *place, 12.0))
    nuisance = xr.DataArray(0.4 + 0.05 * smooth_field(rng, *place, 4.0), {"cell": cells["cell"]})
    settings = dataclasses.replace(quick, block=2.5)
    ds = attribute_trait(sample_of("allocation_wood", nuisance, smooth, settings), settings)
    assert ds["r2"].sel(scheme="random").item() > 0.5
    assert ds["r2"].sel(scheme="blocked").item() < 0.2
    assert ds["status"].item() == UNEXPLAINED


def test_shap_values_add_up_to_the_prediction(driven, undriven):
    for ds in (driven[0], undriven):
        total = ds["base_value"] + ds["shap"].sum("predictor")
        np.testing.assert_allclose(total, ds["fitted"], rtol=0, atol=1e-6)
        assert ds["additivity_error"].item() < 1e-6


def test_the_order_of_cells_is_of_no_consequence(wood_turnover, cells, quick, driven):
    values, _ = wood_turnover()
    shuffled = np.random.default_rng(0).permutation(cells.sizes["cell"])
    other = values.isel(cell=np.random.default_rng(1).permutation(cells.sizes["cell"]))
    again = attribute_trait(sample_of("wood_turnover", other, cells.isel(cell=shuffled), quick), quick)
    xr.testing.assert_identical(again, driven[0])


def test_another_seed_draws_other_folds_and_tells_the_same(wood_turnover, cells, quick, driven):
    settings = dataclasses.replace(quick, seed=1)
    again = attribute_trait(sample_of("wood_turnover", wood_turnover()[0], cells, settings), settings)
    assert not np.array_equal(again["fold_r2"], driven[0]["fold_r2"])
    assert again["r2"].values == pytest.approx(driven[0]["r2"].values, abs=0.06)
    found = again["breakpoint"].sel(predictor="coldest_month_temperature").item()
    assert abs(found + 20.0) < 2.0


def test_held_out_cells_leave_no_trace_in_what_predicts_them(wood_turnover, cells, quick):
    sample = sample_of("wood_turnover", wood_turnover()[0], cells, quick)
    tile = np.arange(sample.size) // 20
    before = cross_validate(sample, tile, "blocked", quick)
    held = before.fold[0] == 2
    changed = dataclasses.replace(sample, response=np.where(held, 99.0, sample.response))
    after = cross_validate(changed, tile, "blocked", quick)
    np.testing.assert_array_equal(after.predicted[0, held], before.predicted[0, held])
    assert after.chosen[0][2] == before.chosen[0][2]
    assert not np.array_equal(after.predicted[0, ~held], before.predicted[0, ~held])


def test_chosen_hyper_parameters_are_recorded(driven, quick):
    ds, _ = driven
    assert ds["leaves"].dims == ("scheme", "repeat", "fold")
    assert set(np.unique(ds["leaves"])) == {4} and set(np.unique(ds["leaf_cells"])) == {20}
    assert ds["iterations"].min() >= 1 and ds["iterations"].max() <= quick.iterations
    assert ds["inner_rmse"].min().item() > 0.1
    assert ds["fold_cells"].sum("fold").values.tolist() == [[600], [600]]


def test_a_sentence_says_it(driven, undriven, cells, quick):
    found = {("truth", "wood_turnover"): driven[0], ("truth", "allocation_wood"): undriven}
    wood, allocation = attribution_sentences(collect(found, cells, quick))
    assert "bends at coldest_month_temperature -" in wood and wood.endswith(") degC")
    assert "not explained" in allocation
