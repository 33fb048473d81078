"""From a labelled stand to the arrays of its cost: which days are compared with what, lanes and cells alike."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr

import diffdalec as dd
from diffdalec import InputError, load_experiment
from diffdalec.cells.forcing import drivers
from diffdalec.cells.problem import StandData, problem, stream_terms
from diffdalec.config import Stream
from diffdalec.harmonise.growth_curve import GrowthCurve
from diffdalec.harmonise.periods import period_masks, thinned
from diffdalec.harmonise.run_calendar import run_calendar
from diffdalec.synthetic.stand import TRUE_PARAMETERS
from diffdalec.variables import WINDOWS_OF_MONTHS
from stands import MATURE_POOLS, observed_stand, weather

CURVE = GrowthCurve(bmax=60.0, k=0.06, p=3.0, unit="MgC ha-1")


def stand(ds: xr.Dataset, **changes) -> StandData:
    return replace(StandData(ds, period_masks(ds), CURVE, 5000.0, {}), **changes)


def terms(ds, streams: dict, years: int | None = None, period: str = "calibration"):
    experiment = load_experiment("baseline").model_copy(update={"streams": streams})
    return stream_terms(stand(ds), experiment, run_calendar(ds["time"], years=years), period, jnp.float32)


def gappy(name: str, keep) -> xr.Dataset:
    """The noise-free stand with values of ``name`` only where ``keep`` (days,)."""
    ds = observed_stand()
    return ds.assign({name: ds[name].where(xr.DataArray(keep, dims="time"))})


class TestStreams:
    def test_window_means_are_over_valid_days(self):
        keep = np.ones(1095, bool)
        keep[10:14] = False  # 6 of 10 left
        keep[20:26] = False  # 4 of 10: too few
        ds = gappy("reco", keep)
        term = terms(ds, {"reco": Stream(observe="window_mean", days=10)})["reco"]
        series = ds["reco"].values
        assert float(term.target.values[1, 0]) == pytest.approx(np.nanmean(series[10:20]), rel=1e-5)
        assert np.asarray(term.target.valid)[:4, 0].tolist() == [1, 1, 0, 1]
        assert term.target.values.shape[0] == 110  # the last window has 5 days
        assert float(term.target.values[-1, 0]) == pytest.approx(series[1090:].mean(), rel=1e-5)
        # The operator applies the same days to the model: from a perfect run nothing is off.
        seen = term.operator(jnp.asarray(observed_stand()["reco"].values, jnp.float32)[:, None])
        valid = np.asarray(term.target.valid, bool)
        np.testing.assert_allclose(np.asarray(seen)[valid], np.asarray(term.target.values)[valid], rtol=1e-4)

    def test_windows_of_the_year_begin_anew_each_january(self):
        ds = observed_stand()
        term = terms(ds, {"reco": Stream(observe="window_mean", days=10, windows="year")})["reco"]
        series, year, day = ds["reco"].values, ds["time"].dt.year.values, ds["time"].dt.dayofyear.values
        expected = [
            series[(year == y) & (day > first) & (day <= first + 10)].mean()
            for y in np.unique(year)
            for first in range(0, int(day[year == y].max()), 10)
        ]
        np.testing.assert_allclose(term.target.values[:, 0], expected, rtol=1e-5)
        seen = term.operator(jnp.asarray(series, jnp.float32)[:, None])
        np.testing.assert_allclose(seen[:, 0], expected, rtol=1e-4)

    @pytest.mark.parametrize(
        ("said", "kind"), [("10 days from 1 January", "year"), (WINDOWS_OF_MONTHS, "month"), (None, "run")]
    )
    def test_windows_of_the_product(self, said, kind):
        ds = observed_stand().copy()
        ds["reco"] = ds["reco"].copy()
        if said:
            ds["reco"].attrs["windows"] = said
        one, two = (
            terms(ds, {"reco": Stream(observe="window_mean", days=10, windows=w)})["reco"] for w in ("product", kind)
        )
        np.testing.assert_array_equal(one.target.values, two.target.values)

    def test_thirds_of_months(self):
        ds = observed_stand()
        term = terms(ds, {"reco": Stream(observe="window_mean", days=10, windows="month")})["reco"]
        series, time = ds["reco"].values, ds["time"].dt
        third = np.minimum((time.day.values - 1) // 10, 2)
        month = (time.year.values - time.year.values[0]) * 12 + time.month.values - 1
        expected = [series[(month == m) & (third == t)].mean() for m in range(36) for t in range(3)]
        np.testing.assert_allclose(term.target.values[:, 0], expected, rtol=1e-5)
        assert term.operator.index.shape == (108, 11)  # a last third of 11 days is the longest

    def test_samples_are_at_least_so_many_days_apart(self):
        keep = np.random.default_rng(0).random(1095) > 0.5
        term = terms(gappy("lai", keep), {"lai": Stream(observe="sample", days=8)})["lai"]
        taken = np.flatnonzero(np.asarray(term.target.valid)[:, 0])
        assert (np.diff(taken) >= 8).all() and keep[taken].all() and len(taken) > 1095 / 8 * 0.8

    def test_a_product_of_eight_days_is_taken_as_it_is(self):
        keep = np.arange(1095) % 8 == 3
        assert thinned(keep, 8).sum() == keep.sum()

    def test_a_stream_without_any_value_is_left_out(self):
        streams = load_experiment("baseline").streams
        assert set(terms(gappy("et", np.zeros(1095, bool)), streams)) == {"gpp", "reco", "lai"}
        assert set(terms(observed_stand().drop_vars("lai"), streams)) == {"gpp", "reco", "et"}

    def test_fast_streams_are_compared_in_the_last_cycle(self):
        term = terms(observed_stand(), {"gpp": Stream()}, years=10)["gpp"]
        assert term.operator.stop - term.operator.start == 1095
        assert term.operator.stop == len(run_calendar(observed_stand()["time"], years=10).days)

    def test_held_out_days_are_not_in_the_cost(self):
        ds = observed_stand()
        ds.attrs = {**ds.attrs, "calibration_years": "2009-2010"}
        inside = np.asarray(terms(ds, {"gpp": Stream()})["gpp"].target.valid)[:, 0]
        outside = np.asarray(terms(ds, {"gpp": Stream()}, period="validation")["gpp"].target.valid)[:, 0]
        assert inside[:730].all() and not inside[730:].any()
        assert (inside + outside == 1).all()

    def test_nothing_held_out_reaches_the_cost(self):
        """Changing the held-out years' observations changes no number of the problem."""
        ds = observed_stand()
        ds.attrs = {**ds.attrs, "calibration_years": "2009-2010"}
        spoilt = ds.copy(deep=True)
        for name in ("gpp", "reco", "et", "lai"):
            spoilt[name].values[730:] = 1e6
        one, two = (terms(d, load_experiment("baseline").streams) for d in (ds, spoilt))
        for name in one:
            valid = np.asarray(one[name].target.valid)
            np.testing.assert_array_equal(valid, two[name].target.valid)
            np.testing.assert_array_equal(one[name].target.values * valid, two[name].target.values * valid)
            np.testing.assert_array_equal(one[name].target.scale, two[name].target.scale)

    def test_biomass_without_a_reference_is_an_error(self):
        ds = observed_stand()
        calendar = run_calendar(ds["time"])
        bare = stand(ds, curve=None, biomass=None)
        for name in ("growth_curve", "single_year"):
            with pytest.raises(InputError, match="biomass"):
                stream_terms(bare, load_experiment(name), calendar, "calibration")


