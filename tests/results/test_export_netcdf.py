"""Do other programs understand the maps: CF attributes, the place of each cell, flags, units that UDUNITS reads?"""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from cf_units import Unit
from compliance_checker.suite import CheckSuite

from diffdalec.errors import InputError
from diffdalec.model import INITIAL_POOLS, PARAMETERS
from diffdalec.results.export_netcdf import gridded, plain_variable, quantity_variables, write_netcdf
from diffdalec.results.export_units import cf_units
from diffdalec.variables import CELLS, PREDICTORS, REFERENCES, TRAITS
from diffdalec.workflows.study.export import FLAGS

LATITUDE, LONGITUDE = np.array([60.25, 60.25, 61.25]), np.array([24.75, 25.75, 24.75])


def cells() -> xr.Dataset:
    maps = xr.Dataset(
        {
            "median": ("cell", np.array([1.0, np.nan, 3.0], np.float32)),
            "spread": ("cell", np.array([0.1, np.nan, 0.3], np.float32)),
            "robust_cv": ("cell", np.array([0.1, np.nan, 0.1], np.float32)),
            "flag": ("cell", np.array([0, 3, 1], np.int8)),
        }
    )
    wood = quantity_variables("wood", maps, {"units": "gC m-2", "long_name": "initial wood carbon"}, FLAGS)
    uwue = quantity_variables("uwue", maps.drop_vars("robust_cv"), {"units": "gC kgH2O-1 hPa^0.5"}, FLAGS)
    usable = xr.DataArray(np.array([5, 0, 3], np.int32), dims="cell", attrs={"units": "1", "long_name": "members"})
    area = xr.DataArray([1.5e9, 1.5e9, 1.49e9], dims="cell", attrs={"units": "m2", "long_name": "area of the cell"})
    return xr.merge([wood, uwue]).assign(usable=plain_variable(usable, "usable"), area=plain_variable(area, "area"))


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("maps") / "maps.nc"
    about = {
        "title": "three cells", "institution": "not stated", "source": "a test", "history": "2026-01-01 made",
        "references": "none", "comment": "none",
    }  # fmt: skip
    return write_netcdf(gridded(cells(), LATITUDE, LONGITUDE), path, about)


def test_cells_lie_where_they_belong(file):
    with xr.open_dataset(file) as ds:
        assert ds.sizes == {"latitude": 3, "longitude": 3, "bound": 2}
        assert float(ds["wood"].sel(latitude=61.25, longitude=24.75)) == 3.0
        assert float(ds["usable"].sel(latitude=60.25, longitude=25.75)) == 0.0
        assert int(ds["wood"].notnull().sum()) == 2 and int(ds["usable"].notnull().sum()) == 3
        assert ds["latitude_bounds"].values.tolist() == [[60.0, 60.5], [60.5, 61.0], [61.0, 61.5]]


def test_it_plots_without_this_package(file):
    import matplotlib

    matplotlib.use("agg")
    with xr.open_dataset(file) as ds:
        drawn = ds["wood"].plot()
        assert drawn.axes.get_xlabel() == "longitude [degrees_east]" and "g m-2" in drawn.colorbar.ax.get_ylabel()


def test_flags_say_what_they_mean(file):
    with xr.open_dataset(file, mask_and_scale=False) as ds:
        flag = ds["wood_flag"]
        meanings = dict(zip(flag.attrs["flag_values"].tolist(), flag.attrs["flag_meanings"].split(), strict=True))
        assert meanings[0] == "members_agree" and meanings[3] == "no_usable_member"
        assert flag.dtype == flag.attrs["flag_values"].dtype == np.int8
        assert flag.values.tolist()[0] == [0, -127, 3]
        assert ds["wood"].attrs["ancillary_variables"] == "wood_spread wood_robust_cv wood_flag"
        assert ds["uwue"].attrs["ancillary_variables"] == "uwue_spread uwue_flag"


def test_all_our_units_are_units_of_udunits():
    rows = [*PARAMETERS.values(), *INITIAL_POOLS.values(), *TRAITS.values(), *CELLS.values(), *PREDICTORS.values()]
    for row in [*rows, *REFERENCES.values()]:
        written, _ = cf_units(row.unit)
        Unit(written)
    assert cf_units("gC m-2") == ("g m-2", "mass of carbon")
    assert cf_units("gC kgH2O-1 hPa^0.5")[0] == "g kg-1"
    assert cf_units("") == ("1", "")


def test_the_cf_checker_has_nothing_to_say(file):
    suite = CheckSuite()
    suite.load_all_available_checkers()
    dataset = suite.load_dataset(str(file))
    groups, errors = suite.run_all(dataset, ["cf:1.11"])["cf:1.11"]
    assert not errors
    said = [f"{group.name}: {group.msgs}" for group in groups if group.value[0] != group.value[1]]
    assert said == []
    dataset.close()


@pytest.mark.parametrize(
    ("latitude", "longitude", "said"),
    [
        (np.array([60.25, 60.30, 61.25]), LONGITUDE, "latitude of a cell is 60.3000"),
        (np.array([60.25, 60.25, 61.25]), np.array([24.75, 24.75, 24.75]), "same latitude and longitude"),
    ],
)
def test_cells_that_are_not_of_the_grid(latitude, longitude, said):
    with pytest.raises(InputError, match=said):
        gridded(cells(), latitude, longitude)


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "maps.nc"
    path.write_text("old")
    broken = xr.Dataset({"x": ("y", np.array([object()]))})
    with pytest.raises((TypeError, ValueError)):
        write_netcdf(broken, path, {})
    assert path.read_text() == "old" and len(list(tmp_path.iterdir())) == 1
