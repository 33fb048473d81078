"""Derived traits: what the parameters mean for a forest. One definition each, for cost, store, analysis and figures."""

from __future__ import annotations

from dataclasses import dataclass

import jax
from jax.scipy.special import i0e

from ..units import DAYS_PER_YEAR
from .allocation import allocation
from .parameters import Parameters
from .phenology import TWO_OVER_ROOT_PI, annual_loss, bell_width


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Traits:
    """Traits of a stand, each with the shape of the parameters."""

    allocation_leaf: jax.Array  # 1, foliar and labile together (Wu et al., section 2.1)
    allocation_wood: jax.Array  # 1
    allocation_root: jax.Array  # 1
    leaf_lifespan: jax.Array  # yr, effective mean residence time
    wood_residence_time: jax.Array  # yr
    root_residence_time: jax.Array  # yr
    carbon_use_efficiency: jax.Array  # 1


def traits(p: Parameters) -> Traits:
    """The :class:`Traits` of a set of parameters."""
    share = allocation(p.foliar_fraction, p.labile_fraction, p.root_fraction)
    return Traits(
        allocation_leaf=share.foliar + share.labile,
        allocation_wood=share.wood,
        allocation_root=share.root,
        leaf_lifespan=effective_lifespan(p.leaf_lifespan_parameter, p.leaf_fall_period),
        wood_residence_time=residence_time(p.wood_turnover),
        root_residence_time=residence_time(p.root_turnover),
        carbon_use_efficiency=1.0 - p.autotrophic_fraction,
    )


def residence_time(turnover: jax.Array) -> jax.Array:
    """Mean residence time [yr] of a pool with a constant turnover rate [d-1].

    >>> residence_time(1.0 / 365.25)
    1.0
    """
    return 1.0 / (DAYS_PER_YEAR * turnover)


def effective_lifespan(lifespan: jax.Array, period: jax.Array) -> jax.Array:
    """Effective leaf lifespan [yr]: the inverse of the annual integral of the CDEA leaf-fall rate.

    A = (2/√π)(f/w) 365.25 exp(−a/2) I0(a/2), a = (s/w)², f = ½ ln(L/(L−1)); ``lifespan`` L [yr] the CDEA shape
    parameter, ``period`` w0 [d]. It is about 1/ln(L/(L−1)): not L. Wu et al., Text S1; the integral of Bloom &
    Williams 2015's rate.
    """
    width = period * (0.5 * 2**0.5)
    half = 0.5 * bell_width(period) ** 2
    annual = TWO_OVER_ROOT_PI * annual_loss(lifespan) / width * DAYS_PER_YEAR * i0e(half)
    return 1.0 / annual
