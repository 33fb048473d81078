"""The time axis and the gaps: what is put in order and counted, and what is refused with its dates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diffdalec.errors import InputError
from diffdalec.readers import open_site


def notes(site) -> str:
    return "\n".join(site.attrs["notes"])


def test_unsorted_days_are_sorted_and_said(csv, weather):
    shuffled = weather.sample(frac=1.0, random_state=1)
    site = open_site(csv(shuffled), calibration_years=1)
    np.testing.assert_allclose(site["tmin"], weather["tmin"])
    assert "out of order" in notes(site)


def test_identical_repeated_days_are_dropped_and_counted(csv, weather):
    twice = pd.concat([weather, weather.iloc[10:14]]).sort_index()
    site = open_site(csv(twice), calibration_years=1)
    assert site.sizes["time"] == 730
    assert "4 repeated rows with identical values dropped" in notes(site)


def test_repeated_days_that_disagree_are_refused_with_their_dates(csv, weather):
    other = weather.iloc[[40]].assign(gpp=1.0)
    with pytest.raises(InputError, match=r"different values for the same day: 2001-02-10"):
        open_site(csv(pd.concat([weather, other])), calibration_years=1)


def test_repeated_days_that_disagree_only_in_a_gap_are_refused_too(csv, weather):
    other = weather.iloc[[40]].assign(gpp=np.nan)
    with pytest.raises(InputError, match="2001-02-10"):
        open_site(csv(pd.concat([weather, other])), calibration_years=1)


@pytest.mark.parametrize("rule", ["MS", "7D"])
def test_a_file_that_is_not_daily_is_refused(csv, weather, rule):
    with pytest.raises(InputError, match="is not daily"):
        open_site(csv(weather.resample(rule).mean()), calibration_years=1)


def test_a_half_hourly_file_is_refused(csv, weather):
    hourly = weather.iloc[:20].resample("30min").ffill()
    with pytest.raises(InputError, match="is not daily: rows stand at 48 times of day"):
        open_site(csv(hourly), calibration_years=1)


def test_a_mistyped_year_is_not_taken_for_a_gap_of_centuries(csv, weather):
    mistyped = weather.set_axis([*weather.index[:-1], pd.Timestamp("2202-12-31")])
    with pytest.raises(InputError, match="is not daily"):
        open_site(csv(mistyped), calibration_years=1)


def test_rows_at_noon_stand_for_their_day(csv, weather):
    noon = weather.set_axis(weather.index + pd.Timedelta(hours=12))
    site = open_site(csv(noon), calibration_years=1)
    assert str(site["time"].values[0])[:16] == "2001-01-01T00:00"
    assert "12:00" in notes(site)


def test_three_missing_days_are_interpolated_and_counted_four_are_not(csv, weather):
    short = weather.copy()
    short.loc["2001-03-01":"2001-03-03", "tmax"] = np.nan
    site = open_site(csv(short), calibration_years=1)
    before, after = weather.loc["2001-02-28", "tmax"], weather.loc["2001-03-04", "tmax"]
    filled = site["tmax"].sel(time=slice("2001-03-01", "2001-03-03")).values
    expected = before + (after - before) * np.array([0.25, 0.5, 0.75])
    np.testing.assert_allclose(
        filled, np.maximum(expected, site["tmin"].sel(time=slice("2001-03-01", "2001-03-03")))
    )
    assert "tmax: 3 days interpolated: 2001-03-01 to 2001-03-03" in notes(site)
    short.loc["2001-03-04", "tmax"] = np.nan
    with pytest.raises(InputError, match=r"tmax is missing .* 2001-03-01 to 2001-03-04 \(4 days\)"):
        open_site(csv(short), calibration_years=1)


def test_a_forty_day_gap_of_rows_is_an_error_with_its_dates(csv, weather):
    with pytest.raises(
        InputError, match=r"stand\.csv: tmin is missing .* 2001-04-11 to 2001-05-20 \(40 days\)"
    ):
        open_site(csv(weather.drop(weather.index[100:140])), calibration_years=1)


def test_a_missing_row_or_two_counts_as_a_gap(csv, weather):
    site = open_site(csv(weather.drop(weather.index[[100, 300]])), calibration_years=1)
    assert "time: 2 days had no row: 2001-04-11, 2001-10-28" in notes(site)
    assert "precipitation: 2 days interpolated" in notes(site)
    assert np.isnan(site["gpp"].values[100]) and site.sizes["time"] == 730


def test_codes_of_missing_values_and_nan_mix(csv, weather):
    mixed = weather.astype(object)
    for row, code in enumerate(["-9999", "-9999.0", "NaN", "", "NA", "-6999", "-9999.00000"]):
        mixed.iloc[20 + row, mixed.columns.get_loc("et")] = code
    site = open_site(csv(mixed), calibration_years=1)
    assert int(site["et"].isnull().sum()) == 7
    np.testing.assert_allclose(site["et"].values[:20], weather["et"][:20])


def test_forcing_without_any_value_is_an_error(csv, weather):
    with pytest.raises(InputError, match="vpd has no values at all"):
        open_site(csv(weather.assign(vpd=-9999.0)), calibration_years=1)


def test_gaps_in_observations_stay_gaps(csv, weather):
    gappy = weather.copy()
    gappy.iloc[50:120, gappy.columns.get_loc("gpp")] = np.nan
    site = open_site(csv(gappy), calibration_years=1)
    np.testing.assert_array_equal(site["gpp"].isnull(), gappy["gpp"].isnull())


def test_calibration_years(csv, weather):
    path = csv(weather)
    assert open_site(path, calibration_years=2).attrs["calibration_years"] == "2001-2002"
    assert "none is left for validation" in notes(open_site(path, calibration_years=2))
    assert open_site(path, calibration_years=(2002, 2002)).attrs["calibration_years"] == "2002-2002"
    for wrong in (0, 3, -1, (2002, 2001), (1999, 2001), (2001, 2003)):
        with pytest.raises(InputError, match=r"2001-2002 \(2 whole years\)"):
            open_site(path, calibration_years=wrong)
    for wrong in (True, "2001", 1.5, (2001,), (2001.0, 2002.0), None):
        with pytest.raises(InputError, match="expected"):
            open_site(path, calibration_years=wrong)


def test_only_whole_calendar_years_calibrate(csv, weather):
    site = open_site(csv(weather.iloc[31:]), calibration_years=1)
    assert site.attrs["calibration_years"] == "2002-2002"
    assert str(site["time"].values[0])[:10] == "2001-02-01"
    with pytest.raises(InputError, match="no whole calendar year"):
        open_site(csv(weather.iloc[31:400]), calibration_years=1)


def test_calibration_years_without_observations_are_refused(csv, weather):
    late = weather.copy()
    late.loc["2001", ["gpp", "reco", "et", "lai"]] = np.nan
    with pytest.raises(InputError, match=r"no observation .* in the calibration years 2001-2001"):
        open_site(csv(late), calibration_years=1)
    late.loc["2001", "et"] = weather.loc["2001", "et"]
    assert "gpp: no values in the calibration years" in notes(open_site(csv(late), calibration_years=1))


def test_co2_from_the_number_from_the_table_and_from_nowhere(csv, weather):
    asked = open_site(csv(weather), calibration_years=1, co2=410.0)
    assert float(asked["co2"].min()) == float(asked["co2"].max()) == 410.0
    without = open_site(csv(weather.drop(columns="co2")), calibration_years=1)
    assert float(without["co2"].sel(time="2001-07-02").item()) == pytest.approx(370.57, abs=0.02)
    assert "global annual means of NOAA GML" in notes(without)
    gappy = weather.copy()
    gappy.iloc[30:60, gappy.columns.get_loc("co2")] = np.nan
    assert "missing for longer than can be interpolated (2001-01-31" in notes(
        open_site(csv(gappy), calibration_years=1)
    )
    early = weather.drop(columns="co2").set_axis(weather.index - pd.DateOffset(years=40))
    with pytest.raises(InputError, match=r"beyond our table .* co2="):
        open_site(csv(early), calibration_years=1)
    with pytest.raises(InputError, match=r"co2 is 0.0004"):
        open_site(csv(weather), calibration_years=1, co2=0.0004)
