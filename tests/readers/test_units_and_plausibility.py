"""Units are told from attributes and values; what cannot be is refused, what is slightly off is repaired."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffdalec.errors import InputError
from diffdalec.readers import open_site
from diffdalec.readers.plausibility import ordered_extremes
from diffdalec.readers.unit_names import UNITS, signature
from diffdalec.variables import VARIABLES

UNDECLARED = {
    "tmin": ("K", lambda v: v + 273.15),
    "shortwave": ("W m-2", lambda v: v / 0.0864),
    "vpd": ("kPa", lambda v: v / 10),
    "precipitation": ("kg m-2 s-1", lambda v: v / 86400),
    "co2": ("mol mol-1", lambda v: v * 1e-6),
    "gpp": ("gC m-2 s-1", lambda v: v / 86400),
    "et": ("W m-2", lambda v: v * 2.45 / 0.0864),
}


@pytest.mark.parametrize("name", UNDECLARED)
def test_units_without_a_word_are_told_from_the_values(csv, weather, name):
    unit, change = UNDECLARED[name]
    site = open_site(csv(weather.assign(**{name: change(weather[name])})), calibration_years=1)
    np.testing.assert_allclose(site[name], weather[name], rtol=1e-9, atol=1e-9)
    assert any(note.startswith(f"{name}: no unit given") and unit in note for note in site.attrs["notes"])


@pytest.mark.parametrize(("unit", "factor"), [("Pa", 100.0), ("hPa", 1.0), ("kPa", 0.1), ("mbar", 1.0)])
@pytest.mark.parametrize("declared", [True, False])
def test_vapour_pressure_deficit_in_all_its_units(csv, weather, unit, factor, declared):
    heading = f"vpd [{unit}]" if declared else "vpd"
    table = weather.assign(vpd=weather.vpd * factor).rename(columns={"vpd": heading})
    np.testing.assert_allclose(open_site(csv(table), calibration_years=1)["vpd"], weather["vpd"])


def test_small_deficits_of_a_cold_site_are_not_taken_for_kilopascal(csv, weather):
    cold = weather.assign(tmin=weather.tmin - 15, tmax=weather.tmax - 15)
    cold["vpd"] = weather.vpd * 0.25
    assert cold.vpd.max() < 6.0
    np.testing.assert_allclose(open_site(csv(cold), calibration_years=1)["vpd"], cold["vpd"])


def test_a_declaration_that_the_values_contradict_is_overruled_and_said(csv, weather):
    table = weather.assign(tmax=weather.tmax + 273.15).rename(columns={"tmax": "tmax [degC]"})
    site = open_site(csv(table), calibration_years=1)
    np.testing.assert_allclose(site["tmax"], weather["tmax"])
    assert any("said to be in degC" in note and "converted from K" in note for note in site.attrs["notes"])


@pytest.mark.parametrize(
    ("name", "factor", "says"),
    [
        ("shortwave", 3.0, r"fit none of the units .* \(latitude 62\)\."),
        ("shortwave", 0.1, "fit none of the units"),
        (
            "vpd",
            3.0,
            "as hPa, its 99th percentile as a share of saturation at tmax is .* expected 0.105 to 1.05",
        ),
        ("tmax", 10.0, "stand.csv: tmax has values from .* expected -75 to 60"),
        ("co2", 5.0, "co2 has values from .* expected 200 to 1200"),
        ("lai", 10.0, "lai has values from 15 to .* expected 0.01 to 15"),
        ("precipitation", 0.0, "precipitation has values from 0 to 0"),
    ],
)
def test_values_that_fit_no_unit_are_refused_with_what_was_found_and_expected(
    csv, weather, name, factor, says
):
    with pytest.raises(InputError, match=says):
        open_site(csv(weather.assign(**{name: weather[name] * factor})), calibration_years=1)


def test_an_unknown_unit_is_refused_with_those_known(csv, weather):
    table = weather.rename(columns={"tmin": "tmin [furlong]"})
    with pytest.raises(InputError, match="tmin is declared in 'furlong'; expected one of degC, K, degF"):
        open_site(csv(table), calibration_years=1)


def test_fahrenheit_and_micromoles_are_taken_only_where_declared(csv, weather):
    table = weather.assign(tmax=weather.tmax * 1.8 + 32, gpp=weather.gpp / 1.0377504)
    table = table.rename(columns={"tmax": "tmax [degF]", "gpp": "gpp [umolCO2 m-2 s-1]"})
    site = open_site(csv(table), calibration_years=1)
    np.testing.assert_allclose(site["tmax"], weather["tmax"])
    np.testing.assert_allclose(site["gpp"], weather["gpp"], rtol=1e-6)


def test_a_few_negative_deficits_are_set_to_zero_and_counted(csv, weather):
    table = weather.copy()
    table.iloc[[3, 50, 51], table.columns.get_loc("vpd")] = [-0.2, -3.0, -0.01]
    site = open_site(csv(table), calibration_years=1)
    assert site["vpd"].values[[3, 50, 51]].tolist() == [0.0, 0.0, 0.0]
    assert "vpd: 3 negative values set to 0 (lowest -3)" in site.attrs["notes"]


def test_many_negative_values_or_far_ones_are_refused(csv, weather):
    with pytest.raises(InputError, match="vpd is negative on 730 of 730 days"):
        open_site(csv(weather.assign(vpd=-weather.vpd)), calibration_years=1)
    some = weather.copy()
    some.iloc[200:260, some.columns.get_loc("vpd")] = -4.0
    with pytest.raises(InputError, match=r"vpd is below -0.5 hPa on 60 of 730 days"):
        open_site(csv(some), calibration_years=1)
    code = weather.copy()
    code.iloc[5, code.columns.get_loc("precipitation")] = -99.0
    with pytest.raises(InputError, match=r"precipitation has values from -99 .* on 2001-01-06"):
        open_site(csv(code), calibration_years=1)


def test_one_day_of_tmax_below_tmin_is_exchanged_and_said(csv, weather):
    table = weather.copy()
    table.iloc[30, :2] = table.iloc[30, [1, 0]].to_numpy()
    site = open_site(csv(table), calibration_years=1)
    np.testing.assert_allclose(site["tmin"], weather["tmin"])
    assert "tmin, tmax: exchanged on 1 days on which tmax < tmin: 2001-01-31" in site.attrs["notes"]


def test_exchanged_columns_are_refused(csv, weather):
    table = weather.rename(columns={"tmin": "tmax", "tmax": "tmin"})
    with pytest.raises(InputError, match="tmax is below tmin on 730 of 730 days"):
        open_site(csv(table), calibration_years=1)


def test_a_spike_in_forcing_is_an_error_one_in_observations_is_left_out(csv, weather):
    hot = weather.copy()
    hot.loc["2001-08-09", "tmax"] = 95.0
    with pytest.raises(
        InputError, match=r"tmax has values from 95 to 95 degC on 2001-08-09; expected -70 to 60"
    ):
        open_site(csv(hot), calibration_years=1)
    spike = weather.copy()
    spike.loc["2001-08-09", "gpp"] = 400.0
    site = open_site(csv(spike), calibration_years=1)
    assert np.isnan(float(site["gpp"].sel(time="2001-08-09").item()))
    assert "gpp: 1 values outside -20 to 50 left out: 2001-08-09" in site.attrs["notes"]


@pytest.mark.parametrize(
    "spellings",
    [
        ("MJ m-2 d-1", "MJ/m2/d", "MJ m^-2 day^-1", "MJ m**-2 d**-1", "MJ m⁻² d⁻¹"),
        ("degC", "deg C", "°C", "degrees_celsius", "Celsius", "C"),
        ("gC m-2 d-1", "g C m-2 d-1", "gC/m2/day"),
        ("umol m-2 s-1", "µmol m-2 s-1", "umolCO2 m-2 s-1"),
        ("1", "m2 m-2", "m2/m2", "-"),
    ],
)
def test_spellings_of_one_unit(spellings):
    assert len({signature(spelling) for spelling in spellings}) == 1


def test_the_first_unit_of_every_variable_is_ours_and_no_two_are_spelt_alike():
    for name, choices in UNITS.items():
        assert choices[0].name == VARIABLES[name].unit
        spelt = [signature(s) for unit in choices for s in {unit.name, *unit.spellings}]
        assert len(set(spelt)) == len(
            {(signature(s), u.name) for u in choices for s in (u.name, *u.spellings)}
        )


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(0, 399), max_size=4))
def test_exchanging_leaves_every_day_ordered_and_loses_no_value(days):
    import pandas as pd

    time = pd.date_range("2001-01-01", periods=400)
    low, high = np.linspace(-10, 10, 400), np.linspace(-5, 16, 400)
    index = sorted(days)
    tmin, tmax = low.copy(), high.copy()
    tmin[index], tmax[index] = high[index], low[index]
    tmin, tmax, said = ordered_extremes(tmin, tmax, time, "x")
    np.testing.assert_array_equal(tmin, low)
    np.testing.assert_array_equal(tmax, high)
    assert bool(said) == bool(days)
