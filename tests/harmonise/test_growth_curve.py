"""Is the curve what it says, in every unit, and does it refuse what is none?"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffdalec.errors import InputError
from diffdalec.harmonise.growth_curve import CARBON, DRY_MATTER, GrowthCurve, biomass_unit

EUROPEAN_RUSSIA = GrowthCurve(bmax=119.9, k=0.0303, p=3.547, unit="MgC ha-1")


def test_values_by_hand():
    assert EUROPEAN_RUSSIA(0) == 0
    assert EUROPEAN_RUSSIA(100) == pytest.approx(119.9 * (1 - math.exp(-3.03)) ** 3.547)
    assert EUROPEAN_RUSSIA(1e5) == pytest.approx(119.9)


@given(
    st.floats(1.0, 500.0), st.floats(1e-3, 0.5), st.floats(0.3, 6.0),
    st.floats(0.0, 300.0), st.floats(0.0, 300.0),
)  # fmt: skip
def test_grows_with_age_and_stays_below_the_asymptote(bmax, k, p, first, second):
    curve = GrowthCurve(bmax, k, p)
    younger, older = sorted((first, second))
    assert 0 <= curve(younger) <= curve(older) <= bmax


def test_small_age_keeps_its_precision():
    assert GrowthCurve(100.0, 1e-3, 1.0)(1e-9) == pytest.approx(1e-10, rel=1e-12)


def test_carbon_and_dry_matter_agree():
    carbon = GrowthCurve(100.0, 0.03, 3.0, unit="MgC ha-1")
    dry = GrowthCurve(200.0, 0.03, 3.0, unit="Mg ha-1")
    ages = np.arange(1, 108)
    np.testing.assert_allclose(carbon.total_carbon(ages), dry.total_carbon(ages))
    np.testing.assert_allclose(dry.dry_matter(ages), dry(ages))
    np.testing.assert_allclose(carbon.total_carbon(ages), 100 * carbon(ages))
    np.testing.assert_allclose(carbon.dry_matter(ages), 2 * carbon(ages))


def test_root_shoot_makes_an_aboveground_curve_whole():
    above = GrowthCurve(80.0, 0.03, 3.0, unit="Mg/ha", root_shoot=0.25)
    assert above(60) == GrowthCurve(80.0, 0.03, 3.0, unit="Mg/ha")(60)
    assert above.dry_matter(1e4) == pytest.approx(100.0)
    assert above.total_carbon(1e4) == pytest.approx(5000.0)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("MgC ha-1", CARBON), ("MgC/ha", CARBON), ("mgc_ha", CARBON),
        ("Mg C ha⁻¹", CARBON), ("tC/ha", CARBON),
        ("Mg/ha", DRY_MATTER), ("Mg ha-1", DRY_MATTER), ("Mg ha-1 dry matter", DRY_MATTER),
        ("t/ha", DRY_MATTER),
    ],
)  # fmt: skip
def test_units_have_synonyms(text, unit):
    assert biomass_unit(text) == unit
    assert GrowthCurve(1.0, 1.0, 1.0, unit=text).unit == unit


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"k": -0.03}, r"k \(rate\) is -0.03, expected a finite number above 0"),
        ({"bmax": 0.0}, "bmax"),
        ({"p": float("nan")}, "p "),
        ({"k": float("inf")}, "k "),
        ({"k": "fast"}, "'fast'"),
        ({"unit": "kg m-2"}, "'kg m-2' is not known"),
        ({"root_shoot": -0.1}, "root_shoot"),
    ],
)
def test_what_is_no_curve_is_refused_in_one_sentence(changes, message):
    with pytest.raises(InputError, match=message) as caught:
        GrowthCurve(**{"bmax": 100.0, "k": 0.03, "p": 3.0, **changes})
    assert "\n" not in str(caught.value)


def test_negative_age_is_refused():
    with pytest.raises(InputError, match="age -1"):
        EUROPEAN_RUSSIA([3.0, -1.0])


def test_parse_reads_three_numbers():
    assert GrowthCurve.parse("62.0, 0.0622,3.40", "MgC/ha") == GrowthCurve(62.0, 0.0622, 3.40)
    for text in ("62.0,0.0622", "62.0;0.0622;3.4", "62,a,3.4", "62.0,-0.0622,3.40"):
        with pytest.raises(InputError):
            GrowthCurve.parse(text, "MgC/ha")


def test_frozen_and_hashable():
    assert hash(GrowthCurve(1.0, 1.0, 1.0, standard_errors={"bmax": 1.0, "k": 1.0, "p": 1.0}))
    with pytest.raises(AttributeError):
        EUROPEAN_RUSSIA.bmax = 3.0
