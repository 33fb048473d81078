"""Which days count as well watered, and are they DifferLand's where its choices are made?"""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from diffdalec.errors import InputError
from diffdalec.harmonise.well_watered import well_watered_days


def _days(**series):
    n = len(next(iter(series.values())))
    values = {
        "evaporative_fraction": np.linspace(0, 1, n), "gpp": np.ones(n), "lai": np.ones(n),
        "tmin": np.full(n, 5.0), "tmax": np.full(n, 15.0),
    }  # fmt: skip
    values.update({name: np.asarray(value, dtype=float) for name, value in series.items()})
    time = pd.date_range("2001-01-01", periods=n)
    return xr.Dataset({name: ("time", value) for name, value in values.items()}, {"time": time})


def test_a_fifth_of_the_days_without_gaps():
    days = well_watered_days(_days(gpp=np.ones(101)))
    assert days.dtype == bool and days.dims == ("time",)
    assert days.values.sum() == 20
    assert days.attrs["threshold"] == pytest.approx(0.8)
    assert not days.values[:81].any()


def test_frozen_days_are_left_out_unless_asked_for():
    ds = _days(tmax=np.where(np.arange(101) > 95, -6.0, 15.0))
    assert well_watered_days(ds).values.sum() == 15
    assert well_watered_days(ds, minimum_temperature=None).values.sum() == 20
    assert well_watered_days(ds, minimum_temperature=10.0).values.sum() == 0  # 10 degC is not above 10 degC


def test_the_quantile_is_of_finite_fractions_and_not_of_observed_days():
    gpp = np.ones(101)
    gpp[90:] = np.nan
    ds = _days(gpp=gpp)
    assert well_watered_days(ds).attrs["threshold"] == pytest.approx(0.8)
    assert well_watered_days(ds).values.sum() == 9
    fraction = np.linspace(0, 1, 101)
    fraction[:50] = np.nan
    assert well_watered_days(_days(evaporative_fraction=fraction)).attrs["threshold"] == pytest.approx(0.9)


def test_temperature_is_needed_only_by_the_filter():
    ds = _days(gpp=np.ones(10)).drop_vars(["tmin", "tmax"])
    assert well_watered_days(ds, minimum_temperature=None).any()
    with pytest.raises(InputError, match="tmin, tmax"):
        well_watered_days(ds)


def test_what_cannot_be_chosen_from_is_refused():
    with pytest.raises(InputError, match="evaporative_fraction"):
        well_watered_days(_days(gpp=np.ones(10)).drop_vars("evaporative_fraction"))
    with pytest.raises(InputError, match="no finite value"):
        well_watered_days(_days(evaporative_fraction=np.full(10, np.nan)))
    with pytest.raises(InputError, match="quantile is 80"):
        well_watered_days(_days(gpp=np.ones(10)), quantile=80)


@pytest.mark.parametrize(("site", "threshold", "number"), [("FI-Hyy", 0.698, 217), ("DE-Tha", 0.675, 220)])
def test_differland_days(shared_data, site, threshold, number):
    """The days from which ACM's canopy efficiency comes out as DifferLand's 13.477 and 11.042."""
    with xr.open_dataset(shared_data / "sites" / f"{site}.nc", decode_times=False) as raw:
        time = pd.Timestamp("2001-01-01") + pd.to_timedelta(raw["time"].values, unit="D")
        names = {
            "evaporative_fraction": "EF",
            "gpp": "GPP",
            "lai": "LAI",
            "tmin": "T2M_MIN",
            "tmax": "T2M_MAX",
        }
        values = {
            ours: np.where(raw[name].values > -9998, raw[name].values, np.nan) for ours, name in names.items()
        }
    ds = xr.Dataset({name: ("time", value) for name, value in values.items()}, {"time": time})
    first = int(time[0].year)
    calibration = ds.sel(time=slice(str(first), str(first + 4)))
    days = well_watered_days(calibration, minimum_temperature=None)
    assert days.attrs["threshold"] == pytest.approx(threshold, abs=1e-3)
    assert int(days.sum()) == number
    assert int(well_watered_days(calibration).sum()) < number  # some of them are frozen
