"""Ecological and dynamical constraints (EDCs): what no forest does, as smooth penalties on one scale.

A constraint is a violation in ln units (0 where it is met) and one generic penalty. EDC1–5 are those of Bloom &
Williams 2015 as in DifferLand v1.0 (Fang & Gentine 2024), EDC6 and EDC7 those of Wu et al., section 2.3.3. A new
one is a function of :class:`Evidence` and a row in :data:`CONSTRAINTS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from ..model import Parameters, Pools, Traits
from ..units import DAYS_PER_YEAR

LEAF_ECONOMICS_INTERCEPT = -4.709
LEAF_ECONOMICS_SLOPE = 1.111
LEAF_ECONOMICS_RESIDUAL = 0.757
"""ln(leaf lifespan [yr]) = intercept + slope · ln(LCMA [gC m-2]) and its residual standard deviation: fitted to the 678
species of GLOPNET (Wright et al. 2004) with a leaf carbon fraction of 0.5; R² 0.42."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Evidence:
    """What the constraints may look at. SOM inflow and outflow are sums over the run [gC m-2]."""

    parameters: Parameters
    traits: Traits
    initial: Pools
    final: Pools
    som_inflow: jax.Array
    som_outflow: jax.Array


@dataclass(frozen=True)
class ConstraintKind:
    """A row of :data:`CONSTRAINTS`. ``violation(evidence, factor)`` is 0 where the rule is met, else positive."""

    statement: str
    violation: Callable[[Evidence, jax.Array], jax.Array]


def exceeds(larger: jax.Array, smaller: jax.Array) -> jax.Array:
    """Violation [ln units] of ``larger`` > ``smaller``."""
    return jnp.maximum(jnp.log(smaller / larger), 0.0)


def within_factor(ratio: jax.Array, factor: jax.Array) -> jax.Array:
    """Violation [ln units] of 1/factor ≤ ``ratio`` ≤ factor."""
    return jnp.maximum(jnp.abs(jnp.log(ratio)) - jnp.log(factor), 0.0)


def penalty(violation: jax.Array, width: jax.Array) -> jax.Array:
    """√(1 + (v/width)²) − 1: quadratic near 0, linear far out, so that a far start is led back and not thrown.

    Value and gradient are exactly 0 where the rule is met, and finite everywhere.
    """
    return jnp.sqrt(1.0 + (violation / width) ** 2) - 1.0


def _foliar_turnover(e: Evidence) -> jax.Array:
    return 1.0 / (DAYS_PER_YEAR * e.traits.leaf_lifespan)


def _som_steady(e: Evidence, factor: jax.Array) -> jax.Array:
    balance = within_factor(_positive(e.som_inflow) / _positive(e.som_outflow), factor)
    change = within_factor(_positive(e.final.som) / e.initial.som, factor)
    return balance + change


def _positive(pool: jax.Array) -> jax.Array:
    """Keeps the logarithm, and its gradient, finite for a pool or a sum that has run empty."""
    return jnp.maximum(pool, 1e-6)


def _leaf_economics(e: Evidence, factor: jax.Array) -> jax.Array:
    line = LEAF_ECONOMICS_INTERCEPT + LEAF_ECONOMICS_SLOPE * jnp.log(e.parameters.lcma)
    return (jnp.log(e.traits.leaf_lifespan) - line) / LEAF_ECONOMICS_RESIDUAL


CONSTRAINTS: dict[str, ConstraintKind] = {
    "edc1": ConstraintKind(
        "litter turns over faster than soil organic matter",
        lambda e, factor: exceeds(e.parameters.litter_turnover, e.parameters.som_turnover),
    ),
    "edc2": ConstraintKind(
        "litter becomes soil organic matter faster than soil organic matter respires",
        lambda e, factor: exceeds(e.parameters.litter_to_som_rate, e.parameters.som_turnover),
    ),
    "edc3": ConstraintKind(
        "leaves turn over faster than wood",
        lambda e, factor: exceeds(_foliar_turnover(e), e.parameters.wood_turnover),
    ),
    "edc4": ConstraintKind(
        "fine roots turn over faster than soil organic matter at mean temperature",
        lambda e, factor: exceeds(e.parameters.root_turnover, e.parameters.som_turnover),
    ),
    "edc5": ConstraintKind(
        "NPP allocation to the canopy and to roots are comparable",
        lambda e, factor: within_factor(e.traits.allocation_leaf / e.traits.allocation_root, factor),
    ),
    "edc6": ConstraintKind("soil organic matter is near steady state over the run", _som_steady),
    "edc7": ConstraintKind("leaf lifespan and LCMA follow the leaf-economics line", _leaf_economics),
}
