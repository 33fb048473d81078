"""The search space: named, bounded quantities and the unbounded coordinates that an optimiser moves in.

A bounded quantity is searched in log space: x = lower (upper/lower)^u, u in [0, 1] a function of the coordinate z. A
circular one is an angle: x = z · period/2π, without bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

EDGE = 0.005
"""Starts keep this distance [1] from the ends of (0, 1), where the coordinate would be infinite."""


@dataclass(frozen=True)
class Dimension:
    """One searched quantity. ``start`` is the range that starts are drawn from; ``period`` marks a circular one."""

    name: str
    lower: float
    upper: float
    start: tuple[float, float] | None = None
    period: float | None = None


@dataclass(frozen=True)
class SearchSpace:
    """Dimensions and the function from coordinate to share: ``sine``, ``logistic``, or ``arctan`` as DifferLand has it.

    With the sine, u = (1 − cos z)/2, a quantity whose best value is its bound gets there in a finite step and can come
    back; with the other two it goes to infinity, where nothing moves it any more.
    """

    dimensions: tuple[Dimension, ...]
    transform: str = "logistic"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(d.name for d in self.dimensions)

    def physical(self, z: jax.Array) -> dict[str, jax.Array]:
        """Values by name, each of the shape of the lanes, from coordinates ``z`` (dimensions, *lanes)."""
        # One expression for all dimensions: XLA makes one loop of it, and not one of each row.
        rows = (len(self.dimensions),) + (1,) * (z.ndim - 1)

        def column(values: Sequence[float]) -> jax.Array:
            return jnp.asarray(np.reshape(values, rows), z.dtype)

        circular = np.reshape([d.period is not None for d in self.dimensions], rows)
        turn = column([(d.period or 0.0) / (2 * np.pi) for d in self.dimensions])
        ratio = column([np.log(d.upper / d.lower) if d.period is None else 0.0 for d in self.dimensions])
        lower = column([d.lower if d.period is None else 1.0 for d in self.dimensions])
        values = jnp.where(circular, turn * z, lower * jnp.exp(ratio * self._share(z)))
        # The derivative of a split is a concatenation, that of n indexings a sum of n arrays padded to n rows.
        parts = jax.lax.split(values, (1,) * len(self.dimensions))
        return {d.name: jnp.squeeze(part, 0) for d, part in zip(self.dimensions, parts, strict=True)}

    def coordinates(self, values: Mapping[str, jax.Array]) -> jax.Array:
        """The inverse of :meth:`physical`; values on or beyond a bound are taken to just inside it."""
        return jnp.stack([self._coordinate(d, jnp.asarray(values[d.name])) for d in self.dimensions])

    def draw(self, key: jax.Array, number: int, dtype=jnp.float32) -> jax.Array:
        """``number`` over-dispersed starts of one lane, (number, dimensions): log-uniform in the start ranges."""
        # Drawn in float32 and cast, so that a run in double precision starts where one in single precision does.
        shares = jax.random.uniform(key, (number, len(self.dimensions)), jnp.float32, EDGE, 1.0 - EDGE).astype(dtype)
        columns = [self._start(d, shares[:, i]) for i, d in enumerate(self.dimensions)]
        return jnp.stack(columns, axis=1)

    def _coordinate(self, d: Dimension, value: jax.Array) -> jax.Array:
        if d.period is not None:
            return value * (2 * np.pi / d.period)
        share = jnp.log(value / d.lower) / np.log(d.upper / d.lower)
        return self._inverse_share(jnp.clip(share, 1e-4, 1 - 1e-4))

    def _start(self, d: Dimension, share: jax.Array) -> jax.Array:
        if d.period is not None:
            return 2 * np.pi * share
        low, high = d.start or (d.lower, d.upper)
        return self._coordinate(d, low * jnp.exp(np.log(high / low) * share))

    def _share(self, z: jax.Array) -> jax.Array:
        if self.transform == "sine":
            return 0.5 - 0.5 * jnp.cos(z)
        return jax.nn.sigmoid(z) if self.transform == "logistic" else 0.5 + jnp.arctan(z) / np.pi

    def _inverse_share(self, share: jax.Array) -> jax.Array:
        if self.transform == "sine":
            return jnp.arccos(1.0 - 2.0 * share)
        if self.transform == "logistic":
            return jnp.log(share) - jnp.log1p(-share)
        return jnp.tan(np.pi * (share - 0.5))


@dataclass(frozen=True)
class Physical:
    """:meth:`SearchSpace.physical` as a function that can be compiled."""

    space: SearchSpace

    def __call__(self, z: jax.Array) -> dict[str, jax.Array]:
        return self.space.physical(z)
