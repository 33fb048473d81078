"""Which day of the data each day of a run takes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from diffdalec import InputError, load_experiment
from diffdalec.harmonise.run_calendar import run_calendar, whole_years
from diffdalec.workflows.calibrate import experiment_calendar


def days(first: str, last: str) -> xr.DataArray:
    return xr.DataArray(pd.date_range(first, last), dims="time", name="time")


LONG = days("1985-01-01", "2020-12-31")


def test_the_papers_growth_run():
    """1985-2020 cycled three times, the last year dropped: 107 years that end in 2019; the fast streams are compared
    in simulation years 89-100, which are 2001-2012."""
    ds = xr.Dataset(coords={"time": LONG})
    c = experiment_calendar(ds, load_experiment("paper/growth_curve"))
    assert len(c.years) == len(c.year_ends) == 107
    assert c.years[0] == 1985 and c.years[-1] == 2019
    assert c.years[88:100].tolist() == list(range(2001, 2013))
    observed = LONG.dt.year.values[c.observed_days]
    assert observed[0] == 1985 and observed[-1] == 2019 and (np.diff(observed) >= 0).all()
    # 1985-2020 has 36 x 365.25 days: the phase of the year is kept over the cycles.
    assert len(LONG) == 13149 == 36 * 365.25
    assert len(c.days) == 3 * 13149 - 366
    phase = np.mod((LONG.values - np.datetime64("2001-01-01")) / np.timedelta64(1, "D"), 365.25)[c.days]
    step = np.mod(np.diff(phase), 365.25)
    np.testing.assert_allclose(step, 1.0, atol=1e-9)


def test_the_papers_short_runs():
    ds = xr.Dataset(coords={"time": LONG})
    c = experiment_calendar(ds, load_experiment("paper/baseline"))
    assert c.years.tolist() == list(range(2001, 2020)) and c.observed_from == 0
    assert LONG.values[c.days[0]] == np.datetime64("2001-01-01")


def test_a_site_of_nine_years():
    time = days("2006-01-01", "2014-12-31")
    once = run_calendar(time)
    assert once.years.tolist() == list(range(2006, 2015)) and once.observed_from == 0
    np.testing.assert_array_equal(once.days, np.arange(len(time)))
    grown = run_calendar(time, years=107)
    assert len(grown.years) == 107 and grown.years[-1] == 2014
    # The last cycle is whole, and compared with every day of the data once.
    np.testing.assert_array_equal(grown.observed_days, np.arange(len(time)))


def test_leap_days_are_kept_in_their_years():
    time = days("2007-01-01", "2008-12-31")
    c = run_calendar(time, years=4)
    assert np.diff(np.concatenate([[-1], c.year_ends])).tolist() == [365, 366, 365, 366]
    dates = time.values[c.days[c.year_ends]]
    assert [str(d)[5:10] for d in dates] == ["12-31"] * 4


def test_years_that_are_not_whole_are_not_cycled():
    time = days("2005-07-01", "2009-03-31")
    assert whole_years(time) == [2006, 2007, 2008]
    assert run_calendar(time).years.tolist() == [2006, 2007, 2008]
    assert time.values[run_calendar(time).days[0]] == np.datetime64("2006-01-01")


def test_begins_where_it_is_told_to():
    time = days("2006-01-01", "2009-12-31")
    c = run_calendar(time, years=6, first_year=2008)
    assert c.years.tolist() == [2008, 2009, 2006, 2007, 2008, 2009]


def test_a_run_that_is_shorter_than_the_data_ends_with_them():
    assert run_calendar(days("2006-01-01", "2009-12-31"), years=2).years.tolist() == [2008, 2009]


@pytest.mark.parametrize(
    ("time", "options", "expected"),
    [
        (days("2006-02-01", "2006-11-30"), {}, "no whole calendar year"),
        (days("2006-01-01", "2009-12-31"), {"cycle": (2004, 2008)}, "2004, 2005"),
        (days("2006-01-01", "2009-12-31"), {"last_year": 2011}, "end in 2011"),
        (days("2006-01-01", "2009-12-31"), {"first_year": 2001, "years": 3}, "begin in 2001"),
    ],
)
def test_what_the_data_lack_is_named(time, options, expected):
    with pytest.raises(InputError, match=expected):
        run_calendar(time, **options)


@given(st.integers(1995, 2004), st.integers(1, 12), st.integers(1, 120))
@settings(max_examples=60, deadline=None)
def test_every_run_is_of_whole_years_in_order(first, number, length):
    last = first + number - 1
    time = days(f"{first}-01-01", f"{last}-12-31")
    c = run_calendar(time, years=length)
    year, doy = time.dt.year.values[c.days], time.dt.dayofyear.values[c.days]
    assert len(c.years) == length and c.years[-1] == last
    starts = np.concatenate([[0], c.year_ends[:-1] + 1])
    assert (doy[starts] == 1).all() and len(c.days) == c.year_ends[-1] + 1
    np.testing.assert_array_equal(year[starts], c.years)
    following = np.where(c.years[:-1] == last, first, c.years[:-1] + 1)
    np.testing.assert_array_equal(c.years[1:], following)
    observed = c.observed_days
    assert len(set(observed.tolist())) == len(observed) and (np.diff(observed) > 0).all()
