"""What is searched: the 26 parameters and 8 initial pools, and the cost as a function of search coordinates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax

from ..calibration import Dimension, SearchSpace
from ..config import PoolRange
from ..cost import Problem, total_cost
from ..model import INITIAL_POOLS, PARAMETERS, Parameters, Pools, Quantity
from ..units import DAYS_PER_YEAR


def search_space(pool_ranges: Mapping[Any, PoolRange], transform: str) -> SearchSpace:
    """The 26 parameters and 8 initial pools as search dimensions, with an experiment's ranges of pools."""

    def dimension(q: Quantity) -> Dimension:
        given = pool_ranges.get(q.name, PoolRange())
        lower, upper = given.bounds or (q.lower, q.upper)
        return Dimension(q.name, lower, upper, given.start, DAYS_PER_YEAR if q.circular else None)

    rows = (*PARAMETERS.values(), *INITIAL_POOLS.values())
    return SearchSpace(tuple(dimension(q) for q in rows), transform)


def split_values(values: Mapping[str, jax.Array]) -> tuple[Parameters, Pools]:
    """The searched values as parameters and initial pools."""
    return (
        Parameters(**{name: values[name] for name in PARAMETERS}),
        Pools(**{name: values[name] for name in INITIAL_POOLS}),
    )


@dataclass(frozen=True)
class Cost:
    """The cost of search coordinates: (z (dimensions, *lanes), :class:`~diffdalec.cost.Problem`) -> cost (*lanes)."""

    space: SearchSpace

    def __call__(self, z: jax.Array, problem: Problem) -> jax.Array:
        return total_cost(*split_values(self.space.physical(z)), problem)
