"""The traits that the forests of the biome truly have, as functions of climate, soil and vegetation, and chance.

The dependences are those that Wu et al. (section 3.2) read from their retrievals: wood turns over faster where the
coldest month is warmer than −20 °C, in more light and in acid soils; allocation to wood has an optimum in VPD; leaves
live long where needleleaf evergreens stand; larch invests in leaves, and cold forests in roots. Each trait also has a
scatter that nothing explains.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import i0e

from ...ecological_rules import LEAF_ECONOMICS_INTERCEPT, LEAF_ECONOMICS_SLOPE
from ...units import DAYS_PER_YEAR
from .environment import ClimateStatistics, Land
from .fields import generator

NEEDLE_LCMA, LARCH_LCMA, BROADLEAF_LCMA = 115.0, 54.0, 32.0
"""Median leaf carbon mass per area [gC m-2] of boreal evergreen needles, larch and deciduous broadleaves."""

THRESHOLD = -20.0
"""Temperature of the coldest month [degC] above which wood turns over faster."""

BEST_VPD = 3.3
"""Mean vapour pressure deficit [hPa] of the largest allocation to wood."""


@dataclass(frozen=True, eq=False)
class Shares:
    """Shares of evergreen needles, larch and broadleaves among trees, each (cell,), together 1."""

    needle: np.ndarray
    larch: np.ndarray
    broadleaf: np.ndarray


@dataclass(frozen=True, eq=False)
class TrueTraits:
    """True traits, each (cell,)."""

    lcma: np.ndarray  # gC m-2
    leaf_lifespan: np.ndarray  # yr, effective
    wood_turnover: np.ndarray  # d-1
    root_turnover: np.ndarray  # d-1
    allocation_wood: np.ndarray  # 1
    allocation_leaf: np.ndarray  # 1
    autotrophic_fraction: np.ndarray  # 1
    gpp: np.ndarray  # gC m-2 yr-1, what the mature forest assimilates
    root_shoot: np.ndarray  # 1, of all living biomass


class Scatter:
    """Standard-normal numbers by name, one per cell, the same for a cell whatever its batch."""

    def __init__(self, seed: int, cell: np.ndarray, purpose: str = "scatter") -> None:
        self._seed, self._cell, self._purpose = seed, cell, purpose

    def __call__(self, name: str) -> np.ndarray:
        draws = [generator(self._seed, f"{self._purpose}/{name}", n).standard_normal() for n in self._cell]
        return np.clip(np.array(draws), -2.5, 2.5)


def tree_shares(land: Land) -> Shares:
    """The composition of the tree cover."""
    return Shares(
        land.evergreen_needleleaf / land.trees,
        land.deciduous_needleleaf / land.trees,
        land.deciduous_broadleaf / land.trees,
    )


def composition_lcma(land: Land) -> np.ndarray:
    """LCMA [gC m-2] that the composition alone makes one expect: what a trait map can know."""
    w = tree_shares(land)
    logarithms = np.log([NEEDLE_LCMA, LARCH_LCMA, BROADLEAF_LCMA])
    return np.exp(w.needle * logarithms[0] + w.larch * logarithms[1] + w.broadleaf * logarithms[2])


def expected_autotrophic_fraction(climate: ClimateStatistics, land: Land) -> np.ndarray:
    """f_auto [1] that climate and composition make one expect: warmer and evergreen forests respire more."""
    return 0.475 + 0.003 * np.clip(climate.temperature + 4.0, -10.0, 10.0) + 0.04 * (tree_shares(land).needle - 0.5)


def true_traits(climate: ClimateStatistics, land: Land, scatter: Scatter) -> TrueTraits:
    """The traits of cells. Numbers in the code are this biome's choice, within what field studies report.

    How much wood turnover and allocation differ from cell to cell is what plots of ForC (Anderson-Teixeira et al. 2018)
    show between half-degree cells: a standard deviation of 0.44 of ln(woody production / biomass) in stands of 80 years
    and more (0.10 to 0.59 with 90 % confidence; 13 plots, 9 cells), 0.03 of allocation to wood (0 to 0.08;
    66 plots, 13 cells).
    """
    w = tree_shares(land)
    lcma = np.clip(composition_lcma(land) * np.exp(0.15 * scatter("lcma")), 22.0, 160.0)
    line = LEAF_ECONOMICS_INTERCEPT + LEAF_ECONOMICS_SLOPE * np.log(lcma)
    lifespan = np.exp(line + 0.20 * (w.needle - 0.5) - 0.15 * w.larch + 0.20 * scatter("leaf lifespan"))

    above = _softplus(climate.coldest_month - THRESHOLD, 1.5)
    wood_turnover = 4.6e-5 * np.exp(
        0.074 * above + 0.08 * (climate.shortwave - 9.3) - 0.135 * (land.ph - 5.6) + 0.30 * scatter("wood turnover")
    )
    suited = np.exp(-0.5 * ((climate.vpd - BEST_VPD) / 0.9) ** 2)
    wood = 0.29 + 0.15 * suited + 0.004 * (climate.temperature + 3.0) + 0.035 * scatter("allocation wood")
    leaf = 0.29 + 0.06 * w.larch + 0.02 * suited + 0.02 * (land.bulk_density - 1.3) + 0.022 * scatter("allocation leaf")
    wood, leaf = np.clip(wood, 0.22, 0.52), np.clip(leaf, 0.18, 0.38)
    colder = np.clip(-climate.temperature, 0.0, 12.0)
    return TrueTraits(
        lcma=lcma,
        leaf_lifespan=np.clip(lifespan, 0.48, 3.5),
        wood_turnover=np.clip(wood_turnover, 2.6e-5, 2.2e-4),
        root_turnover=np.clip(1.6e-3 * np.exp(-0.03 * (colder - 4.0) + 0.22 * scatter("root turnover")), 6e-4, 4e-3),
        allocation_wood=wood,
        allocation_leaf=leaf,
        autotrophic_fraction=np.clip(
            expected_autotrophic_fraction(climate, land) + 0.025 * scatter("autotrophic fraction"), 0.38, 0.60
        ),
        gpp=np.clip(540.0 + 50.0 * (climate.temperature + 10.0), 430.0, 1400.0) * np.exp(0.13 * scatter("gpp")),
        root_shoot=np.clip(0.24 + 0.012 * colder + 0.03 * scatter("root shoot"), 0.15, 0.55),
    )


def lifespan_parameter(leaf_lifespan: np.ndarray, period: np.ndarray) -> np.ndarray:
    """The CDEA shape parameter L [yr] of leaves that live ``leaf_lifespan`` [yr] and fall over ``period`` [d].

    1/lifespan = (2/√π)(f/w) 365.25 exp(−a/2) I0(a/2), a = (s/w)², w = period·√2/2, s = 365.25/π (Bloom & Williams
    2015), solved for f = ½ ln(L/(L−1)).
    """
    width = period * (0.5 * 2**0.5)
    half = 0.5 * (DAYS_PER_YEAR / np.pi / width) ** 2
    loss = 1.0 / (leaf_lifespan * (2.0 / np.sqrt(np.pi)) / width * DAYS_PER_YEAR * i0e(half))
    return 1.0 / -np.expm1(-2.0 * loss)


def _softplus(x: np.ndarray, width: float) -> np.ndarray:
    return width * np.logaddexp(0.0, x / width)
