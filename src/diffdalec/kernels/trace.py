"""A step function as traced programs: what depends on the constants alone, the day, its adjoint and tangents.

The step is traced once on scalars. What of it depends on the constants only is worked out once per run, by JAX, and
handed to the loop as "invariants"; JAX differentiates it too. A division by something that does not change from day to
day, or from lane to lane, becomes a product with its reciprocal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal, jaxpr_as_fun
from jax.extend.core import primitives as jax_primitives

from .graph import Graph, Node
from .linear import Tangents, linear
from .primitives import CALLS, CUSTOM_CALLS, UnsupportedStep, check, evaluate

NUMBER, CONSTANT, DAY, FULL = range(4)
"""What a value depends on: on nothing, on constants, on the day's drivers, on both or on the state."""


@dataclass(frozen=True)
class Instruction:
    """An equation of the flattened step: ``eqn`` with its inputs (names or literals) and the names of its outputs."""

    eqn: Any
    inputs: tuple[Any, ...]
    outputs: tuple[int, ...]


@jax.custom_jvp
def _divide(x, y):
    return x / y


@_divide.defjvp
def _divide_jvp(primals, tangents):
    # One division serves the value and both derivatives; JAX's own rule takes three.
    (x, y), (dx, dy) = primals, tangents
    reciprocal = 1.0 / y
    value = x * reciprocal
    return value, (dx - value * dy) * reciprocal


@jax.custom_jvp
def _maximum(x, y):
    return jax.lax.max(x, y)


@_maximum.defjvp
def _maximum_jvp(primals, tangents):
    # As JAX shares a tie, but by choice instead of by a product with 1, ½ or 0.
    (x, y), (dx, dy) = primals, tangents
    return jax.lax.max(x, y), jnp.where(x > y, dx, jnp.where(x < y, dy, 0.5 * (dx + dy)))


@jax.custom_jvp
def _minimum(x, y):
    return jax.lax.min(x, y)


@_minimum.defjvp
def _minimum_jvp(primals, tangents):
    (x, y), (dx, dy) = primals, tangents
    return jax.lax.min(x, y), jnp.where(x < y, dx, jnp.where(x > y, dy, 0.5 * (dx + dy)))


_REPLACED = {jax_primitives.div_p: _divide, jax_primitives.max_p: _maximum, jax_primitives.min_p: _minimum}
"""Operations whose derivative is cheaper than JAX's own in a loop without memory."""


def _bind(eqn: Any, values: Sequence[Any]) -> list[Any]:
    if eqn.primitive in _REPLACED:
        return [_REPLACED[eqn.primitive](*values)]
    if eqn.primitive.name not in CUSTOM_CALLS:
        return [eqn.primitive.bind(*values, **eqn.params)]
    given = {a: v for a, v in zip(eqn.invars, values, strict=True) if not isinstance(a, Literal)}
    single = Jaxpr((), list(given), eqn.outvars, [eqn], debug_info=None)  # type: ignore[arg-type]
    return jaxpr_as_fun(ClosedJaxpr(single, ()))(*given.values())


