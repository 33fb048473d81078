"""The model's 26 parameters and 8 initial pools that give the forests of the biome their true traits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...units import DAYS_PER_YEAR
from .climate import Climate
from .environment import ClimateStatistics, Land
from .traits import Scatter, TrueTraits, lifespan_parameter, tree_shares

FIRST_EFFICIENCY = 15.0
EFFICIENCIES = (6.5, 42.0)
"""Where the search for canopy efficiency begins and what it stays within."""

DENSEST = 140.0
"""Most that a pool of :data:`SEEDLINGS` holds at the start [gC m-2]."""

SEEDLINGS = ("labile", "foliar", "root")


def true_parameters(
    traits: TrueTraits, normals: Climate, climate: ClimateStatistics, land: Land, scatter: Scatter
) -> dict[str, np.ndarray]:
    """Parameters by the names of :data:`diffdalec.model.PARAMETERS`, each (cell,) in its unit.

    What is no trait is set by hand as for the one synthetic stand (:mod:`diffdalec.synthetic.stand`), follows climate
    and soil where that is known to matter, and scatters.
    """
    w = tree_shares(land)
    deciduous = 1.0 - w.needle
    colder = np.clip(-climate.temperature, 0.0, 14.0)

    def spread(name: str, sd: float) -> np.ndarray:
        return np.exp(sd * scatter(name))

    # Evergreens hold back less of their NPP for the next spring than trees that must make all their leaves anew.
    labile_share = np.clip(0.55 + 0.25 * deciduous + 0.05 * scatter("labile share"), 0.35, 0.9)
    foliar = traits.allocation_leaf * (1.0 - labile_share)
    labile = traits.allocation_leaf * labile_share / (1.0 - foliar)
    root = 1.0 - traits.allocation_wood / ((1.0 - foliar) * (1.0 - labile))
    fall_period = np.clip(90.0 - 40.0 * deciduous + 6.0 * scatter("leaf fall period"), 36.0, 120.0)
    return {
        "autotrophic_fraction": traits.autotrophic_fraction,
        "foliar_fraction": foliar,
        "labile_fraction": labile,
        "root_fraction": root,
        "leaf_lifespan_parameter": lifespan_parameter(traits.leaf_lifespan, fall_period),
        "lcma": traits.lcma,
        "leaf_onset_day": _crossing(normals, 8.0, rising=True) + 3.0 * scatter("leaf onset"),
        "labile_lifespan": np.clip(1.10 * spread("labile lifespan", 0.03), 1.03, 1.3),
        "labile_release_period": np.clip(44.0 * spread("labile release period", 0.10), 32.0, 80.0),
        "leaf_fall_day": _crossing(normals, 8.5, rising=False) + 4.0 * scatter("leaf fall"),
        "leaf_fall_period": fall_period,
        "wood_turnover": traits.wood_turnover,
        "root_turnover": traits.root_turnover,
        "litter_turnover": np.clip(2.0e-3 * spread("litter turnover", 0.20), 8e-4, 6e-3),
        "litter_to_som_rate": np.clip(6.0e-4 * spread("litter to som", 0.20), 2.5e-4, 1.5e-3),
        "som_turnover": np.clip(6.0e-5 * spread("som turnover", 0.25), 2e-5, 2e-4),
        "temperature_sensitivity": np.clip(0.056 * spread("temperature sensitivity", 0.08), 0.04, 0.075),
        "moisture_factor": np.clip(0.06 * spread("moisture factor", 0.4), 0.015, 0.25),
        "canopy_efficiency": np.full(traits.lcma.shape, FIRST_EFFICIENCY),
        "uwue": np.clip(14.5 * spread("uwue", 0.15), 8.0, 24.0),
        "radiation_evaporation": np.clip(
            0.036 * np.exp(-0.02 * colder) * spread("radiation evaporation", 0.15), 0.015, 0.07
        ),
        "field_capacity": np.clip((34.0 + 1.0 * land.clay) * spread("field capacity", 0.15), 30.0, 150.0),
        "wilting_point_fraction": np.clip(0.14 + 0.004 * land.clay + 0.02 * scatter("wilting point"), 0.06, 0.4),
        # Frozen ground lets little water go, and dry forests live on what it keeps.
        "paw_drainage_scale": np.clip(
            1.1e4 * np.exp(0.07 * colder) * (700.0 / climate.precipitation) * spread("drainage", 0.3), 4e3, 9e4
        ),
        "paw_to_puw_fraction": np.clip(0.3 * spread("to puw", 0.2), 0.1, 0.8),
        "puw_drainage_scale": np.clip(6.0e3 * spread("puw drainage", 0.2), 2e3, 2e4),
    }


def true_pools(traits: TrueTraits, land: Land, scatter: Scatter) -> dict[str, np.ndarray]:
    """Pools a few years after the fire, by the names of :data:`diffdalec.model.INITIAL_POOLS`.

    Seedlings, shrubs and herbs with a leaf area of a half or a little more; soil carbon as the forest before left it.
    """
    green = 0.60 * np.exp(0.12 * scatter("initial leaf area"))
    foliar = np.clip(green * traits.lcma, 15.0, 110.0)
    return {
        "labile": np.clip(0.75 * foliar, 15.0, 120.0),
        "foliar": foliar,
        "root": np.clip(0.9 * foliar * np.exp(0.2 * scatter("initial roots")), 15.0, 120.0),
        "wood": np.clip(45.0 * np.exp(0.25 * scatter("initial wood")), 20.0, 120.0),
        "litter": 250.0 * np.exp(0.25 * scatter("initial litter")),
        "som": 8000.0 * np.exp(0.20 * scatter("initial som") + 0.1 * np.log(land.organic_carbon / 2.5)),
        "paw": np.full(traits.lcma.shape, 130.0),
        "puw": np.full(traits.lcma.shape, 160.0),
    }


@dataclass
class Search:
    """The search of the canopy efficiencies with which mature forests assimilate what they should, cell by cell.

    A stand below a threshold of leaf area dies for ever (docs/theory/bare_ground.md), and no forest stands there: where
    a run ended dead, its efficiency is a floor and seedlings start denser. So some forests end above the GPP that was
    wanted of them, and none is dead.
    """

    parameters: dict[str, np.ndarray]
    pools: dict[str, np.ndarray]
    wanted: np.ndarray
    """GPP of the mature forest [gC m-2 yr-1], (cell,)."""

    def __post_init__(self) -> None:
        self._floor = np.full(self.wanted.shape, EFFICIENCIES[0])

    def move(self, gpp: np.ndarray, dead: np.ndarray) -> None:
        """Move parameters and pools by what a run with them came to: ``gpp`` and ``dead`` (cell,)."""
        efficiency = self.parameters["canopy_efficiency"]
        self._floor = np.where(dead, np.minimum(1.10 * efficiency, EFFICIENCIES[1]), self._floor)
        step = np.where(dead, 1.12, np.clip((self.wanted / np.maximum(gpp, 1.0)) ** 0.35, 0.85, 1.15))
        moved = np.clip(efficiency * step, self._floor, EFFICIENCIES[1])
        self.parameters = {**self.parameters, "canopy_efficiency": moved}
        denser = {n: np.where(dead, np.minimum(1.1 * self.pools[n], DENSEST), self.pools[n]) for n in SEEDLINGS}
        self.pools = {**self.pools, **denser}


def balanced_soil(
    parameters: dict[str, np.ndarray], inflow: np.ndarray, outflow: np.ndarray, scatter: Scatter
) -> dict[str, np.ndarray]:
    """Parameters with a soil turnover that respires about what comes in over the growth run: within 15 % (one sd).

    ``inflow`` and ``outflow`` [gC m-2] of soil organic matter are sums of a first run.
    """
    wanted = np.exp(0.15 * scatter("soil balance"))
    turnover = parameters["som_turnover"] * np.clip(wanted * inflow / outflow, 0.2, 5.0)
    ceiling = 0.7 * np.minimum(parameters["litter_to_som_rate"], parameters["root_turnover"])
    return {**parameters, "som_turnover": np.clip(turnover, 5e-6, np.minimum(3e-4, ceiling))}


def _crossing(normals: Climate, temperature: float, *, rising: bool) -> np.ndarray:
    """Day of year on which the mean course of temperature crosses ``temperature`` [degC]."""
    share = np.clip((temperature - normals.temperature) / normals.amplitude, -0.9, 0.9)
    half = np.arccos(share) * DAYS_PER_YEAR / (2.0 * np.pi)
    return normals.warmest_day + np.where(rising, -half, half)
