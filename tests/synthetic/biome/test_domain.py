"""Does the box hold the cells that were asked for, in order, on whole degrees, with the whole gradient at any size?"""

import numpy as np
import pytest

from diffdalec.errors import InputError
from diffdalec.grid import cell_centre
from diffdalec.synthetic.biome.domain import MOST_CELLS, compact_domain


@pytest.mark.parametrize("cells", [6, 7, 12, 13, 48, 100, 1000, 4000])
def test_as_many_land_cells_as_asked(cells):
    domain = compact_domain(cells)
    assert domain.land.sum() == cells == domain.cell.size
    assert 0 < (~domain.land).sum() <= max(8, 0.35 * cells)  # an ocean, and a small one
    latitude, longitude = cell_centre(domain.cell)
    np.testing.assert_allclose(latitude, domain.latitude)
    np.testing.assert_allclose(longitude, domain.longitude)
    assert np.all(np.diff(domain.cell) > 0)
    assert domain.rows % 2 == 0 and domain.columns % 2 == 0
    assert domain.latitude.min() >= 52 and domain.latitude.max() <= 70


@pytest.mark.parametrize("cells", [12, 48, 1000])
def test_every_size_spans_the_gradient(cells):
    c = compact_domain(cells).continentality
    assert c.min() < 0.1 and c.max() > 0.9
    assert np.all((c >= 0) & (c <= 1))


def test_gridded_puts_cells_in_their_places(domain):
    box = domain.gridded(domain.longitude)
    assert np.isnan(box).sum() == (~domain.land).sum()
    columns = np.broadcast_to(domain.longitude_axis.centres, box.shape)
    np.testing.assert_allclose(box[domain.land], columns[domain.land])


@pytest.mark.parametrize("cells", [0, 5, MOST_CELLS + 1])
def test_other_numbers_are_refused(cells):
    with pytest.raises(InputError, match=f"found {cells}"):
        compact_domain(cells)
