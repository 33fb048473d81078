"""The mask of mature forest and means over it, by hand and against replication."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffdalec.errors import InputError
from diffdalec.grid import Axis, cell_id
from diffdalec.harmonise.mature import mature_biomass, mature_mean, mature_pixels, pixel_area
from diffdalec.harmonise.regrid import replicated

CELL = cell_id(60.25, 25.25)
CELLS = np.array([CELL, cell_id(60.25, 25.75), cell_id(60.75, 25.25)])


def window(per_degree: int) -> tuple[Axis, Axis]:
    """Axes of 60–61°N, 25–26°E."""
    return Axis(per_degree, 150 * per_degree, per_degree, -90), Axis(per_degree, 205 * per_degree, per_degree, -180)


def test_a_tenth_of_the_pixels_is_mature():
    biomass = np.arange(100.0, 200.0).reshape(1, 10, 10)
    # ranks 0..99: the 90th percentile lies at rank 89.1, so 190 to 199 exceed it
    mature = mature_pixels(biomass, 90, 50)
    assert mature.sum() == 10 and biomass[mature].min() == 190


def test_the_minimum_counts_where_forest_is_poor():
    biomass = np.arange(100.0).reshape(1, 10, 10) * 0.55  # the ten largest: 49.5 … 54.45
    assert biomass[mature_pixels(biomass, 90, 50)].tolist() == pytest.approx([50.05 + 0.55 * i for i in range(9)])
    assert not mature_pixels(biomass * 0.9, 90, 50).any()


def test_both_tests_are_strict_so_a_flat_cell_has_no_mature_forest():
    assert not mature_pixels(np.full((1, 10, 10), 120.0), 90, 50).any()


def test_the_percentile_is_of_the_pixels_that_have_a_value():
    biomass = np.full((2, 10, 10), np.nan)
    biomass[0, 0, :] = np.arange(60.0, 70.0)  # rank 8.1: only the largest
    mature = mature_pixels(biomass, 90, 50)
    assert np.argwhere(mature).tolist() == [[0, 0, 9]]
    found = mature_biomass(biomass, mature, CELLS[:2])
    assert found[0] == pytest.approx(69.0) and np.isnan(found[1])


def test_pixel_areas_of_a_cell_sum_to_it_and_shrink_northward():
    area = pixel_area(CELLS)
    np.testing.assert_allclose(area.sum(axis=1) * 10, 1.0, rtol=1e-12)
    assert (np.diff(area, axis=1) < 0).all()


def test_mature_biomass_is_weighted_by_area():
    biomass = np.zeros((1, 10, 10))
    biomass[0, 0, 0], biomass[0, 9, 0] = 100.0, 200.0
    south, north = (
        np.sin(np.radians(60.05)) - np.sin(np.radians(60.0)),
        np.sin(np.radians(60.5)) - np.sin(np.radians(60.45)),
    )
    expected = (100 * south + 200 * north) / (south + north)
    assert mature_biomass(biomass, biomass > 0, CELLS[:1])[0] == pytest.approx(expected, rel=1e-9)
    assert expected < 150


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**31), st.sampled_from([10, 20, 4, 2]), st.floats(0, 0.6), st.floats(0, 1))
def test_means_of_any_product_are_those_of_its_replica_on_the_pixels(seed, per_degree, gaps, minimum):
    rng = np.random.default_rng(seed)
    mature = rng.random((3, 10, 10)) < 0.15
    field = rng.normal(5, 2, (4, per_degree, per_degree))
    field[rng.random(field.shape) < gaps] = np.nan
    found = mature_mean(mature, CELLS, *window(per_degree))(field, minimum)
    fine = replicated(field, 20 // per_degree)
    area = pixel_area(CELLS)
    for cell, (row, column) in enumerate([(0, 0), (0, 10), (10, 0)]):
        block = fine[:, row : row + 10, column : column + 10]
        weight = np.where(mature[cell], area[cell][:, None], 0.0)
        valid = np.where(np.isfinite(block), weight, 0.0).sum((1, 2))
        with np.errstate(invalid="ignore"):
            mean = (np.nan_to_num(block) * weight).sum((1, 2)) / valid
        enough = (valid > 0) & (valid >= (minimum - 1e-9) * weight.sum())
        np.testing.assert_allclose(found[cell], np.where(enough, mean, np.nan), rtol=1e-12)


def test_a_cell_without_mature_forest_has_no_mean():
    mature = np.zeros((3, 10, 10), dtype=bool)
    mature[0, 3, 4] = True
    found = mature_mean(mature, CELLS, *window(20))(np.ones((2, 20, 20)), 0.5)
    assert found[0].tolist() == [1.0, 1.0] and np.isnan(found[1:]).all()


def test_rows_run_northward_in_mask_and_field_alike():
    mature = np.zeros((3, 10, 10), dtype=bool)
    mature[2, 9, 0] = True  # the north-west corner of the northern cell
    field = np.zeros((1, 20, 20))
    field[0, 19, 0] = 7.0
    assert mature_mean(mature, CELLS, *window(20))(field, 0.5)[2, 0] == 7.0


def test_mature_pixels_that_a_product_does_not_reach_count_as_missing():
    mature = np.zeros((1, 10, 10), dtype=bool)
    mature[0, 2, 2], mature[0, 2, 8] = True, True
    latitude, longitude = window(20)
    half = Axis(20, longitude.first, 5, -180)
    mean = mature_mean(mature, CELLS[:1], latitude, half)
    assert mean(np.full((1, 20, 5), 4.0), 0.5)[0, 0] == 4.0
    assert np.isnan(mean(np.full((1, 20, 5), 4.0), 0.51)[0, 0])


def test_products_that_do_not_nest_are_refused():
    with pytest.raises(InputError, match="1/120"):
        mature_mean(np.ones((3, 10, 10), dtype=bool), CELLS, *window(120))
