"""Is the truth inside the bounds and away from where a search starts, does it grow, and is the Dataset a
site's?
"""

import numpy as np
import pytest
import xarray as xr

from diffdalec.errors import InputError
from diffdalec.model import INITIAL_POOLS, PARAMETERS
from diffdalec.synthetic.stand import SITE_NAME, TRUE_PARAMETERS, TRUE_POOLS, content_sha256, stand_dataset
from diffdalec.synthetic.weather import boreal_weather
from diffdalec.variables import FORCING, OBSERVATIONS


@pytest.mark.parametrize(("truth", "table"), [(TRUE_PARAMETERS, PARAMETERS), (TRUE_POOLS, INITIAL_POOLS)])
def test_truth_has_every_name_and_lies_inside_the_bounds(truth, table):
    assert set(truth) == set(table)
    for name, quantity in table.items():
        assert quantity.lower < truth[name] < quantity.upper


def test_truth_is_not_where_a_search_starts():
    for truth, table in ((TRUE_PARAMETERS, PARAMETERS), (TRUE_POOLS, INITIAL_POOLS)):
        for name, quantity in table.items():
            if not quantity.circular:
                centre = np.sqrt(quantity.lower * quantity.upper)
                assert abs(np.log(truth[name] / centre)) > 0.01, name


def test_truth_cannot_be_changed():
    with pytest.raises(TypeError):
        TRUE_PARAMETERS["lcma"] = 1.0


def _observations(weather):
    values = {name: ("time", np.ones(weather.sizes["time"])) for name in OBSERVATIONS}
    return xr.Dataset(values, {"time": weather["time"]}, {"seed": 4})


def test_dataset_is_that_of_a_site():
    weather = boreal_weather(seed=7)
    ds = stand_dataset(weather, _observations(weather))
    assert set(ds.data_vars) == {
        *FORCING,
        *OBSERVATIONS,
        "latitude",
        "mean_temperature",
        "mean_precipitation",
    }
    assert (ds.attrs["site"], ds.attrs["calibration_years"]) == (SITE_NAME, "2004-2008")
    five = weather.sel(time=slice("2004", "2008"))
    assert float(ds["mean_temperature"]) == pytest.approx(float((five["tmin"] + five["tmax"]).mean()) / 2)
    assert float(ds["mean_precipitation"]) == pytest.approx(float(five["precipitation"].mean()))
    assert any("seed 7" in note for note in ds.attrs["notes"])
    assert any("seed 4" in note for note in ds.attrs["notes"])


def test_checksum_follows_the_content():
    weather = boreal_weather(years=(2004, 2008), seed=0)
    ds = stand_dataset(weather, _observations(weather))
    assert ds.attrs["source_sha256"] == stand_dataset(weather, _observations(weather)).attrs["source_sha256"]
    changed = ds.copy(deep=True)
    changed["gpp"][3] = 2.0
    assert content_sha256(changed) != content_sha256(ds)


def test_what_does_not_fit_is_refused():
    weather = boreal_weather(years=(2004, 2008), seed=0)
    observations = _observations(weather)
    with pytest.raises(InputError, match="weather lack tmin"):
        stand_dataset(weather.drop_vars("tmin"), observations)
    with pytest.raises(InputError, match="observations lack et"):
        stand_dataset(weather, observations.drop_vars("et"))
    with pytest.raises(InputError, match="different days"):
        stand_dataset(weather, observations.isel(time=slice(0, 100)))
    with pytest.raises(InputError, match="6 calibration years of 5"):
        stand_dataset(weather, observations, calibration_years=6)
