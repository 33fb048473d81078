"""Days of 6-hourly meteorology: by hand, and on the standard calendar."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from diffdalec.errors import InputError
from diffdalec.harmonise.daily import (
    daily_precipitation,
    daily_shortwave,
    daily_temperature,
    daily_vpd,
    on_standard_calendar,
)
from diffdalec.harmonise.humidity import saturation_vapour_pressure, vapour_pressure, vapour_pressure_deficit


def six_hourly(**columns) -> xr.Dataset:
    return xr.Dataset(
        {name: (("time", "cell"), np.asarray(values, float)[:, None]) for name, values in columns.items()}
    )


@pytest.mark.parametrize(
    ("temperature", "expected"),
    # FAO-56, annex 2, table 2.3: e°(T) in kPa
    [(1.0, 0.657), (10.0, 1.228), (20.0, 2.338), (30.0, 4.243), (40.0, 7.376)],
)
def test_saturation_vapour_pressure_is_that_of_the_table(temperature, expected):
    assert saturation_vapour_pressure(temperature) / 10.0 == pytest.approx(expected, abs=6e-4)


def test_vapour_pressure_of_a_mixture_by_its_molar_fraction():
    # one part of vapour in 100 by mass: moles 1/18.015 against 99/28.964
    moles = 1 / 18.015
    fraction = moles / (moles + 99 / 28.964)
    assert vapour_pressure(0.01, 1013.25) == pytest.approx(1013.25 * fraction, rel=1e-3)


@pytest.mark.parametrize(
    ("temperature", "humidity", "pressure", "expected"),
    [
        # worked by hand from the formulas of the docstrings
        (25.0, 0.010, 1013.25, 31.6778 - 16.1923),
        (10.0, 0.005, 950.0, 12.2796 - 7.6135),
        (-20.0, 0.0005, 980.0, 1.2462 - 0.7875),
    ],
)
def test_deficit_by_hand(temperature, humidity, pressure, expected):
    assert vapour_pressure_deficit(temperature, humidity, pressure) == pytest.approx(expected, abs=2e-3)


def test_supersaturated_air_has_no_deficit_and_missing_stays_missing():
    assert vapour_pressure_deficit(0.0, 0.02, 1000.0) == 0.0
    assert np.isnan(vapour_pressure_deficit(np.nan, 0.02, 1000.0))


def test_the_deficit_is_taken_six_hourly_and_then_averaged():
    day = six_hourly(air_temperature=[10, 16, 24, 18], specific_humidity=[0.008] * 4, surface_pressure=[1e5] * 4)
    each = [float(vapour_pressure_deficit(t, 0.008, 1000.0)) for t in (10.0, 16.0, 24.0, 18.0)]
    found = daily_vpd(day)
    assert found.item() == pytest.approx(np.mean(each))
    assert found.item() > 1.1 * vapour_pressure_deficit(17.0, 0.008, 1000.0)
    assert found.name == "vpd" and found.attrs["units"] == "hPa"


def test_extremes_are_of_the_six_hourly_extremes_where_there_are_any():
    instants = six_hourly(air_temperature=[1, 5, 9, 4, -3, 0, 2, 1])
    found = daily_temperature(instants)
    assert found["tmin"].values.ravel().tolist() == [1, -3] and found["tmax"].values.ravel().tolist() == [9, 2]
    assert found["tmin"].attrs["source"] == "air_temperature"
    wider = instants.assign(
        air_temperature_minimum=instants["air_temperature"] - 2, air_temperature_maximum=instants["air_temperature"] + 3
    )
    found = daily_temperature(wider)
    assert found["tmin"].values.ravel().tolist() == [-1, -5] and found["tmax"].values.ravel().tolist() == [12, 5]
    assert found["tmax"].attrs["source"] == "air_temperature_maximum"


def test_a_day_of_radiation_and_of_rain_by_hand():
    # 0, 300, 500, 100 W m-2 for 21,600 s each: 900 · 21,600 J m-2
    flux = six_hourly(shortwave_flux=[0, 300, 500, 100])["shortwave_flux"]
    assert daily_shortwave(flux).item() == pytest.approx(900 * 21_600 / 1e6)
    amount = six_hourly(precipitation_amount=[1, 0, 3, 0])["precipitation_amount"]
    assert daily_precipitation(amount).item() == pytest.approx(4.0)


def test_days_below_zero_are_set_to_zero_and_counted():
    amount = six_hourly(precipitation_amount=[-0.1, 0, 0, 0, 4, 0, 0, 0])["precipitation_amount"]
    found = daily_precipitation(amount)
    assert found.values.ravel().tolist() == [0.0, 4.0] and found.attrs["set_to_zero"] == 1


def test_a_missing_value_makes_its_day_missing():
    flux = six_hourly(shortwave_flux=[0, np.nan, 500, 100, 1, 1, 1, 1])["shortwave_flux"]
    assert np.isnan(daily_shortwave(flux).values.ravel()).tolist() == [True, False]


def test_part_of_a_day_is_refused():
    with pytest.raises(InputError, match="5 6-hourly values"):
        daily_shortwave(six_hourly(shortwave_flux=[1, 2, 3, 4, 5])["shortwave_flux"])


def test_the_leap_day_is_the_mean_of_its_neighbours_and_counted():
    days = xr.DataArray(np.arange(365.0), dims="day", name="tmin")
    leap = on_standard_calendar(days, 2004)
    assert leap.sizes["time"] == 366 and leap.attrs["filled_leap_days"] == 1
    at = {str(t)[5:10]: float(v) for t, v in zip(leap["time"].values, leap.values, strict=True)}
    assert (at["02-28"], at["02-29"], at["03-01"], at["12-31"]) == (58.0, 58.5, 59.0, 364.0)
    common = on_standard_calendar(days, 2003)
    assert common.attrs["filled_leap_days"] == 0
    np.testing.assert_array_equal(common, days)
    assert pd.DatetimeIndex(common["time"].values).equals(pd.date_range("2003-01-01", "2003-12-31"))
    with pytest.raises(InputError, match="364 days"):
        on_standard_calendar(days.isel(day=slice(364)), 2003)
