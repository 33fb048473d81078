"""Ecological and dynamical constraints (EDCs): what no forest does, as smooth penalties on one scale.

A constraint is a violation in ln units (0 where it is met) and one generic penalty. What each says, and its source,
is in :mod:`diffdalec.ecological_rules`. A new one is a line there, a function of :class:`Evidence` and a row in
:data:`CONSTRAINTS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from ..ecological_rules import EDCS, LEAF_ECONOMICS_INTERCEPT, LEAF_ECONOMICS_RESIDUAL, LEAF_ECONOMICS_SLOPE
from ..model import Parameters, Pools, Traits
from ..units import DAYS_PER_YEAR


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
        EDCS["edc1"],
        lambda e, factor: exceeds(e.parameters.litter_turnover, e.parameters.som_turnover),
    ),
    "edc2": ConstraintKind(
        EDCS["edc2"],
        lambda e, factor: exceeds(e.parameters.litter_to_som_rate, e.parameters.som_turnover),
    ),
    "edc3": ConstraintKind(
        EDCS["edc3"],
        lambda e, factor: exceeds(_foliar_turnover(e), e.parameters.wood_turnover),
    ),
    "edc4": ConstraintKind(
        EDCS["edc4"],
        lambda e, factor: exceeds(e.parameters.root_turnover, e.parameters.som_turnover),
    ),
    "edc5": ConstraintKind(
        EDCS["edc5"],
        lambda e, factor: within_factor(e.traits.allocation_leaf / e.traits.allocation_root, factor),
    ),
    "edc6": ConstraintKind(EDCS["edc6"], _som_steady),
    "edc7": ConstraintKind(EDCS["edc7"], _leaf_economics),
    "edc8": ConstraintKind(
        EDCS["edc8"],
        lambda e, factor: exceeds(e.parameters.root_turnover, e.parameters.wood_turnover),
    ),
    "edc9": ConstraintKind(
        EDCS["edc9"],
        lambda e, factor: within_factor(_positive(e.final.wood) / e.initial.wood, factor),
    ),
}
