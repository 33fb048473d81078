"""The whole cost of a stand: a run, its scores, priors and constraints, each kept by name.

J = −Σ weight · NNSE(stream) + Σ weight · prior + Σ weight · penalty(EDC). Wu et al., section 2.3.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp

from ..model import (
    OUTPUTS,
    Coefficients,
    Drivers,
    Fluxes,
    Integrator,
    Parameters,
    Pools,
    Recording,
    StressFunction,
    integrate,
    prepare_coefficients,
    step,
    traits,
)
from ..observation import Operator, Target
from .constraints import CONSTRAINTS, Evidence, penalty
from .priors import GaussianPrior
from .scores import nnse


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class StreamTerm:
    """A stream of the cost: an operator on the model's output and what it is compared with."""

    operator: Operator
    target: Target


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class ConstraintTerm:
    """The settings of a constraint of :data:`~diffdalec.cost.constraints.CONSTRAINTS`."""

    width: jax.Array
    factor: jax.Array


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Problem:
    """Everything that the cost of a stand (or of many cells) needs, as arrays.

    ``weights`` has a value for every term: ``stream:gpp``, ``prior:lcma``, ``edc1`` …, scalar or of the shape of
    the lanes, so that experiments that share a run are calibrated side by side.
    """

    drivers: Drivers
    calendar: jax.Array
    streams: dict[str, StreamTerm]
    priors: dict[str, GaussianPrior]
    constraints: dict[str, ConstraintTerm]
    weights: dict[str, jax.Array]
    beta: StressFunction = field(metadata={"static": True})
    integrate: Integrator = field(default=integrate, metadata={"static": True})


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class _RunState:
    """The pools, and the sums over the run that the SOM constraint looks at [gC m-2]."""

    pools: Pools
    som_inflow: jax.Array
    som_outflow: jax.Array


def term_names(problem: Problem) -> list[str]:
    """The names of all terms of the cost, in order."""
    return [
        *(f"stream:{name}" for name in problem.streams),
        *(f"prior:{name}" for name in problem.priors),
        *problem.constraints,
    ]


def cost_terms(parameters: Parameters, initial: Pools, problem: Problem) -> dict[str, jax.Array]:
    """Every weighted term of the cost by name, each of the shape of the lanes. Streams are −weight · NNSE."""
    final, series = _observed_run(parameters, initial, problem, problem.streams)
    evidence = Evidence(parameters, traits(parameters), initial, final.pools, final.som_inflow, final.som_outflow)
    raw = {f"stream:{name}": -nnse(series[name], s.target) for name, s in problem.streams.items()}
    raw |= {f"prior:{name}": prior(getattr(parameters, name)) for name, prior in problem.priors.items()}
    raw |= {
        name: penalty(CONSTRAINTS[name].violation(evidence, c.factor), c.width)
        for name, c in problem.constraints.items()
    }
    return {name: problem.weights[name] * value for name, value in raw.items()}


def total_cost(parameters: Parameters, initial: Pools, problem: Problem) -> jax.Array:
    """The cost of each lane: the sum of :func:`cost_terms`."""
    values = list(cost_terms(parameters, initial, problem).values())
    return jnp.sum(jnp.stack(jnp.broadcast_arrays(*values)), axis=0)


def observed(
    parameters: Parameters, initial: Pools, problem: Problem, streams: Mapping[str, StreamTerm]
) -> dict[str, jax.Array]:
    """What each of ``streams`` would see of the run, by name, (n values, *lanes)."""
    return _observed_run(parameters, initial, problem, streams)[1]


def _observed_run(parameters, initial, problem, streams) -> tuple[_RunState, dict[str, jax.Array]]:
    recordings = {_key(s.operator): _recording(s.operator) for s in streams.values()}

    def day_step(state: _RunState, day: Drivers, coefficients: Coefficients) -> tuple[_RunState, Fluxes]:
        pools, fluxes = step(state.pools, day, coefficients, problem.beta)
        after = _RunState(
            pools,
            state.som_inflow + (fluxes.litter_to_som + fluxes.wood_litter),
            state.som_outflow + fluxes.som_respiration,
        )
        return after, fluxes

    start = _RunState(initial, jnp.zeros_like(initial.som), jnp.zeros_like(initial.som))
    coefficients = prepare_coefficients(parameters)
    final, recorded = problem.integrate(day_step, coefficients, start, problem.drivers, problem.calendar, recordings)
    return final, {name: s.operator(recorded[_key(s.operator)]) for name, s in streams.items()}


def _key(operator: Operator) -> str:
    """Operators that read the same output over the same days share one recording."""
    every = "" if operator.sampled is None else ":sampled"
    return f"{operator.output}:{operator.start}:{operator.stop}{every}"


def _recording(operator: Operator) -> Recording:
    select = OUTPUTS[operator.output]
    return Recording(lambda state, fluxes: select(state.pools, fluxes), operator.start, operator.stop, operator.sampled)
