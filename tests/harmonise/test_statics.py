"""Biomass, priors, soil, climate and windows: each by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from diffdalec.errors import InputError
from diffdalec.harmonise.biomass import root_shoot_ratio, total_biomass
from diffdalec.harmonise.climate import calibration_climate, climate_predictors
from diffdalec.harmonise.composites import repeated_daily, window_kind
from diffdalec.harmonise.evaporation import evaporative_fraction
from diffdalec.harmonise.growth_curve import GrowthCurve
from diffdalec.harmonise.soil import LAYER_BOTTOMS, carbon_nitrogen_ratio, depth_mean, layer_weights
from diffdalec.harmonise.trait_priors import autotrophic_fraction, lcma_from_specific_leaf_area


def test_total_biomass_by_hand_and_as_a_growth_curve_has_it():
    # 80 Mg ha-1 of shoots and a quarter of roots, half of it carbon: 50 MgC ha-1
    assert total_biomass(80.0, 0.25, 0.5) == 5000.0
    assert total_biomass(80.0, 0.25, 0.47) == pytest.approx(4700.0)
    curve = GrowthCurve(bmax=80.0, k=10.0, p=1.0, unit="Mg ha-1", root_shoot=0.25)
    assert curve.total_carbon(100.0) == pytest.approx(total_biomass(80.0, 0.25))


def test_root_shoot_is_guarded_where_there_are_no_shoots():
    found = root_shoot_ratio(np.array([20.0, 3.0, 0.0, np.nan]), np.array([80.0, 0.01, 0.0, 50.0]))
    assert found[0] == 0.25 and np.isnan(found[1:]).all()


def test_priors_by_hand():
    assert lcma_from_specific_leaf_area(5.0) == 100.0  # 0.2 kg of leaf per m2, half of it carbon
    assert autotrophic_fraction(0.46) == pytest.approx(0.54)


def test_layers_are_weighted_by_how_much_of_them_lies_above_the_depth():
    weights = layer_weights(0.30)
    assert weights.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(weights[:5] * 0.30, [0.045, 0.046, 0.075, 0.123, 0.011], atol=1e-12)
    assert weights[5:].sum() == 0
    np.testing.assert_allclose(layer_weights(LAYER_BOTTOMS[3])[:4].sum(), 1.0)
    layers = np.array([10.0, 20.0, 30.0, 40.0])[:, None]
    expected = (10 * 4.5 + 20 * 4.6 + 30 * 7.5 + 40 * 12.3) / 28.9
    assert depth_mean(layers, layer_weights())[0] == pytest.approx(expected)


def test_a_shallow_soil_is_averaged_as_far_as_it_goes_and_water_is_missing():
    layers = np.array([[10.0, np.nan], [20.0, 20.0], [np.nan, 30.0], [np.nan, 40.0]])
    found = depth_mean(layers, layer_weights())
    assert found[0] == pytest.approx((10 * 4.5 + 20 * 4.6) / 9.1) and np.isnan(found[1])


def test_carbon_per_nitrogen_is_guarded():
    found = carbon_nitrogen_ratio(np.array([5.0, 5.0, np.nan]), np.array([0.25, 0.0, 0.2]))
    assert found[0] == 20.0 and np.isnan(found[1:]).all()


def year_of(values: dict[str, np.ndarray], years=(2001, 2002)) -> xr.Dataset:
    time = pd.date_range(f"{years[0]}-01-01", f"{years[1]}-12-31")
    return xr.Dataset({name: (("cell", "time"), np.stack([v(time)])) for name, v in values.items()}, {"time": time})


def test_climate_by_hand():
    month = np.array([-20.0, -18, -10, 0, 8, 14, 17, 15, 9, 2, -8, -16])
    forcing = year_of(
        {
            "tmin": lambda t: month[t.month - 1] - 5.0,
            "tmax": lambda t: month[t.month - 1] + 5.0,
            "precipitation": lambda t: np.where(t.month == 7, 4.0, 1.0),
            "shortwave": lambda t: np.full(len(t), 9.0),
            "vpd": lambda t: np.where(t.month % 2 == 0, 2.0, 4.0),
        }
    )
    found = climate_predictors(forcing).isel(cell=0)
    days = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    assert found["mean_annual_temperature"].item() == pytest.approx((month * days).sum() / 365)
    assert found["coldest_month_temperature"].item() == pytest.approx(-20.0)
    assert found["temperature_seasonality"].item() == pytest.approx(np.std(month))
    assert found["annual_precipitation"].item() == pytest.approx(365 - 31 + 4 * 31)
    rain = np.where(np.arange(12) == 6, 4.0, 1.0)
    assert found["precipitation_seasonality"].item() == pytest.approx(rain.std() / rain.mean())
    assert found["shortwave_seasonality"].item() == pytest.approx(0.0)
    assert found["vpd_seasonality"].item() == pytest.approx(1 / 3)
    assert found["mean_vpd"].attrs["units"] == "hPa"


def test_the_calibration_years_alone_make_their_climate():
    forcing = year_of({n: lambda t: t.year - 2000.0 for n in ("tmin", "tmax", "precipitation")})
    found = calibration_climate(forcing, (2002, 2002))
    assert found["mean_temperature"].item() == 2.0 and found["mean_precipitation"].item() == 2.0


def test_the_evaporative_fraction_is_guarded_and_says_what_it_left_out():
    e = xr.DataArray([1.0, 0.05, 3.0, np.nan, 1.0], dims="time")
    ep = xr.DataArray([4.0, 0.05, 1.0, 1.0, 0.0], dims="time")
    found = evaporative_fraction(e, ep)
    assert found.values[0] == 0.25 and np.isnan(found.values[1:]).all()
    assert found.attrs["days_of_little_potential_evaporation"] == 2
    assert found.attrs["days_of_implausible_ratio"] == 1
    assert found.name == "evaporative_fraction" and found.attrs["units"] == "1"


@pytest.mark.parametrize(("year", "windows", "last"), [(2003, 37, 5), (2004, 37, 6)])
def test_ten_day_means_stand_on_every_day_of_their_window(year, windows, last):
    starts = pd.date_range(f"{year}-01-01", f"{year}-12-31", freq="10D")
    assert len(starts) == windows and window_kind(starts, year, "reco") == "10 days from 1 January"
    daily = repeated_daily(np.arange(float(windows))[None, :], starts, year, "reco")[0]
    assert len(daily) == 365 + (year == 2004)
    assert daily[:10].tolist() == [0.0] * 10 and daily[10] == 1.0
    assert daily[-last:].tolist() == [windows - 1.0] * last and daily[-last - 1] == windows - 2.0
    short = repeated_daily(np.arange(36.0)[None, :], starts[:36], year, "reco")[0]
    np.testing.assert_array_equal(short[:-last], daily[:-last])
    assert np.isnan(short[-last:]).all()
    with pytest.raises(InputError, match=r"reco of .* has 35 windows from 01 January; expected 10 days from 1 January"):
        repeated_daily(np.zeros((1, 35)), starts[:35], year, "reco")


@pytest.mark.parametrize("year", [2003, 2004])
def test_thirds_of_months_stand_on_every_day_of_their_third(year):
    starts = pd.DatetimeIndex([f"{year}-{month:02}-{day:02}" for month in range(1, 13) for day in (1, 11, 21)])
    assert window_kind(starts, year, "reco") == "days 1-10, 11-20 and 21-end of each month"
    daily = repeated_daily(np.arange(36.0)[None, :], starts, year, "reco")[0]
    days = pd.date_range(f"{year}-01-01", f"{year}-12-31")
    expected = 3 * (days.month - 1) + np.minimum((days.day - 1) // 10, 2)
    np.testing.assert_array_equal(daily, expected)
