"""A cell of the cell set as the calibration sees it."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from cell_sets import cell_set, write_study
from diffdalec.cells.cell_set import cell_data, cell_dataset, cell_set_identity, open_cell_set
from diffdalec.errors import InputError
from diffdalec.harmonise.growth_curve import GrowthCurve
from diffdalec.variables import FORCING

YEARS = ((2009, 2011), (2012, 2012))


@pytest.fixture(scope="module")
def cells() -> xr.Dataset:
    return cell_set(2)


def test_a_cell_is_a_site(cells):
    ds = cell_dataset(cells, 1)
    assert ds.attrs["site"] == "cell 200007" and set(ds.dims) == {"time"}
    assert set(FORCING) <= set(ds.data_vars)
    assert float(ds["latitude"]) == 60.75
    np.testing.assert_array_equal(ds["gpp"], cells["gpp"].isel(cell=1))


def test_what_is_compared(cells):
    data = cell_data(cell_dataset(cells, 1), *YEARS, canopy_efficiency=12.0)
    assert data.prior_centres == {"lcma": 90.0, "autotrophic_fraction": 0.5, "canopy_efficiency": 12.0}
    assert data.biomass == 5850.0
    assert (data.periods["calibration"].sum(), data.periods["validation"].sum()) == (3 * 365, 366)
    meant = GrowthCurve(110.0, 0.04, 2.5, "Mg ha-1", root_shoot=0.3)
    ages = np.array([1.0, 30.0, 100.0])
    np.testing.assert_allclose(data.curve.total_carbon(ages), meant.total_carbon(ages), rtol=1e-6)


def test_the_carbon_fraction_is_the_studys(cells):
    half, less = (cell_data(cell_dataset(cells, 0), *YEARS, carbon_fraction=f).curve for f in (0.5, 0.47))
    assert less.total_carbon(100) == pytest.approx(half.total_carbon(100) * 0.94)


def test_no_year_held_out(cells):
    assert not cell_data(cell_dataset(cells, 0), (2009, 2012), None).periods["validation"].any()


def test_what_is_not_known_is_left_out(cells):
    without = cells.assign(lcma_prior=cells["lcma_prior"] * np.nan, total_biomass_2020=cells["area"] * np.nan)
    data = cell_data(cell_dataset(without, 0), *YEARS, canopy_efficiency=float("nan"))
    assert data.prior_centres == {"autotrophic_fraction": 0.5} and data.biomass is None


@pytest.mark.parametrize(
    ("name", "words"),
    [("tmin", "no tmin on 1 of 1461 days"), ("root_shoot", "no root_shoot: its growth curve is not known")],
)
def test_a_cell_that_cannot_be_used_says_so(cells, name, words):
    values = cells[name].copy()
    values[(0, 5) if values.ndim == 2 else 0] = np.nan
    with pytest.raises(InputError, match=f"cell 200000 has {words}"):
        cell_data(cell_dataset(cells.assign({name: values}), 0), *YEARS)


class TestIdentity:
    def test_depends_on_sources_cells_and_days(self, cells):
        own = cell_set_identity(cells)
        assert own != cell_set_identity(cells.assign_attrs(inputs="others"))
        assert own != cell_set_identity(cells.isel(cell=[0]))
        assert own != cell_set_identity(cells.isel(time=slice(1, None)))

    def test_does_not_depend_on_when_it_was_made(self, cells):
        assert cell_set_identity(cells) == cell_set_identity(cells.assign_attrs(created="now", machine="here"))


class TestOpening:
    def test_nothing_there(self, tmp_path):
        with pytest.raises(InputError, match="diffdalec prepare"):
            open_cell_set(tmp_path / "cells.zarr")

    @pytest.mark.parametrize("lost", ["vpd", "root_shoot", "mean_temperature"])
    def test_a_variable_is_missing(self, tmp_path, cells, lost):
        write_study(tmp_path, cells.drop_vars(lost))
        with pytest.raises(InputError, match=f"lacks {lost}"):
            open_cell_set(tmp_path / "out" / "cells.zarr")

    def test_no_cell_set(self, tmp_path):
        (tmp_path / "cells.zarr").mkdir()
        (tmp_path / "cells.zarr" / "notes.txt").write_text("mine")
        with pytest.raises(InputError, match=r"cells\.zarr"):
            open_cell_set(tmp_path / "cells.zarr")
