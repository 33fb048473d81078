"""Do fires leave ages as often as they come, in patches, and streams that follow age and site?"""

import numpy as np
import pytest

from diffdalec.synthetic.biome.landscape import (
    PER_CELL,
    block_mean,
    draw_landscape,
    fire_interval,
    relative_streams,
)


@pytest.fixture(scope="module")
def landscape(domain, land):
    return draw_landscape(domain, np.where(np.arange(12) % 2, 200.0, 70.0), land.trees, 0)


def _of_cell(domain, lattice, index):
    row, column = domain.row[index], domain.column[index]
    return lattice[row * PER_CELL : (row + 1) * PER_CELL, column * PER_CELL : (column + 1) * PER_CELL]


def test_ages_follow_the_fire_interval(domain, landscape):
    """Where fires come at random every F years at a place, a share exp(−50/F) of it is older than 50 years."""
    for interval, chosen in ((70.0, range(0, 12, 2)), (200.0, range(1, 12, 2))):
        older = np.mean([(_of_cell(domain, landscape.age, i) > 50).mean() for i in chosen])
        assert abs(older - np.exp(-50.0 / interval)) < 0.13


def test_every_cell_has_fires_that_the_record_dates(domain, landscape):
    """In three classes of four years at least: without, there is no growth curve from it."""
    for index in range(12):
        age, fire, forest = (_of_cell(domain, getattr(landscape, name), index) for name in ("age", "fire", "forest"))
        known = forest & (fire >= 0) & (age <= 36)
        classes, points = np.unique((age[known] - 1) // 4, return_counts=True)
        assert np.sum(points >= 8) >= 3, classes


def test_fires_leave_patches(domain, landscape):
    age = _of_cell(domain, landscape.age, 0).astype(float)
    same = (age[:, 1:] == age[:, :-1]).mean()
    assert 0.7 < same < 0.99
    assert age.min() >= 1 and len(np.unique(age)) > 8


def test_forest_stands_on_the_share_of_trees(domain, land, landscape):
    for index in range(12):
        assert abs(_of_cell(domain, landscape.forest, index).mean() - land.trees[index]) < 0.01
        site = _of_cell(domain, landscape.site, index)
        assert 0.9 < site.mean() < 1.1 and 0.1 < np.log(site).std() < 0.25


def test_the_ocean_has_no_age(domain, landscape):
    sea = np.repeat(np.repeat(~domain.land, PER_CELL, 0), PER_CELL, 1)
    assert np.all(landscape.age[sea] == 0) and not landscape.forest[sea].any()


def test_streams_follow_age(domain, landscape):
    by_age = {"gpp": np.repeat(np.linspace(0.1, 1.0, 120)[:, None], 12, axis=1)}
    found = relative_streams(landscape, by_age, domain)["gpp"]
    young = landscape.forest & (landscape.age < 15)
    old = landscape.forest & (landscape.age > 120)
    assert np.nanmean(found[young]) < 0.25 and 0.9 < np.nanmean(found[old]) < 1.1
    assert np.all(np.isnan(found[landscape.age == 0]))


def test_dry_conifers_burn_most(statistics, land):
    interval = fire_interval(statistics, land, np.zeros(12))
    assert interval[statistics.vpd.argmax()] < interval[statistics.vpd.argmin()]
    assert np.all((interval >= 55) & (interval <= 280))


def test_block_mean():
    np.testing.assert_allclose(block_mean(np.arange(16.0).reshape(4, 4), 2), [[2.5, 4.5], [10.5, 12.5]])
