"""The whole cost of a short stand: its terms, its slopes against finite differences, and their finiteness."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr

from diffdalec.cells.problem import StandData, problem, stream_terms
from diffdalec.config import load_experiment
from diffdalec.cost import CONSTRAINTS, Problem, cost_terms, nnse, observed, term_names, total_cost
from diffdalec.harmonise.growth_curve import GrowthCurve
from diffdalec.harmonise.periods import period_masks
from diffdalec.harmonise.run_calendar import run_calendar
from diffdalec.model import INITIAL_POOLS, PARAMETERS
from stands import harsh_drivers, lanes, observed_stand, true_lanes

CURVE = GrowthCurve(bmax=60.0, k=0.06, p=3.0, unit="MgC ha-1")
MEMBERS = 4


def short_problem(dtype, members: int = MEMBERS) -> Problem:
    """Every kind of term: four streams, the biomass curve, four priors, nine constraints; three years."""
    ds = observed_stand()
    rules = {"edc9": {}}  # a growing stand's experiment leaves it out
    experiment = load_experiment("growth_curve", members=members, simulation={"years": 3}, constraints=rules)
    priors = {"lcma": 90.0, "canopy_efficiency": 12.0}
    data = StandData(ds, period_masks(ds), CURVE, None, priors)
    return problem(data, [experiment], run_calendar(ds["time"], years=3), dtype)


@pytest.fixture(scope="module")
def double():
    """The problem in float64 and its compiled cost and slopes, of lanes of :data:`MEMBERS`."""
    with jax.enable_x64(True):
        stand = short_problem(jnp.float64)
        slopes = jax.jit(jax.grad(lambda p, i, stand: jnp.sum(total_cost(p, i, stand)), argnums=(0, 1)))
        return stand, jax.jit(total_cost), slopes


def test_every_term_has_a_name_and_the_total_is_their_sum(double):
    stand, cost, _ = double
    with jax.enable_x64(True):
        parameters, pools = true_lanes(MEMBERS, jnp.float64, spread=0.1)
        terms = cost_terms(parameters, pools, stand)
        assert list(terms) == term_names(stand)
        assert set(terms) == {
            *(f"stream:{name}" for name in ("gpp", "reco", "et", "lai", "biomass")),
            *(f"prior:{name}" for name in ("canopy_efficiency", "lcma", "autotrophic_fraction", "labile_lifespan")),
            *CONSTRAINTS,
        }
        np.testing.assert_allclose(cost(parameters, pools, stand), sum(terms.values()), rtol=1e-12)
        for name in ("gpp", "reco", "et", "lai"):
            assert ((terms[f"stream:{name}"] < 0) & (terms[f"stream:{name}"] >= -1)).all()


def test_the_truth_scores_one_on_what_it_was_made_of(double):
    stand, _, _ = double
    with jax.enable_x64(True):
        terms = cost_terms(*true_lanes(MEMBERS, jnp.float64), stand)
        for name in ("gpp", "reco", "et", "lai"):
            np.testing.assert_allclose(terms[f"stream:{name}"], -1.0, rtol=1e-10)


@pytest.mark.parametrize("windows", ["run", "year"])
@pytest.mark.parametrize("years", [3, 8])
def test_a_stream_compared_in_the_run_scores_as_its_recorded_series_does(windows, years):
    """Gaps, window means with too few days, eight-daily LAI; one pass, and the last of several."""
    ds = observed_stand().copy()
    gaps = np.random.default_rng(2).random((4, ds.sizes["time"])) < 0.4
    for name, gap in zip(("gpp", "reco", "et", "lai"), gaps, strict=True):
        ds[name] = ds[name].where(~xr.DataArray(gap, dims="time"))
    experiment = load_experiment(
        "growth_curve", members=MEMBERS, simulation={"years": years}, streams={"reco": {"windows": windows}}
    )
    calendar = run_calendar(ds["time"], years=years)
    with jax.enable_x64(True):
        data = StandData(ds, period_masks(ds), CURVE, None, {})
        stand = problem(data, [experiment], calendar, jnp.float64)
        streams = stream_terms(data, experiment, calendar, "calibration", jnp.float64)
        lane = true_lanes(MEMBERS, jnp.float64, spread=0.1)
        terms, series = cost_terms(*lane, stand), observed(*lane, stand, streams)
        for name, stream in streams.items():
            np.testing.assert_allclose(terms[f"stream:{name}"], -nnse(series[name], stream.target), rtol=1e-10)


def test_a_weight_scales_its_term_and_no_other(double):
    stand, _, _ = double
    with jax.enable_x64(True):
        lane = true_lanes(MEMBERS, jnp.float64, spread=0.1)
        tripled = replace(stand, weights={**stand.weights, "stream:et": 3 * stand.weights["stream:et"]})
        before, after = cost_terms(*lane, stand), cost_terms(*lane, tripled)
        for name in before:
            np.testing.assert_allclose(after[name], (3 if name == "stream:et" else 1) * before[name], rtol=1e-12)


def test_slopes_match_central_differences(double):
    """Of all 34 searched quantities, per relative change, at four points away from the truth."""
    stand, cost, slopes = double
    with jax.enable_x64(True):
        parameters, pools = true_lanes(MEMBERS, jnp.float64, spread=0.15, seed=3)
        by_parameter, by_pool = slopes(parameters, pools, stand)
        step = 1e-6
        found, expected = {}, {}
        for group, values, slope in (("p", parameters, by_parameter), ("i", pools, by_pool)):
            for name in PARAMETERS if group == "p" else INITIAL_POOLS:
                value = getattr(values, name)

                def at(factor, group=group, values=values, name=name, value=value):
                    moved = replace(values, **{name: value * factor})
                    return cost(moved, pools, stand) if group == "p" else cost(parameters, moved, stand)

                expected[name] = np.asarray((at(1 + step) - at(1 - step)) / (2 * step))
                found[name] = np.asarray(getattr(slope, name) * value)
    steepest = np.max([np.abs(v) for v in expected.values()], axis=0)
    for name in expected:
        # A kink (of beta, of what can leave a pool) met within the step by one day of a thousand is allowed for.
        error = np.abs(found[name] - expected[name]) / np.maximum(np.abs(expected[name]), 1e-3 * steepest)
        assert error.max() < 1e-4, name
        assert np.median(error) < 1e-5, name


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_value_and_slopes_are_finite_everywhere(dtype):
    """Inside the bounds, at them and beyond; in weather that no site has; with no leaves and no light at all."""
    number = 32
    with jax.enable_x64(dtype == "float64"):
        kind = jnp.dtype(dtype)
        stand = short_problem(kind, number)
        both = jax.jit(
            jax.grad(lambda p, i, s: (lambda c: (jnp.sum(c), c))(total_cost(p, i, s)), argnums=(0, 1), has_aux=True)
        )
        harsh = replace(stand, drivers=harsh_drivers(1, len(stand.calendar), kind))
        none = jnp.zeros_like(harsh.drivers.shortwave)
        dark = replace(harsh, drivers=replace(harsh.drivers, shortwave=none))
        cases = [(where, s) for where in ("inside", "at", "beyond") for s in (stand, harsh)] + [("leafless", dark)]
        for where, s in cases:
            # A stand that gives all NPP to its leaves has no roots to compare them with: not a case of EDC5.
            parameters, pools = lanes(7, "at" if where == "leafless" else where, number, kind, most=0.95)
            if where == "leafless":
                empty = jnp.zeros(number, kind)
                pools = replace(pools, labile=empty, foliar=empty)
            slopes, cost = both(parameters, pools, s)
            assert np.isfinite(np.asarray(cost)).all(), where
            for slope in slopes:
                for name, value in vars(slope).items():
                    assert np.isfinite(np.asarray(value)).all(), (where, name)


def test_biomass_term_judges_the_end_of_each_year(double):
    stand, _, _ = double
    curve = CURVE.total_carbon(np.array([1, 2, 3]))
    np.testing.assert_allclose(np.asarray(stand.streams["biomass"].target.values)[:, 0], curve, rtol=1e-12)
    assert np.asarray(stand.streams["biomass"].operator.year_ends).tolist() == [364, 729, 1094]
