"""Whatever way a file's grid runs, the window read is the right part of the globe, in our order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from diffdalec.errors import InputError
from diffdalec.readers.products.fields import Encoding, decoded, field
from diffdalec.readers.products.files import SourceFile
from diffdalec.readers.products.window import axis, grid_of

FILE = SourceFile("p", ("v",), None, Path("f.nc"))


def _dataset(rows, columns, turned_latitude, from_zero, resolution):
    latitude = (np.arange(*rows) + 0.5) * resolution - 90.0
    longitude = (np.arange(*columns) + 0.5) * resolution - 180.0
    if turned_latitude:
        latitude = latitude[::-1]
    if from_zero:
        longitude = np.sort(longitude % 360.0)
    stored = 1000.0 * latitude[:, None] + ((longitude + 180.0) % 360.0 - 180.0)[None, :]
    return xr.Dataset(
        {"v": (("lat", "lon"), stored)},
        {"lat": np.float32(latitude), "lon": np.float32(longitude)},
    )


@given(
    resolution=st.sampled_from([0.5, 0.25]),
    rows=st.tuples(st.integers(0, 150), st.integers(2, 100)),
    turned=st.booleans(),
    from_zero=st.booleans(),
    latitudes=st.tuples(st.floats(-90, 89), st.floats(0.1, 40)),
    longitudes=st.tuples(st.floats(-180, 179), st.floats(0.1, 90)),
)
@settings(max_examples=60, deadline=None)
def test_a_window_holds_every_cell_that_overlaps_it_and_no_other(
    resolution, rows, turned, from_zero, latitudes, longitudes
):
    first, number = rows
    dataset = _dataset((first, first + number), (0, round(360 / resolution)), turned, from_zero, resolution)
    bands = [(low, low + width) for low, width in (latitudes, longitudes)]
    grid = grid_of(dataset, "f.nc", (resolution,)).window(*bands)
    values = field(dataset, "v", grid, FILE, Encoding(missing_above=1e9))
    south = (first + np.arange(number)) * resolution - 90.0
    west = np.arange(round(360 / resolution)) * resolution - 180.0
    rows_in = (south + resolution > bands[0][0] + 1e-6) & (south < bands[0][1] - 1e-6)
    columns_in = (west + resolution > bands[1][0] + 1e-6) & (west < bands[1][1] - 1e-6)
    np.testing.assert_allclose(grid.latitude.centres, south[rows_in] + resolution / 2)
    np.testing.assert_allclose(grid.longitude.centres, west[columns_in] + resolution / 2)
    expected = 1000.0 * grid.latitude.centres[:, None] + grid.longitude.centres[None, :]
    np.testing.assert_allclose(values, expected.astype("f4"))


def test_centres_of_float32_become_exact():
    given = np.float32(np.arange(7200) * 0.05 - 179.975)
    exact = axis(given, "longitude", "f.nc", (0.05,)).centres
    np.testing.assert_allclose(exact, -180.0 + (np.arange(7200) + 0.5) / 20, rtol=0, atol=1e-10)


def test_a_grid_that_crosses_the_dateline_is_read_in_two_pieces():
    found = axis(np.arange(178.25, 182.0, 0.5), "longitude", "f.nc", (0.5,))
    assert len(found.pieces()) == 2
    np.testing.assert_allclose(found.centres, [-179.75, -179.25, -178.75, -178.25, 178.25, 178.75, 179.25, 179.75])


@pytest.mark.parametrize(
    ("centres", "words"),
    [
        (np.arange(50.25, 60, 0.25), "a spacing of 0.25 degrees; expected 0.5"),
        (np.arange(50.0, 60, 0.5), "a centre at 50"),
        (np.delete(np.arange(50.25, 60, 0.5), 7), "does not run evenly"),
        (np.arange(85.25, 92, 0.5), "does not run evenly"),
        (np.array([50.25, np.nan]), "1 values"),
        (np.array([50.25]), "1 values"),
    ],
)
def test_another_grid_is_refused(centres, words):
    with pytest.raises(InputError, match=words):
        axis(centres, "latitude", "f.nc", (0.5,))


def test_a_grid_of_no_fixed_place_keeps_its_own():
    given = np.arange(50.1, 52, 0.01)
    np.testing.assert_allclose(axis(given, "latitude", "f.nc", (0.01,), aligned=False).centres, given, atol=1e-9)


@pytest.mark.parametrize("number", [9.96921e36, 1e20, 1e10, np.nan, np.inf, -np.inf, -9999.0])
def test_fill_values_are_missing_whatever_the_attributes_say(number):
    stored = np.array([[1.0, number]])
    assert np.isnan(decoded(stored, {}, Encoding(missing_below=-900.0), FILE)[0, 1])


def test_the_attributes_scale_comes_before_the_products():
    stored = np.array([[20, -100]], dtype=np.int8)
    ours = decoded(stored, {}, Encoding(scale=0.1, fill=-100), FILE)
    stated = {"scale_factor": 0.5, "add_offset": 1.0, "_FillValue": np.int8(20)}
    theirs = decoded(stored, stated, Encoding(scale=0.1), FILE)
    np.testing.assert_allclose(ours, [[2.0, np.nan]])
    np.testing.assert_allclose(theirs, [[np.nan, -49.0]])


def test_fill_values_in_text_or_in_more_digits_than_stored_are_understood(refused):
    stored = np.array([[1.0, -888.8]], dtype=np.float32)
    for fill in (-888.8, "-888.8", [-1.0, -888.8]):
        assert np.isnan(decoded(stored, {"missing_value": fill}, Encoding(), FILE)[0]).tolist() == [False, True]
    assert not np.isnan(decoded(stored, {"missing_value": ""}, Encoding(), FILE)).any()
    refused(decoded, stored, {"scale_factor": "a tenth"}, Encoding(), FILE, words=["f.nc", "scale_factor", "a tenth"])