def test_experiments_side_by_side_have_their_own_weights():
    ds = observed_stand()
    pair = [load_experiment(name, members=2) for name in ("baseline", "single_year")]
    found = problem(stand(ds), pair, run_calendar(ds["time"]))
    assert np.asarray(found.weights["stream:biomass"]).tolist() == [0, 0, 1, 1]
    assert np.asarray(found.weights["stream:gpp"]).tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("own", "site", "expected"),
    [({}, {}, 0.5), ({}, {"autotrophic_fraction": 0.42}, 0.42), ({"centre": 0.4}, {"autotrophic_fraction": 0.42}, 0.4)],
)
def test_a_priors_centre_is_the_experiments_then_the_sites_then_the_usual(own, site, expected):
    ds = observed_stand()
    experiment = load_experiment("baseline", members=1, priors={"autotrophic_fraction": own})
    found = problem(replace(stand(ds), prior_centres=site), [experiment], run_calendar(ds["time"]))
    assert float(found.priors["autotrophic_fraction"].centre) == pytest.approx(expected)


def test_a_prior_without_a_centre_is_left_out():
    ds = observed_stand()
    found = problem(stand(ds), [load_experiment("baseline", members=1)], run_calendar(ds["time"]))
    assert list(found.priors) == ["autotrophic_fraction", "labile_lifespan"]


