"""Does the fit find a known curve, own up to what it cannot know, and reproduce fits to real stands?"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffdalec.errors import InputError
from diffdalec.harmonise.growth_curve import GrowthCurve
from diffdalec.harmonise.growth_fit import SHAPE_BOUNDS, fit_growth_curve

AGES = np.linspace(3, 180, 60)


@settings(max_examples=15, deadline=None)
@given(st.floats(20.0, 300.0), st.floats(0.015, 0.1), st.floats(0.8, 5.0))
def test_finds_a_curve_without_noise(bmax, k, p):
    truth = GrowthCurve(bmax, k, p)
    fit = fit_growth_curve(AGES, truth(AGES), "MgC ha-1")
    np.testing.assert_allclose([fit.bmax, fit.k, fit.p], [bmax, k, p], rtol=1e-3)
    assert fit.r2 > 0.999999
    assert fit.notes == ()


def test_standard_errors_cover_the_truth():
    truth, rng = GrowthCurve(100.0, 0.04, 2.5), np.random.default_rng(0)
    fits = [fit_growth_curve(AGES, np.abs(truth(AGES) + rng.normal(0, 5, 60)), "MgC ha-1") for _ in range(40)]
    for name in ("bmax", "k", "p"):
        estimates = np.array([getattr(fit, name) for fit in fits])
        errors = np.array([fit.standard_errors[name] for fit in fits])
        assert np.mean(np.abs(estimates - getattr(truth, name)) < 2 * errors) > 0.85
        assert np.median(errors) == pytest.approx(estimates.std(), rel=0.4)


def test_sd_weights_the_stands_and_scales_the_errors():
    truth = GrowthCurve(100.0, 0.04, 2.5)
    biomass = truth(AGES)
    biomass[::6] *= 2.0  # stands that are known to be poorly measured
    sd = np.ones(60)
    sd[::6] = 1e4
    weighted = fit_growth_curve(AGES, biomass, "MgC ha-1", sd=sd)
    assert weighted.bmax == pytest.approx(100.0, rel=1e-3)
    doubled = fit_growth_curve(AGES, biomass, "MgC ha-1", sd=2 * sd)
    assert doubled.standard_errors["bmax"] == pytest.approx(2 * weighted.standard_errors["bmax"], rel=1e-2)


def test_fit_carries_unit_and_root_shoot():
    truth = GrowthCurve(100.0, 0.04, 2.5)
    fit = fit_growth_curve(AGES, truth(AGES), "Mg/ha", root_shoot=0.3)
    assert (fit.unit, fit.root_shoot, fit.n) == ("Mg ha-1", 0.3, 60)


def test_growth_in_a_straight_line_is_flagged():
    fit = fit_growth_curve([5, 20, 40, 60, 80, 100], [3.1, 11.8, 24.3, 35.7, 48.4, 59.6], "MgC ha-1")
    assert any("asymptote is not identified" in note or "bmax" in note for note in fit.notes)


@pytest.mark.parametrize(
    ("age", "biomass", "message"),
    [
        ([1, 2, 3], [1, 2, 3], "3 stands, expected at least 4"),
        ([50, 50, 50, 50], [1, 2, 3, 4], "all 4 stands are 50 years old"),
        ([-1, 2, 3, 4], [1, 2, 3, 4], "age -1 is negative"),
        ([1, 2, 3, 4], [1, -9999, 3, 4], "biomass -9999 is negative"),
        ([1, 2, 3, np.nan], [1, 2, 3, 4], "age has 1 missing"),
        ([1, 2, 3, 4], [0, 0, 0, 0], "biomass is 0"),
        ([1, 2, 3, 4], [1, 2, 3], "4 ages but 3"),
    ],
)
def test_bad_stands_are_refused_by_name(age, biomass, message):
    with pytest.raises(InputError, match=message) as caught:
        fit_growth_curve(age, biomass, "MgC ha-1", source="plots.csv")
    assert str(caught.value).startswith("plots.csv: ")


def test_negative_sd_is_refused():
    with pytest.raises(InputError, match="sd"):
        fit_growth_curve(AGES, GrowthCurve(100.0, 0.04, 2.5)(AGES), "MgC ha-1", sd=-1.0)


def _stands(shared_data, region, pool):
    table = pd.read_csv(shared_data / "growth" / "boreal_biomass_vs_age.csv")
    kept = (
        (table["region"] == region)
        & (table["variable.name"] == pool)
        & (table["citation.ID"] != "GROA_11419")
    )
    return table[kept]


@pytest.mark.parametrize("region", ["Canada", "Fennoscandia", "Russia_European", "Russia_W-C_Siberia"])
@pytest.mark.parametrize(("pool", "label"), [("biomass_ag", "AGB"), ("biomass", "TOTAL")])
def test_real_regions_agree_with_an_independent_fit(shared_data, region, pool, label):
    expected = pd.read_csv(shared_data / "growth" / "chapman_richards_recommended.csv", index_col="region")
    expected = expected.loc[f"{label} {region}"]
    stands = _stands(shared_data, region, pool)
    fit = fit_growth_curve(stands["age"], stands["MgC_ha"], "MgC ha-1")
    assert fit.n == expected["n"]
    assert fit.bmax == pytest.approx(expected["Bmax_MgC_ha"], rel=1e-4)
    assert fit.k == pytest.approx(expected["k_per_yr"], abs=1e-4)
    assert fit.p == pytest.approx(expected["p"], abs=1e-3)
    assert fit.r2 == pytest.approx(expected["R2"], abs=1e-4)
    assert fit(100) == pytest.approx(expected["B100"], rel=1e-4)


def test_real_stands_that_hit_a_bound_are_flagged(shared_data):
    stands = _stands(shared_data, "Canada", "biomass")
    fit = fit_growth_curve(stands["age"], stands["MgC_ha"], "MgC ha-1")
    assert fit.p == pytest.approx(SHAPE_BOUNDS[1])
    assert any(note.startswith("p ended at its bound") for note in fit.notes)


def test_manitoba_chronosequence_has_no_asymptote(shared_data):
    table = pd.read_csv(shared_data / "growth" / "manitoba_chronosequence_joint.csv")
    fit = fit_growth_curve(table["age"], table["MgC_ha"], "MgC ha-1")
    assert any("asymptote is not identified" in note for note in fit.notes)
    assert any(note.startswith("bmax is not identified") for note in fit.notes)
    assert fit(104) == pytest.approx(57, rel=0.1)  # within its ages the curve is good
