"""Are areas true, coasts whole, views fit for their domain, and colours what they are said to be?"""

from __future__ import annotations

import json
from importlib.resources import files

import numpy as np
import pytest
from biome_groups import belt, scattered, strip
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.path import Path

from diffdalec.figures.biome.base_map import land_shapes
from diffdalec.figures.biome.land import coastlines, land
from diffdalec.figures.biome.maps import CellMap
from diffdalec.figures.biome.projection import POLAR_SPAN, cell_corners, project, view_of
from diffdalec.figures.biome.scales import around_zero, diverging, extend, limits, rate_limits
from diffdalec.grid import cell_area, cell_centre, cell_id


def _area(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Areas [km2] of polygons (cell, corner)."""
    return 0.5 * np.abs(np.sum(x * np.roll(y, -1, 1) - np.roll(x, -1, 1) * y, axis=1))


@given(st.floats(-75, 75), st.floats(-180, 179), st.floats(-60, 60), st.floats(-60, 60))
def test_the_projection_keeps_areas(centre_latitude, centre_longitude, north, east):
    latitude = np.clip(centre_latitude + north, -85, 85)
    longitude = (centre_longitude + east + 180.0) % 360.0 - 180.0
    cell = cell_id([latitude], [longitude])
    x, y = project(*cell_corners(*cell_centre(cell)), centre_latitude, centre_longitude)
    # Straight sides in the place of parallels: some parts in a thousand near the poles.
    assert _area(x, y) == pytest.approx(cell_area(cell) / 1e6, rel=8e-3)


def test_distances_from_the_pole_are_known():
    """At 60°N of a polar map: 2·R·sin(15°), Snyder (1987) equation 24-13."""
    x, y = project(60.0, 90.0, 90.0, 0.0)
    assert float(x) == pytest.approx(2 * 6371.007 * np.sin(np.radians(15.0)), rel=1e-6)
    assert float(y) == pytest.approx(0.0, abs=1e-6)


def test_a_view_fits_its_domain():
    around, small = view_of(*cell_centre(belt())), view_of(*cell_centre(strip()))
    assert around.polar and around.latitude == 90.0
    assert not small.polar and 24 < small.longitude < 30 and 0.5 < small.aspect < 1.2
    for ids in (belt(), strip(), scattered(), cell_id([-50.0], [-70.0]), cell_id([66.0, 66.0], [179.9, -179.9])):
        view = view_of(*cell_centre(ids))
        x, y = view.project(*cell_corners(*cell_centre(ids)))
        west, east, south, north = view.frame
        assert west < x.min() and x.max() < east and south < y.min() and y.max() < north
    over_the_dateline = view_of(*cell_centre(cell_id([66.0, 66.0], [179.9, -179.9])))
    assert over_the_dateline.width < 500 and POLAR_SPAN > 90


@pytest.mark.parametrize(
    ("latitude", "longitude", "ashore"),
    [
        (61.25, 100.25, True),  # Siberia, a thousand kilometres from any coast
        (62.25, 27.25, True),
        (-45.25, -72.25, True),  # Chile, whose opposite is Mongolia
        (85.25, 10.25, False),  # whose opposite is Antarctica
        (40.25, -150.25, False),
    ],
)
def test_land_is_land_and_sea_is_sea(latitude, longitude, ashore):
    view = view_of(np.array([latitude]), np.array([longitude]))
    shapes = land_shapes(view, 500.0)
    assert any(Path(xy).contains_point(np.ravel(view.project(latitude, longitude))) for xy in shapes) == ashore


def test_scattered_cells_are_drawn_larger_than_they_are():
    def drawn(ids):
        latitude, longitude = cell_centre(ids)
        return CellMap(latitude, longitude, view_of(latitude, longitude))._mark(2.0)

    assert drawn(strip()) is None and drawn(belt()) is None
    assert drawn(scattered()) > 100


def test_land_comes_with_the_package_and_says_where_from():
    text = files("diffdalec.figures.biome").joinpath("land.json").read_text()
    about = json.loads(text)
    assert "Natural Earth" in about["source"] and about["licence"].startswith("public domain")
    assert len(text) < 120_000
    assert all(np.abs(ring[:, 0]).max() <= 180 and np.abs(ring[:, 1]).max() <= 90 for rings in land() for ring in rings)
    seam = [line for line in coastlines() if np.sum(np.abs(line[:, 0]) == 180.0) > 1]
    assert not [line for line in seam if (np.diff(np.flatnonzero(np.abs(line[:, 0]) == 180.0)) == 1).any()]


def _lightness(colours: np.ndarray) -> np.ndarray:
    """CIE L* of sRGB colours (n, 3)."""
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    return 116 * np.cbrt(luminance) - 16


def test_differences_are_light_in_the_middle_and_fall_evenly_to_both_sides():
    lightness = _lightness(np.asarray(diverging().colors))
    below, above = lightness[:128][::-1], lightness[128:]
    for side in (below, above):
        steps = -np.diff(side)
        assert (steps > 0).all() and steps.max() < 2.2 * steps.mean()
    assert np.abs(below - above).max() < 8
    assert lightness[127] > 95


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_scales_hold_their_values_and_differences_are_centred(values):
    values = [np.array(values)]
    norm = around_zero(values)
    assert norm.vmin == -norm.vmax < 0
    if values[0].size < 50:
        assert extend(values, norm) == "neither"
        plain = limits(values)
        room = 1e-6 + 1e-8 * np.ptp(values[0])
        assert plain.vmin <= values[0].min() + room and values[0].max() <= plain.vmax + room


def test_a_tail_is_shown_by_a_pointed_end_and_shares_end_at_one():
    values = [np.concatenate([np.linspace(0.2, 0.4, 500), [0.99]])]
    norm = limits(values, 0.0, 1.0)
    assert norm.vmax < 0.5 and extend(values, norm) == "max"
    assert limits([np.array([0.95, 0.999])], 0.0, 1.0).vmax <= 1.0


def test_values_beyond_the_end_of_their_quantity_still_have_a_scale():
    for wrong in (np.array([1.2, 1.3]), np.array([-0.3, -0.2])):
        norm = limits([wrong], 0.0, 1.0)
        assert norm.vmin <= wrong.min() < wrong.max() <= norm.vmax


def test_rates_that_differ_manyfold_have_a_logarithmic_scale():
    from matplotlib.colors import LogNorm

    alike, manyfold = np.linspace(0.01, 0.02, 60), np.geomspace(0.005, 0.2, 60)
    assert not isinstance(rate_limits([alike]), LogNorm) and rate_limits([alike]).vmax == 0.02
    norm = rate_limits([manyfold, np.array([np.nan, 0.0])])
    assert isinstance(norm, LogNorm) and 0.004 < norm.vmin < norm.vmax < 0.3
    assert not isinstance(rate_limits([np.array([np.nan])]), LogNorm)
