"""Regridding against an independent integration, and what it keeps."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from diffdalec.errors import InputError
from diffdalec.grid import Axis, band_area
from diffdalec.harmonise.regrid import overlap, regrid, regridder, replicated


def stretch(per_degree: int, south: int, degrees: float, origin: int = -90) -> Axis:
    return Axis(per_degree, (south - origin) * per_degree, round(degrees * per_degree), origin)


def grids(fine: int, coarse: int, degrees: float = 1.0) -> tuple[tuple[Axis, Axis], tuple[Axis, Axis]]:
    return tuple((stretch(n, 59, degrees), stretch(n, 24, degrees, -180)) for n in (fine, coarse))  # type: ignore[return-value]


def brute_force(field: np.ndarray, source, target) -> np.ndarray:
    """Mean over each target cell, cell by cell and pixel by pixel, with areas from a difference of sines."""
    result = np.empty((target[0].count, target[1].count))
    s_lat, s_lon = source[0].edges, source[1].edges
    t_lat, t_lon = target[0].edges, target[1].edges
    for i in range(target[0].count):
        low = np.maximum(s_lat[:-1], t_lat[i])
        high = np.minimum(s_lat[1:], t_lat[i + 1])
        rows = np.where(high > low, np.sin(np.radians(high)) - np.sin(np.radians(low)), 0.0)
        for j in range(target[1].count):
            width = np.minimum(s_lon[1:], t_lon[j + 1]) - np.maximum(s_lon[:-1], t_lon[j])
            weight = np.outer(rows, np.where(width > 0, width, 0.0))
            result[i, j] = (weight * field).sum() / weight.sum()
    return result


@pytest.mark.parametrize(("fine", "coarse"), [(1125, 20), (20, 2), (10, 2), (4, 2), (120, 2), (1, 2)])
def test_means_agree_with_an_integration_pixel_by_pixel(fine, coarse):
    degrees = 0.2 if fine == 1125 else 2.0
    source, target = grids(fine, coarse, degrees)
    field = np.random.default_rng(1).lognormal(size=(source[0].count, source[1].count))
    np.testing.assert_allclose(
        regridder(source, target)(field, 1.0), brute_force(field, source, target), rtol=1e-9, atol=0
    )


def test_a_block_of_56_pixels_is_not_a_pixel_of_a_twentieth_of_a_degree():
    """The trap of the 100 m biomass map: 1/20° holds 56.25 pixels, so means of blocks of 56 drift away."""
    source, target = grids(1125, 20, 1.0)
    field = np.tile(np.arange(source[0].count)[:, None], (1, source[1].count)).astype(float)
    means = regridder(source, target)(field, 1.0)
    blocks = field[: 56 * 20, : 56 * 20].reshape(20, 56, 20, 56).mean((1, 3))
    # the mean row of a pixel, but for the sine of latitude
    np.testing.assert_allclose(means[:, 0], 56.25 * np.arange(20) + 27.625, atol=0.02)
    assert np.abs(blocks - means)[-1].min() > 4


@pytest.mark.parametrize(("fine", "coarse"), [(1125, 20), (20, 2), (10, 2)])
def test_integrals_are_kept(fine, coarse):
    source, target = grids(fine, coarse)
    field = np.random.default_rng(2).random((source[0].count, source[1].count))
    means = regridder(source, target)(field, 1.0)

    def integral(axes, values):
        edges = axes[0].edges
        return (band_area(edges[:-1], edges[1:], 1 / axes[1].per_degree)[:, None] * values).sum()

    assert integral(target, means) == pytest.approx(integral(source, field), rel=1e-12)


@settings(deadline=None, max_examples=40)
@given(st.sampled_from([(20, 2), (10, 2), (1125, 20), (2, 20)]), st.floats(-50, 50), st.integers(0, 2**31))
def test_a_constant_stays_constant_and_means_stay_within_their_values(resolutions, constant, seed):
    source, target = grids(*resolutions, 1.0)
    remap = regridder(source, target)
    shape = (source[0].count, source[1].count)
    np.testing.assert_allclose(remap(np.full(shape, constant), 1.0), constant, rtol=1e-12, atol=1e-12)
    field = np.random.default_rng(seed).normal(size=shape)
    means = remap(field, 1.0)
    assert means.min() >= field.min() - 1e-12 and means.max() <= field.max() + 1e-12


def test_missing_values_leave_a_mean_of_the_rest_until_too_few_are_left():
    source, target = grids(20, 2, 0.5)
    field = np.full((10, 10), 3.0)
    field[:, :6] = np.nan  # 40 % of the area is left
    remap = regridder(source, target)
    assert remap(field, 0.4)[0, 0] == pytest.approx(3.0)
    assert np.isnan(remap(field, 0.41)[0, 0])
    assert np.isnan(remap(np.full((10, 10), np.nan), 0.0)[0, 0])  # nothing is never enough
    means, share = remap.means_and_shares(field)
    assert share[0, 0] == pytest.approx(0.4, rel=1e-12) and means[0, 0] == pytest.approx(3.0)


def test_what_the_source_does_not_cover_counts_as_missing():
    _, target = grids(20, 2, 1.0)
    source = (stretch(20, 59, 1.0), stretch(20, 24, 0.7, -180))
    means, share = regridder(source, target).means_and_shares(np.ones((20, 14)))
    np.testing.assert_allclose(share, [[1.0, 0.4], [1.0, 0.4]], rtol=1e-9)
    np.testing.assert_allclose(means, 1.0)


def test_grids_that_do_not_meet_give_nothing():
    rows = overlap(np.array([0.0, 1.0]), np.array([5.0, 6.0]), sine=True)
    assert rows.nnz == 0 and rows.shape == (1, 1)


def test_a_labelled_field_keeps_its_times_and_names():
    source, target = grids(10, 2)
    field = xr.DataArray(
        np.ones((3, source[0].count, source[1].count), dtype=np.float32),
        dims=("time", "latitude", "longitude"),
        coords={"time": [1, 2, 3], "latitude": source[0].centres, "longitude": source[1].centres},
        name="et",
    )
    found = regrid(field, target, 0.5)
    assert found.dims == ("time", "latitude", "longitude") and found.name == "et"
    np.testing.assert_array_equal(found["latitude"], target[0].centres)
    np.testing.assert_array_equal(found["time"], [1, 2, 3])
    np.testing.assert_allclose(found, 1.0)


def test_wrong_shapes_and_shares_are_refused():
    source, target = grids(10, 2)
    with pytest.raises(InputError, match="was given"):
        regridder(source, target)(np.ones((3, 3)), 0.5)
    with pytest.raises(InputError, match="from 0 to 1"):
        regridder(source, target)(np.ones((10, 10)), 1.5)


def test_replication_repeats_each_cell():
    np.testing.assert_array_equal(replicated(np.array([[1, 2]]), 2), [[1, 1, 2, 2], [1, 1, 2, 2]])