class DayProgram:
    """The traced step with all that is recorded of it, split into invariants and the rest.

    Numbered names: inputs first (state, drivers, constants), then what the instructions make.
    """

    def __init__(self, closed: ClosedJaxpr, n_state: int, n_drivers: int, n_constants: int) -> None:
        self.closed_over = list(closed.consts)
        for value in self.closed_over:
            if jnp.shape(value) != ():
                raise UnsupportedStep(
                    f"the step holds an array of shape {jnp.shape(value)}; pass it in the constants instead"
                )
        self.n_state, self.n_drivers = n_state, n_drivers
        self.levels = [FULL] * n_state + [DAY] * n_drivers + [CONSTANT] * (n_constants + len(self.closed_over))
        self.instructions: list[Instruction] = []
        inputs = list(range(len(self.levels)))
        given = n_state + n_drivers + n_constants
        order = inputs[given:] + inputs[:given]
        self.outputs = self._flatten(closed.jaxpr, order)
        self._split()

    def _new(self, level: int) -> int:
        self.levels.append(level)
        return len(self.levels) - 1

    def _flatten(self, jaxpr: Any, inputs: Sequence[Any]) -> list[Any]:
        env = dict(zip((*jaxpr.constvars, *jaxpr.invars), inputs, strict=True))

        def read(atom: Any) -> Any:
            return atom if isinstance(atom, Literal) else env[atom]

        for eqn in jaxpr.eqns:
            name, values = eqn.primitive.name, tuple(read(a) for a in eqn.invars)
            if name in CALLS:
                inner = eqn.params[CALLS[name]]
                closed = [Literal(c, v.aval) for c, v in zip(inner.consts, inner.jaxpr.constvars, strict=True)]
                outputs = self._flatten(inner.jaxpr, [*closed, *values])
            else:
                if name not in CUSTOM_CALLS:
                    check(name, eqn.outvars[0].aval.shape)
                found = {NUMBER} | {self.levels[v] for v in values if not isinstance(v, Literal)}
                level = FULL if {CONSTANT, DAY} <= found else max(found)
                outputs = [self._new(level) for _ in eqn.outvars]
                self.instructions.append(Instruction(eqn, values, tuple(outputs)))
            env |= dict(zip(eqn.outvars, outputs, strict=True))
        return [read(v) for v in jaxpr.outvars]

    def _split(self) -> None:
        """Find the invariants, by name, and the divisors whose reciprocal is taken once."""
        level, needed = self.levels, {v for v in self.outputs if not isinstance(v, Literal)}
        self.invariants: dict[int, int] = {}
        self.reciprocals: dict[int, int] = {}
        for step in reversed(self.instructions):
            if level[step.outputs[0]] in (DAY, FULL) and needed.intersection(step.outputs):
                needed |= {v for v in step.inputs if not isinstance(v, Literal)}
        used: set[int] = {v for v in self.outputs if not isinstance(v, Literal)}
        for step in self.instructions:
            if level[step.outputs[0]] in (DAY, FULL) and needed.intersection(step.outputs):
                for place, v in enumerate(step.inputs):
                    if isinstance(v, Literal):
                        continue
                    if place == 1 and self._by_constant(step):
                        self.reciprocals.setdefault(v, len(self.reciprocals))
                    else:
                        used.add(v)
        for v in sorted(used):
            if level[v] == CONSTANT:
                self.invariants[v] = len(self.invariants)
        self.needed = needed

    def _by_constant(self, step: Instruction) -> bool:
        divisor = step.inputs[-1]
        return (
            step.eqn.primitive is jax_primitives.div_p
            and not isinstance(divisor, Literal)
            and self.levels[divisor] == CONSTANT
        )

    def invariant_values(self, constants: Sequence[Any]) -> list[Any]:
        """The invariants, then the reciprocals, of constants (scalars; map it over lanes with ``jax.vmap``)."""
        first = self.n_state + self.n_drivers
        env = dict(enumerate([*constants, *self.closed_over], start=first))
        for step in self.instructions:
            if self.levels[step.outputs[0]] in (NUMBER, CONSTANT):
                values = [v.val if isinstance(v, Literal) else env[v] for v in step.inputs]
                env |= dict(zip(step.outputs, _bind(step.eqn, values), strict=True))
        return [*(env[v] for v in self.invariants), *(1.0 / env[v] for v in self.reciprocals)]

    def day(self, state: Sequence[Any], drivers: Sequence[Any], invariants: Sequence[Any]) -> list[Any]:
        """All outputs of the day on scalars: the state after it, then what is recorded."""
        env: dict[int, Any] = dict(enumerate([*state, *drivers]))
        env |= {v: invariants[i] for v, i in self.invariants.items()}
        reciprocal = {v: invariants[len(self.invariants) + i] for v, i in self.reciprocals.items()}
        for step in self.instructions:
            level = self.levels[step.outputs[0]]
            if level == CONSTANT or (level != NUMBER and not self.needed.intersection(step.outputs)):
                continue
            values: list[Any] = [v.val if isinstance(v, Literal) else env.get(v) for v in step.inputs]
            if self._by_constant(step):
                outputs = [values[0] * reciprocal[step.inputs[1]]]
            elif self._by_day(step):
                outputs = [values[0] * (1.0 / values[1])]
            else:
                outputs = _bind(step.eqn, values)
            env |= dict(zip(step.outputs, outputs, strict=True))
        return [v.val if isinstance(v, Literal) else env[v] for v in self.outputs]

    def _by_day(self, step: Instruction) -> bool:
        divisor = step.inputs[-1]
        return (
            step.eqn.primitive is jax_primitives.div_p
            and not isinstance(divisor, Literal)
            and self.levels[divisor] == DAY
            and self.levels[step.outputs[0]] == FULL
        )

    @property
    def n_invariants(self) -> int:
        return len(self.invariants) + len(self.reciprocals)

    def forward(self, dtype: Any, lane_drivers: Sequence[bool]) -> list[Node]:
        """The outputs of the day as nodes of a graph."""
        graph = Graph()
        inputs = _inputs(graph, self, lane_drivers)
        closed = jax.make_jaxpr(self.day)(*_scalars(self, dtype))
        return evaluate(graph, closed.jaxpr, closed.consts, inputs)

    def adjoint(
        self, dtype: Any, lane_drivers: Sequence[bool], recorded: Sequence[int]
    ) -> tuple[list[Node], list[Node], list[Node]]:
        """Nodes of the day and its adjoint for the ``recorded`` outputs.

        The state after the day, and the cotangents of the state before it and of the invariants.
        """

        def adjoint(state, drivers, invariants, cotangents):
            def outputs(state, invariants):
                out = self.day(state, drivers, invariants)
                kept = [*out[: self.n_state], *(out[self.n_state + r] for r in recorded)]
                return [jnp.asarray(v, dtype) for v in kept]

            value, pull = jax.vjp(outputs, state, invariants)
            return value[: self.n_state], *pull(cotangents)

        graph = Graph()
        inputs = _inputs(graph, self, lane_drivers)
        n = self.n_state + len(recorded)
        inputs += [graph.input("cotangent", i) for i in range(n)]
        closed = jax.make_jaxpr(adjoint)(*_scalars(self, dtype), [_scalar(dtype)] * n)
        out = evaluate(graph, closed.jaxpr, closed.consts, inputs)
        return out[: self.n_state], out[self.n_state : 2 * self.n_state], out[2 * self.n_state :]

    def tangents(
        self, dtype: Any, lane_drivers: Sequence[bool], recorded: Sequence[int]
    ) -> tuple[list[Node], Tangents]:
        """Nodes of the state after the day and of the ``recorded`` outputs, and the tangents of both.

        Inputs of the tangents are those of the state before the day, then those of the invariants.
        """

        def tangents(state, drivers, invariants, state_tangents, invariant_tangents):
            def outputs(state, invariants):
                out = self.day(state, drivers, invariants)
                kept = [*out[: self.n_state], *(out[self.n_state + r] for r in recorded)]
                return [jnp.asarray(v, dtype) for v in kept]

            return jax.jvp(outputs, (state, invariants), (state_tangents, invariant_tangents))

        graph = Graph()
        inputs = _inputs(graph, self, lane_drivers)
        inputs += [graph.input("tangent", i) for i in range(self.n_state + self.n_invariants)]
        state, drivers, invariants = _scalars(self, dtype)
        closed = jax.make_jaxpr(tangents)(state, drivers, invariants, state, invariants)
        out = evaluate(graph, closed.jaxpr, closed.consts, inputs)
        n = self.n_state + len(recorded)
        return out[:n], linear(graph, out[n:])


def _scalar(dtype: Any) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct((), np.dtype(dtype))


def _scalars(program: DayProgram, dtype: Any) -> tuple[list, list, list]:
    one = _scalar(dtype)
    return [one] * program.n_state, [one] * program.n_drivers, [one] * program.n_invariants


def _inputs(graph: Graph, program: DayProgram, lane_drivers: Sequence[bool]) -> list[Node]:
    return [
        *(graph.input("state", i) for i in range(program.n_state)),
        *(graph.input("driver", i, vector) for i, vector in enumerate(lane_drivers)),
        *(graph.input("invariant", i) for i in range(program.n_invariants)),
    ]
