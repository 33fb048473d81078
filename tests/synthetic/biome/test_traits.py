"""Do traits depend on what they should, keep within the model's bounds and rules, and scatter beside?"""

from dataclasses import asdict

import numpy as np
import pytest

from diffdalec.model import INITIAL_POOLS, PARAMETERS, Parameters
from diffdalec.model import traits as model_traits
from diffdalec.synthetic.biome.environment import ClimateStatistics, Land
from diffdalec.synthetic.biome.parameters import (
    EFFICIENCIES,
    Search,
    balanced_soil,
    true_parameters,
    true_pools,
)
from diffdalec.synthetic.biome.traits import (
    BEST_VPD,
    THRESHOLD,
    Scatter,
    composition_lcma,
    lifespan_parameter,
    true_traits,
)


class NoScatter:
    """In the middle of every distribution."""

    def __init__(self, cells: int) -> None:
        self._cells = cells

    def __call__(self, name: str) -> np.ndarray:
        return np.zeros(self._cells)


def _climate(n, **given):
    usual = dict(temperature=-3.0, coldest_month=-25.0, warmest_month=16.0, precipitation=450.0, shortwave=9.3, vpd=2.5)
    return ClimateStatistics(**{k: np.broadcast_to(given.get(k, v), n).astype(float) for k, v in usual.items()})


def _land(n, **given):
    usual = dict(
        clay=20.0, sand=45.0, ph=5.6, organic_carbon=2.5, carbon_nitrogen_ratio=15.0, bulk_density=1.3,
        evergreen_needleleaf=0.5, deciduous_broadleaf=0.1, deciduous_needleleaf=0.1, grass=0.2,
    )  # fmt: skip
    return Land(**{k: np.broadcast_to(given.get(k, v), n).astype(float) for k, v in usual.items()})


@pytest.fixture(scope="module")
def made(domain, normals, land, statistics):
    scatter = Scatter(3, domain.cell)
    wanted = true_traits(statistics, land, scatter)
    return wanted, true_parameters(wanted, normals, statistics, land, scatter), true_pools(wanted, land, scatter)


def test_wood_turns_over_faster_above_the_threshold_only():
    coldest = np.array([-40.0, -35.0, -30.0, -25.0, THRESHOLD, -15.0, -10.0, -5.0])
    found = true_traits(_climate(8, coldest_month=coldest), _land(8), NoScatter(8)).wood_turnover
    assert found[3] / found[0] < 1.02
    assert np.all(np.diff(found) >= 0) and 1.8 < found[-1] / found[0] < 3.5
    steep, flat = np.log(found[-1] / found[-2]), np.log(found[2] / found[1])
    assert steep > 20 * flat


def test_allocation_to_wood_has_an_optimum_in_vpd():
    vpd = np.array([1.5, 2.4, BEST_VPD, 4.2, 5.1])
    found = true_traits(_climate(5, vpd=vpd), _land(5), NoScatter(5)).allocation_wood
    assert found.argmax() == 2
    np.testing.assert_allclose(found[1], found[3], rtol=1e-6)
    assert found[2] > found[0] + 0.08


def test_leaves_live_by_composition_and_thickness():
    shares = dict(
        evergreen_needleleaf=np.array([0.7, 0.0, 0.0]),
        deciduous_needleleaf=np.array([0.0, 0.7, 0.0]),
        deciduous_broadleaf=np.array([0.0, 0.0, 0.7]),
    )
    found = true_traits(_climate(3), _land(3, **shares), NoScatter(3))
    needle, larch, broadleaf = found.leaf_lifespan
    assert needle > 1.5 and broadleaf < larch < 0.8
    assert found.allocation_leaf.argmax() == 1
    np.testing.assert_allclose(found.lcma, composition_lcma(_land(3, **shares)))


def test_traits_scatter_beside_what_explains_them():
    n = 400
    found = true_traits(_climate(n), _land(n), Scatter(0, np.arange(n)))
    assert 0.25 < np.log(found.wood_turnover).std() < 0.35
    assert 0.02 < found.allocation_wood.std() < 0.05
    assert 0.1 < np.log(found.leaf_lifespan).std() < 0.4
    assert np.all((found.gpp > 300) & (found.gpp < 2200))


def test_parameters_have_the_traits_and_keep_the_bounds(made):
    wanted, parameters, pools = made
    assert set(parameters) == set(PARAMETERS) and set(pools) == set(INITIAL_POOLS)
    for rows, values in ((PARAMETERS, parameters), (INITIAL_POOLS, pools)):
        for name, value in values.items():
            assert np.all((value >= rows[name].lower) & (value <= rows[name].upper)), name
    meant = asdict(model_traits(Parameters(**parameters)))
    for name in ("allocation_wood", "allocation_leaf", "leaf_lifespan"):
        np.testing.assert_allclose(meant[name], getattr(wanted, name), rtol=1e-4)
    np.testing.assert_allclose(1.0 - meant["carbon_use_efficiency"], wanted.autotrophic_fraction, rtol=1e-5)


def test_parameters_break_no_rule_of_ecology(made):
    wanted, p, _pools = made
    p = balanced_soil(p, np.full(12, 6000.0), np.full(12, 1500.0), Scatter(3, np.arange(12)))
    assert np.all(p["litter_turnover"] > p["som_turnover"])
    assert np.all(p["litter_to_som_rate"] > p["som_turnover"])
    assert np.all(p["root_turnover"] > p["wood_turnover"])
    assert np.all(1.0 / (365.25 * wanted.leaf_lifespan) > p["wood_turnover"])
    assert np.all(p["root_turnover"] > p["som_turnover"])
    root = 1.0 - wanted.allocation_leaf - wanted.allocation_wood
    assert np.all((wanted.allocation_leaf / root < 5) & (wanted.allocation_leaf / root > 0.2))
    line = -4.709 + 1.111 * np.log(wanted.lcma)
    assert np.all(np.abs(np.log(wanted.leaf_lifespan) - line) < 0.757)


def test_the_lifespan_parameter_is_the_inverse_of_the_models_trait():
    lifespan, period = np.array([0.5, 1.0, 2.0, 3.5]), np.array([40.0, 60.0, 90.0, 110.0])
    shape = lifespan_parameter(lifespan, period)
    assert np.all(shape > 1.0)
    from diffdalec.model.traits import effective_lifespan

    np.testing.assert_allclose(effective_lifespan(shape, period), lifespan, rtol=1e-5)


def test_the_search_moves_each_cell_by_its_own_run(made):
    _wanted, parameters, pools = made
    search = Search(dict(parameters), dict(pools), np.full(12, 800.0))
    gpp, dead = np.full(12, 800.0), np.zeros(12, dtype=bool)
    gpp[0], gpp[1], dead[2] = 1600.0, 400.0, True
    search.move(gpp, dead)
    ratio = search.parameters["canopy_efficiency"] / parameters["canopy_efficiency"]
    assert ratio[0] < 1 < ratio[1] and ratio[2] > 1
    np.testing.assert_allclose(ratio[3:], 1.0)
    assert search.pools["foliar"][2] > pools["foliar"][2] and search.pools["foliar"][0] == pools["foliar"][0]
    floor = search.parameters["canopy_efficiency"][2]
    search.move(np.full(12, 1e5), np.zeros(12, dtype=bool))  # far too productive: a cell that died goes no lower
    assert search.parameters["canopy_efficiency"][2] >= 0.95 * floor
    assert np.all(search.parameters["canopy_efficiency"] >= EFFICIENCIES[0])
