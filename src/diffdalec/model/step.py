"""One day of the stand: the equations, composed in the order in which DALEC takes them.

The step is elementwise: it holds no batch, no time and no reduction, and works on scalars and on arrays of lanes alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from .allocation import Allocation, allocation
from .forcing import Drivers
from .parameters import Parameters
from .phenology import LogRate, log_rate, rate
from .photosynthesis import potential_gpp
from .pools import Pools
from .turnover import decomposition_factor, loss_limit
from .water import StressFunction, available_share, drainage, evapotranspiration_demand


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Coefficients:
    """What the step needs of the parameters beyond themselves, worked out once per run."""

    parameters: Parameters
    allocation: Allocation
    leaf_fall: LogRate
    labile_release: LogRate
    wilting_point: jax.Array  # mm


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Fluxes:
    """A day's fluxes, and its LAI and β at the start of the day. Carbon gC m-2 d-1, water mm d-1."""

    lai: jax.Array
    beta: jax.Array
    gpp: jax.Array
    npp: jax.Array
    autotrophic_respiration: jax.Array
    labile_production: jax.Array
    foliar_production: jax.Array
    root_production: jax.Array
    wood_production: jax.Array
    labile_release: jax.Array
    leaf_litter: jax.Array
    root_litter: jax.Array
    wood_litter: jax.Array
    litter_respiration: jax.Array
    som_respiration: jax.Array
    litter_to_som: jax.Array
    et: jax.Array
    paw_drainage: jax.Array
    paw_to_puw: jax.Array
    puw_drainage: jax.Array

    @property
    def reco(self) -> jax.Array:
        """Ecosystem respiration [gC m-2 d-1]: autotrophic and heterotrophic."""
        return self.autotrophic_respiration + self.litter_respiration + self.som_respiration

    @property
    def nee(self) -> jax.Array:
        """Net ecosystem exchange [gC m-2 d-1], positive to the atmosphere."""
        return self.reco - self.gpp

    @property
    def runoff(self) -> jax.Array:
        """Drainage from plant-available water that leaves the stand [mm d-1]."""
        return self.paw_drainage - self.paw_to_puw


def prepare_coefficients(p: Parameters) -> Coefficients:
    """The :class:`Coefficients` of a set of parameters."""
    return Coefficients(
        parameters=p,
        allocation=allocation(p.foliar_fraction, p.labile_fraction, p.root_fraction),
        leaf_fall=log_rate(p.leaf_lifespan_parameter, p.leaf_fall_period, p.leaf_fall_day),
        labile_release=log_rate(p.labile_lifespan, p.labile_release_period, p.leaf_onset_day),
        wilting_point=p.wilting_point_fraction * p.field_capacity,
    )


def step(pools: Pools, day: Drivers, c: Coefficients, beta: StressFunction) -> tuple[Pools, Fluxes]:
    """The pools at the end of a day and the day's fluxes, from the pools at its start.

    Bloom & Williams 2015; Fang & Gentine 2024. Carbon and water close by construction: each flux that leaves a pool
    enters another or the atmosphere, and the losses of a pool are limited to what it holds.
    """
    p = c.parameters

    lai = pools.foliar / p.lcma
    stress = beta(pools.paw, c.wilting_point, p.field_capacity)
    gpp = stress * potential_gpp(
        lai,
        p.canopy_efficiency,
        day.shortwave,
        day.co2,
        day.conductance,
        day.temperature_factor,
        day.day_length_factor,
    )
    autotrophic_respiration = p.autotrophic_fraction * gpp
    npp = gpp - autotrophic_respiration
    # Wood has what the others leave, so that the four parts sum to NPP to the last bit that matters.
    foliar_production = c.allocation.foliar * npp
    labile_production = c.allocation.labile * npp
    root_production = c.allocation.root * npp
    wood_production = npp - foliar_production - labile_production - root_production

    release_rate = rate(c.labile_release, day.phase_cos, day.phase_sin)
    fall_rate = rate(c.leaf_fall, day.phase_cos, day.phase_sin)
    labile_release = pools.labile * (release_rate * loss_limit(release_rate))
    leaf_litter = pools.foliar * (fall_rate * loss_limit(fall_rate))
    root_litter = pools.root * (p.root_turnover * loss_limit(p.root_turnover))
    wood_litter = pools.wood * (p.wood_turnover * loss_limit(p.wood_turnover))

    tau = decomposition_factor(p.temperature_sensitivity, day.temperature_anomaly, p.moisture_factor, day.rain_anomaly)
    litter_loss = pools.litter * tau * loss_limit(tau * (p.litter_turnover + p.litter_to_som_rate))
    litter_respiration = litter_loss * p.litter_turnover
    litter_to_som = litter_loss * p.litter_to_som_rate
    som_rate = tau * p.som_turnover
    som_respiration = pools.som * (som_rate * loss_limit(som_rate))

    drainage_demand = drainage(pools.paw, p.paw_drainage_scale)
    et_demand = evapotranspiration_demand(gpp, day.vpd_root, p.uwue, day.shortwave, p.radiation_evaporation)
    share = available_share(pools.paw + day.precipitation, drainage_demand + et_demand)
    et = share * et_demand
    paw_drainage = share * drainage_demand
    paw_to_puw = p.paw_to_puw_fraction * paw_drainage
    puw_drainage = drainage(pools.puw, p.puw_drainage_scale)

    after = Pools(
        labile=pools.labile + (labile_production - labile_release),
        foliar=pools.foliar + (foliar_production + labile_release - leaf_litter),
        root=pools.root + (root_production - root_litter),
        wood=pools.wood + (wood_production - wood_litter),
        litter=_emptied(pools.litter + (leaf_litter + root_litter - litter_respiration - litter_to_som)),
        som=_emptied(pools.som + (litter_to_som + wood_litter - som_respiration)),
        paw=_emptied(pools.paw + (day.precipitation - paw_drainage - et)),
        puw=pools.puw + (paw_to_puw - puw_drainage),
    )
    fluxes = Fluxes(
        lai=lai,
        beta=stress,
        gpp=gpp,
        npp=npp,
        autotrophic_respiration=autotrophic_respiration,
        labile_production=labile_production,
        foliar_production=foliar_production,
        root_production=root_production,
        wood_production=wood_production,
        labile_release=labile_release,
        leaf_litter=leaf_litter,
        root_litter=root_litter,
        wood_litter=wood_litter,
        litter_respiration=litter_respiration,
        som_respiration=som_respiration,
        litter_to_som=litter_to_som,
        et=et,
        paw_drainage=paw_drainage,
        paw_to_puw=paw_to_puw,
        puw_drainage=puw_drainage,
    )
    return after, fluxes


def _emptied(pool: jax.Array) -> jax.Array:
    """A pool whose limiter took all there was is empty: the last bit of rounding must not leave it below zero."""
    return jnp.maximum(pool, 0.0)
