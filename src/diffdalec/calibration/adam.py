"""Adam (Kingma & Ba 2015) on many lanes, with a learning-rate schedule and the best point so far of each lane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import optax

from .starts import CostFunction


@dataclass(frozen=True)
class AdamSettings:
    """Settings of the descent. Learning rates are steps in the search coordinates; ``clip`` bounds a lane's
    gradient.
    """

    iterations: int
    learning_rate: float
    final_learning_rate: float
    warmup: int = 0
    schedule: str = "cosine"
    clip: float | None = None
    first_moment_decay: float = 0.9
    second_moment_decay: float = 0.999


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Descent:
    """The state of a descent. ``failed_at`` (*lanes) is the iteration at which a lane became non-finite, −1 if none."""

    z: jax.Array
    moments: optax.OptState
    best_z: jax.Array
    best_cost: jax.Array
    failed_at: jax.Array
    iteration: jax.Array


def start_descent(z: jax.Array, settings: AdamSettings) -> Descent:
    """The state before the first iteration, from starts ``z`` (dimensions, *lanes)."""
    lanes = z.shape[1:]
    return Descent(
        z=z,
        moments=optimiser(settings).init(z),
        best_z=z,
        best_cost=jnp.full(lanes, jnp.inf, z.dtype),
        failed_at=jnp.full(lanes, -1, jnp.int32),
        iteration=jnp.zeros((), jnp.int32),
    )


def descend(cost: CostFunction, settings: AdamSettings) -> Callable[[Descent, Any], Descent]:
    """The compiled function of one iteration, (state, data of the cost) -> state.

    The cost at the point before the move is judged against the best. A lane whose cost or gradient is not finite stops
    there: its status is recorded, its best point kept, and no other lane notices.
    """
    transformation = optimiser(settings)

    def total(z: jax.Array, data: Any) -> tuple[jax.Array, jax.Array]:
        costs = cost(z, data)
        return jnp.sum(costs), costs  # lanes are independent: the gradient of the sum is each lane's own

    def iterate(state: Descent, data: Any) -> Descent:
        (_, costs), gradient = jax.value_and_grad(total, has_aux=True)(state.z, data)
        finite = jnp.isfinite(costs) & jnp.all(jnp.isfinite(gradient), axis=0)
        failed_at = jnp.where((state.failed_at < 0) & ~finite, state.iteration, state.failed_at)
        alive = failed_at < 0
        better = alive & (costs < state.best_cost)
        gradient = jnp.where(alive, gradient, 0.0)
        if settings.clip is not None:
            norm = jnp.sqrt(jnp.sum(gradient**2, axis=0))
            gradient = gradient * jnp.minimum(1.0, settings.clip / jnp.maximum(norm, 1e-12))
        updates, moments = transformation.update(gradient, state.moments)
        return Descent(
            z=jnp.where(alive, state.z + updates, state.z),
            moments=moments,
            best_z=jnp.where(better, state.z, state.best_z),
            best_cost=jnp.where(better, costs, state.best_cost),
            failed_at=failed_at,
            iteration=state.iteration + 1,
        )

    return jax.jit(iterate)


def optimiser(settings: AdamSettings) -> optax.GradientTransformation:
    """Optax's Adam with the schedule of the settings."""
    if settings.schedule == "constant":
        rate: optax.Schedule = optax.constant_schedule(settings.learning_rate)
    else:
        rate = optax.warmup_cosine_decay_schedule(
            init_value=settings.learning_rate / (settings.warmup + 1),
            peak_value=settings.learning_rate,
            warmup_steps=min(settings.warmup, settings.iterations - 1),
            decay_steps=settings.iterations,
            end_value=settings.final_learning_rate,
        )
    return optax.adam(rate, b1=settings.first_moment_decay, b2=settings.second_moment_decay)