class TestPublicSimulate:
    def test_cells_and_members_are_the_same_as_one_by_one(self):
        north = weather().copy(deep=True)
        north["tmin"], north["tmax"] = north["tmin"] - 5, north["tmax"] - 5
        north["latitude"] = xr.DataArray(70.0)
        pair = [weather(), north]
        both = xr.concat(pair, "cell", coords="minimal", compat="override", data_vars="all")
        rng = np.random.default_rng(1)
        parameters = {n: v * np.exp(0.05 * rng.standard_normal((2, 3))) for n, v in TRUE_PARAMETERS.items()}
        together = dd.simulate(parameters, MATURE_POOLS, both)
        assert together["gpp"].dims == ("time", "cell", "member") and together["gpp"].shape[1:] == (2, 3)
        for cell in range(2):
            alone = dd.simulate({n: v[cell] for n, v in parameters.items()}, MATURE_POOLS, pair[cell])
            for name in ("gpp", "reco", "et", "som", "paw"):
                np.testing.assert_allclose(together[name].isel(cell=cell), alone[name], rtol=1e-4, atol=1e-5)

    def test_numbers_in_a_series_out(self):
        out = dd.simulate(TRUE_PARAMETERS, MATURE_POOLS, weather())
        assert out["gpp"].dims == ("time",) and out["gpp"].dtype == np.float32
        assert out["gpp"].attrs["units"] == "gC m-2 d-1" and out["wood"].attrs["units"] == "gC m-2"
        assert out.sizes["time"] == weather().sizes["time"]
        assert not jax.config.jax_enable_x64  # asking for float64 elsewhere has not leaked

    def test_what_is_missing_is_named(self):
        with pytest.raises(InputError, match="lcma"):
            dd.simulate({n: v for n, v in TRUE_PARAMETERS.items() if n != "lcma"}, MATURE_POOLS, weather())
        with pytest.raises(InputError, match="puw"):
            dd.simulate(TRUE_PARAMETERS, {n: v for n, v in MATURE_POOLS.items() if n != "puw"}, weather())
        with pytest.raises(InputError, match="vpd"):
            dd.simulate(TRUE_PARAMETERS, MATURE_POOLS, weather().drop_vars("vpd"))
        with pytest.raises(InputError, match="drought"):
            dd.simulate(TRUE_PARAMETERS, MATURE_POOLS, weather(), beta="drought")

    def test_stress_is_a_function_passed_in(self):
        def half(paw, wilting_point, field_capacity):
            return 0.5 * jnp.ones_like(paw)

        assert (dd.simulate(TRUE_PARAMETERS, MATURE_POOLS, weather(), beta=half)["beta"] == 0.5).all()
        assert (dd.simulate(TRUE_PARAMETERS, MATURE_POOLS, weather(), beta="none")["beta"] == 1.0).all()

    def test_phase_counts_from_2001(self):
        """Phase = (days since 2001-01-01) modulo 365.25: another origin shifts leaf fall by its remainder."""
        ds = weather()
        days = (ds["time"].values[0] - np.datetime64("2001-01-01")) / np.timedelta64(1, "D")
        angle = 2 * np.pi * np.mod(days, 365.25) / 365.25
        day = drivers(ds)
        assert float(day.phase_cos[0]) == pytest.approx(np.cos(angle), abs=1e-5)
        assert float(day.phase_sin[0]) == pytest.approx(np.sin(angle), abs=1e-5)


class TestForward:
    def test_a_year_of_age_is_a_year_of_the_data(self):
        run = dd.forward(TRUE_PARAMETERS, MATURE_POOLS, weather(), years=3)
        daily = dd.simulate(TRUE_PARAMETERS, MATURE_POOLS, weather())
        assert run["age"].values.tolist() == [1, 2, 3]
        year = daily["time"].dt.year
        for name in ("total_biomass", "som"):
            np.testing.assert_allclose(run[name], daily[name].groupby(year).last(), rtol=1e-5)
        np.testing.assert_allclose(run["gpp"], daily["gpp"].groupby(year).sum(), rtol=1e-4)
        np.testing.assert_allclose(run["lai_max"], daily["lai"].groupby(year).max(), rtol=1e-5)

    def test_no_years_is_an_error(self):
        with pytest.raises(InputError, match="at least 1"):
            dd.forward(TRUE_PARAMETERS, MATURE_POOLS, weather(), years=0)
