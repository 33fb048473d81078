"""Gaussian priors on parameters that are known from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class GaussianPrior:
    """½ ((x − centre)/width)², x the parameter, or ln(x/centre) in place of the difference where ``log``."""

    centre: jax.Array
    width: jax.Array
    log: bool = field(metadata={"static": True})

    def __call__(self, value: jax.Array) -> jax.Array:
        distance = jnp.log(value / self.centre) if self.log else value - self.centre
        return 0.5 * (distance / self.width) ** 2
