"""The whole cost of a stand: a run, its scores, priors and constraints, each kept by name.

J = −Σ weight · NNSE(stream) + Σ weight · prior + Σ weight · penalty(EDC). Wu et al., section 2.3.3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

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
from ..observation import Comparison, DayOfStream, Operator, Target
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

    A stream is compared within the run, or from what is recorded of it.

    ``weights`` has a value for every term: ``stream:gpp``, ``prior:lcma``, ``edc1`` …, scalar or of the shape of
    the lanes, so that experiments that share a run are calibrated side by side.
    """

    drivers: Drivers
    calendar: jax.Array
    streams: dict[str, StreamTerm | Comparison]
    priors: dict[str, GaussianPrior]
    constraints: dict[str, ConstraintTerm]
    weights: dict[str, jax.Array]
    beta: StressFunction = field(metadata={"static": True})
    integrate: Integrator = field(default=integrate, metadata={"static": True})


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class _State:
    """The pools, and by name the means of the windows that streams are in."""

    pools: Pools
    means: dict[str, jax.Array]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class _Day:
    """What a day brings: its drivers, and what its streams are compared with."""

    drivers: Drivers
    streams: dict[str, DayOfStream]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class _Outcome:
    """What came of a day: its fluxes, and the squared error of each stream."""

    fluxes: Fluxes
    errors: dict[str, jax.Array]


def term_names(problem: Problem) -> list[str]:
    """The names of all terms of the cost, in order."""
    return [
        *(f"stream:{name}" for name in problem.streams),
        *(f"prior:{name}" for name in problem.priors),
        *problem.constraints,
    ]


def cost_terms(parameters: Parameters, initial: Pools, problem: Problem) -> dict[str, jax.Array]:
    """Every weighted term of the cost by name, each of the shape of the lanes. Streams are −weight · NNSE."""
    compared = {name: s for name, s in problem.streams.items() if isinstance(s, Comparison)}
    recorded = {name: s for name, s in problem.streams.items() if isinstance(s, StreamTerm)}
    final, kept = _run(parameters, initial, problem, compared, recorded, _SOM_SUMS)
    evidence = Evidence(
        parameters, traits(parameters), initial, final, **{name: kept[_sum_key(name)] for name in _SOM_SUMS}
    )
    scores = {name: 1.0 / (1.0 + kept[_sum_key(name)] / s.scale) for name, s in compared.items()}
    scores |= {name: nnse(s.operator(kept[_key(s.operator)]), s.target) for name, s in recorded.items()}
    raw = {f"stream:{name}": -scores[name] for name in problem.streams}
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
    _, kept = _run(parameters, initial, problem, {}, streams, {})
    return {name: s.operator(kept[_key(s.operator)]) for name, s in streams.items()}


_SOM_SUMS: dict[str, Callable[[Fluxes], jax.Array]] = {
    "som_inflow": lambda fluxes: fluxes.litter_to_som + fluxes.wood_litter,
    "som_outflow": lambda fluxes: fluxes.som_respiration,
}
"""The sums over the run that the SOM constraint looks at [gC m-2]."""


def _run(
    parameters: Parameters,
    initial: Pools,
    problem: Problem,
    compared: Mapping[str, Comparison],
    recorded: Mapping[str, StreamTerm],
    sums: Mapping[str, Callable[[Fluxes], jax.Array]],
) -> tuple[Pools, dict[str, jax.Array]]:
    """The final pools, and what is kept of the run: sums of squared errors, recorded series, sums of fluxes."""

    def day_step(state: _State, day: _Day, coefficients: Coefficients) -> tuple[_State, _Outcome]:
        pools, fluxes = step(state.pools, day.drivers, coefficients, problem.beta)
        means, errors = dict(state.means), {}
        for name, stream in day.streams.items():
            today = OUTPUTS[compared[name].output](pools, fluxes)
            mean, errors[name] = stream.squared_error(state.means.get(name), today)
            if mean is not None:
                means[name] = mean
        return _State(pools, means), _Outcome(fluxes, errors)

    recordings = {_key(s.operator): _recording(s.operator) for s in recorded.values()}
    for name, c in compared.items():
        recordings[_sum_key(name)] = Recording(partial(_error, name), c.start, c.stop, summed=True)
    for name, flux in sums.items():
        recordings[_sum_key(name)] = Recording(partial(_flux, flux), 0, problem.calendar.shape[0], summed=True)
    start = _State(initial, {name: jnp.zeros_like(initial.som) for name, c in compared.items() if c.windowed})
    days = _Day(problem.drivers, {name: c.day for name, c in compared.items()})
    coefficients = prepare_coefficients(parameters)
    final, kept = problem.integrate(day_step, coefficients, start, days, problem.calendar, recordings)
    return final.pools, kept


def _error(name: str, state: _State, outcome: _Outcome) -> jax.Array:
    return outcome.errors[name]


def _flux(flux: Callable[[Fluxes], jax.Array], state: _State, outcome: _Outcome) -> jax.Array:
    return flux(outcome.fluxes)


def _sum_key(name: str) -> str:
    return f"sum:{name}"


def _key(operator: Operator) -> str:
    """Operators that read the same output over the same days share one recording."""
    every = "" if operator.sampled is None else ":sampled"
    return f"{operator.output}:{operator.start}:{operator.stop}{every}"


def _recording(operator: Operator) -> Recording:
    def select(state: _State, outcome: _Outcome) -> jax.Array:
        return OUTPUTS[operator.output](state.pools, outcome.fluxes)

    return Recording(select, operator.start, operator.stop, operator.sampled)
