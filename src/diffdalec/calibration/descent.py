"""Descent by first-order steps on many lanes, with a schedule of the step and the best point so far of each lane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import jax
import jax.numpy as jnp
import optax

from .eigenbasis import adam_in_eigenbasis
from .starts import CostFunction

Method = Literal["adam", "eigenbasis"]
RENEWAL = 10
"""Steps between two turns of the eigenbasis: with exact eigenvectors 3 were worse at two sites, 25 about as good."""


@dataclass(frozen=True)
class DescentSettings:
    """Settings of a descent. Learning rates are steps in the search coordinates; ``clip`` bounds a lane's gradient.

    ``method`` is Adam (Kingma & Ba 2015), coordinate by coordinate or in the gradient's eigenbasis.
    """

    iterations: int
    learning_rate: float
    final_learning_rate: float
    warmup: int = 0
    schedule: str = "cosine"
    clip: float | None = None
    first_moment_decay: float = 0.9
    second_moment_decay: float = 0.999
    method: Method = "adam"


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


@dataclass(frozen=True)
class Start:
    """The state before the first iteration, from starts ``z`` (dimensions, *lanes)."""

    settings: DescentSettings

    def __call__(self, z: jax.Array) -> Descent:
        lanes = z.shape[1:]
        return Descent(
            z=z,
            moments=_transformation(self.settings).init(z),
            best_z=z,
            best_cost=jnp.full(lanes, jnp.inf, z.dtype),
            failed_at=jnp.full(lanes, -1, jnp.int32),
            iteration=jnp.zeros((), jnp.int32),
        )


@dataclass(frozen=True)
class Iteration:
    """One iteration: (state, data of the cost) -> state.

    The cost at the point before the move is judged against the best. A lane whose cost or gradient is not finite stops
    there: its status is recorded, its best point kept, and no other lane notices.
    """

    cost: CostFunction
    settings: DescentSettings
    runs_often: ClassVar[bool] = True

    def __call__(self, state: Descent, data: Any) -> Descent:
        def total(z: jax.Array, data: Any) -> tuple[jax.Array, jax.Array]:
            costs = self.cost(z, data)
            return jnp.sum(costs), costs  # lanes are independent: the gradient of the sum is each lane's own

        (_, costs), gradient = jax.value_and_grad(total, has_aux=True)(state.z, data)
        finite = jnp.isfinite(costs) & jnp.all(jnp.isfinite(gradient), axis=0)
        failed_at = jnp.where((state.failed_at < 0) & ~finite, state.iteration, state.failed_at)
        alive = failed_at < 0
        better = alive & (costs < state.best_cost)
        gradient = jnp.where(alive, gradient, 0.0)
        if self.settings.clip is not None:
            norm = jnp.sqrt(jnp.sum(gradient**2, axis=0))
            gradient = gradient * jnp.minimum(1.0, self.settings.clip / jnp.maximum(norm, 1e-12))
        updates, moments = _transformation(self.settings).update(gradient, state.moments)
        return Descent(
            z=jnp.where(alive, state.z + updates, state.z),
            moments=moments,
            best_z=jnp.where(better, state.z, state.best_z),
            best_cost=jnp.where(better, costs, state.best_cost),
            failed_at=failed_at,
            iteration=state.iteration + 1,
        )


def _transformation(settings: DescentSettings) -> optax.GradientTransformation:
    """The directions of the method, times the steps of the schedule."""
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
    first, second = settings.first_moment_decay, settings.second_moment_decay
    if settings.method == "eigenbasis":
        directions = adam_in_eigenbasis(first, second, RENEWAL)
    else:
        directions = optax.scale_by_adam(first, second)
    return optax.chain(directions, optax.scale_by_learning_rate(rate))
