"""Observation operators: from a daily series of the model to what a product reports.

Each names the model output that it reads and the days of the run that it needs, so that nothing else is kept.
A further operator needs ``output``, ``start``, ``stop`` and to be callable on the recorded days.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import jax
import jax.numpy as jnp

from .target import leading_axes


class Operator(Protocol):
    """Reads days ``start`` … ``stop`` − 1 of the model's ``output``, or the ``sampled`` ones of them; called on
    what was read, gives the observed series."""

    @property
    def output(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def stop(self) -> int: ...
    @property
    def sampled(self) -> tuple[int, ...] | None: ...
    def __call__(self, recorded: jax.Array, /) -> jax.Array: ...


def _static() -> Any:
    return field(metadata={"static": True})


class _EveryDay:
    """An operator that reads every day of its window."""

    @property
    def sampled(self) -> None:
        return None


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Daily(_EveryDay):
    """The daily values themselves, (days, …) -> (days, …)."""

    output: str = _static()
    start: int = _static()
    stop: int = _static()

    def __call__(self, daily: jax.Array) -> jax.Array:
        return daily


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class WindowMean(_EveryDay):
    """Means over windows of consecutive days, (n, …) -> (windows, …).

    ``index`` (windows, most days of one) are the days of each window; a shorter one is filled up with n, of weight 0.
    ``weights`` (windows, most days of one, …) choose the days that count: a tower's window mean is compared with the
    model's mean over the days that the tower saw. A window without any counts as 0 and must be masked in the target.
    """

    weights: jax.Array
    index: jax.Array
    output: str = _static()
    start: int = _static()
    stop: int = _static()

    def __call__(self, daily: jax.Array) -> jax.Array:
        padded = jnp.pad(daily, [(0, 1)] + [(0, 0)] * (daily.ndim - 1))
        weights = leading_axes(self.weights, daily.ndim - 1, 2)
        return jnp.sum(padded[self.index] * weights, axis=1) / jnp.maximum(jnp.sum(weights, axis=1), 1.0)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class BiomassAtAge:
    """Total living biomass at the end of each year of age, (years, …); ``year_ends`` are days of the run."""

    year_ends: tuple[int, ...] = _static()
    output: str = field(default="total_biomass", metadata={"static": True})

    @property
    def start(self) -> int:
        return 0

    @property
    def stop(self) -> int:
        return self.year_ends[-1] + 1

    @property
    def sampled(self) -> tuple[int, ...]:
        return self.year_ends

    def __call__(self, at_year_ends: jax.Array) -> jax.Array:
        return at_year_ends


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class FinalBiomass(_EveryDay):
    """Total living biomass on the last day of the run, (1, …)."""

    start: int = _static()
    stop: int = _static()
    output: str = field(default="total_biomass", metadata={"static": True})

    def __call__(self, daily: jax.Array) -> jax.Array:
        return daily[-1:]
