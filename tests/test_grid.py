"""The 0.5° grid: ids, areas and axes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffdalec.errors import InputError
from diffdalec.grid import (
    AUTHALIC_RADIUS,
    COLUMNS,
    ROWS,
    Axis,
    band_area,
    cell_area,
    cell_centre,
    cell_id,
    latitude_axis,
    longitude_axis,
)


def test_ids_count_from_the_south_west_eastward_then_northward():
    assert cell_id(-89.75, -179.75) == 0
    assert cell_id(-89.75, 179.75) == COLUMNS - 1
    assert cell_id(-89.25, -179.75) == COLUMNS
    assert cell_id(89.75, 179.75) == ROWS * COLUMNS - 1


@given(st.integers(0, ROWS * COLUMNS - 1))
def test_the_centre_of_a_cell_lies_in_it(cell):
    assert cell_id(*cell_centre(cell)) == cell


def test_points_on_edges_poles_and_the_dateline_have_one_cell():
    assert cell_id(60.0, 25.0) == cell_id(60.25, 25.25)
    assert cell_id(90.0, 0.25) == cell_id(89.75, 0.25)
    assert cell_id(0.25, 180.0) == cell_id(0.25, -180.0) == cell_id(0.25, -179.75)


@pytest.mark.parametrize("point", [(91.0, 0.0), (0.0, 200.0), (np.nan, 0.0)])
def test_points_off_the_globe_are_refused(point):
    with pytest.raises(InputError, match="off the grid"):
        cell_id(*point)


def test_ids_that_do_not_exist_are_refused():
    with pytest.raises(InputError, match="0 to 259199"):
        cell_centre([5, ROWS * COLUMNS])


def test_areas_sum_to_the_sphere_and_the_sphere_to_the_ellipsoids_surface():
    total = cell_area(np.arange(ROWS * COLUMNS)).sum()
    assert total == pytest.approx(4 * np.pi * AUTHALIC_RADIUS**2, rel=1e-13)
    # WGS 84: a = 6378137 m, f = 1/298.257223563; its surface in closed form
    a, f = 6_378_137.0, 1 / 298.257223563
    e = np.sqrt(f * (2 - f))
    surface = 2 * np.pi * a**2 * (1 + (1 - e**2) / e * np.arctanh(e))
    assert total == pytest.approx(surface, rel=1e-8)


def test_a_cells_area_by_hand():
    # R² · Δλ · (sin 60.5° − sin 60°), with sines of a table
    expected = 6_371_007.181**2 * (0.5 * np.pi / 180) * (0.8703556959 - 0.8660254038)
    assert cell_area(cell_id(60.25, 25.25)) == pytest.approx(expected, rel=1e-7)
    assert cell_area(cell_id(-60.25, 25.25)) == pytest.approx(expected, rel=1e-7)


def test_thin_bands_keep_their_digits():
    edges = 60.0 + np.arange(1126) / 1125
    parts = band_area(edges[:-1], edges[1:], 1.0)
    assert parts.sum() == pytest.approx(float(band_area(60.0, 61.0, 1.0)), rel=1e-13)
    # at 60°, neighbouring bands shrink by tan φ dφ = 2.7e-5; digits lost in a difference of sines would show as noise
    assert np.abs(np.diff(parts, 2) / parts[1:-1]).max() < 1e-8


@pytest.mark.parametrize("per_degree", [1, 2, 4, 10, 20, 120, 1125])
def test_axes_are_told_from_single_precision_centres(per_degree):
    axis = Axis(per_degree, 100 * per_degree + 3, 40, -90)
    assert latitude_axis(axis.centres.astype(np.float32)) == axis
    assert axis.edges[0] == pytest.approx(-90 + axis.first / per_degree, abs=1e-12)


def test_axes_that_are_not_regular_are_refused():
    with pytest.raises(InputError, match="ascending"):
        latitude_axis(np.array([60.75, 60.25]))
    with pytest.raises(InputError, match=r"GPP.*value 3"):
        latitude_axis(np.array([60.25, 60.75, 61.4, 61.75, 62.25]), "latitude of GPP")
    with pytest.raises(InputError, match="not a regular axis"):
        longitude_axis(np.array([0.0, 0.5, 1.0]))  # registered at edges, not centres


def test_a_single_row_needs_its_resolution():
    with pytest.raises(InputError, match="1 value"):
        latitude_axis(np.array([60.25]))
    assert latitude_axis(np.array([60.25]), resolution=0.5) == Axis(2, 300, 1, -90)


def test_refining_keeps_the_stretch_or_refuses():
    axis = Axis(2, 300, 3, -90)
    assert axis.refined(20).bounds == axis.bounds
    with pytest.raises(InputError, match="1/1125"):
        axis.refined(1125)


def test_an_axis_that_is_not_aligned_begins_where_it_begins():
    centres = 50.003 + np.arange(6) / 100
    with pytest.raises(InputError, match="not a regular axis"):
        latitude_axis(centres)
    axis = latitude_axis(centres, aligned=False)
    np.testing.assert_allclose(axis.centres, centres, atol=1e-12)
    assert axis.bounds[0] == pytest.approx(49.998)
