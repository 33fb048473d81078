"""A run made ready for the kernels: the step traced on scalars, lanes laid out, arguments packed into rows of lanes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np

from .lanes import LANE, Kept, lay_out
from .machine import available, default_threads
from .plan import Plan
from .primitives import UnsupportedStep
from .traced import day_program


class Recording(Protocol):
    """What is kept of days ``start`` … ``stop`` − 1: ``select(state after the day, output of the day)``.

    With ``sampled``, only of these; with ``summed``, the sum over the days.
    """

    @property
    def select(self) -> Callable[[Any, Any], jax.Array]: ...
    @property
    def start(self) -> int: ...
    @property
    def stop(self) -> int: ...
    @property
    def sampled(self) -> tuple[int, ...] | None: ...
    @property
    def summed(self) -> bool: ...


@dataclass(frozen=True)
class Prepared:
    """A plan with its arguments: ``constants`` by leaf and lane, ``state`` (states, lanes), drivers, calendar."""

    plan: Plan
    names: tuple[str, ...]
    state_tree: Any
    constants: list[jax.Array]
    state: jax.Array
    drivers: list[jax.Array]
    calendar: jax.Array

    @property
    def days(self) -> int:
        """Days of the drivers; those of one number per cell have them last."""
        for x, kind in zip(self.drivers, self.plan.lanes.kinds, strict=True):
            return x.shape[-1] if kind != LANE else x.shape[0]
        return 0

    def invariants(self, constants: Sequence[jax.Array]) -> jax.Array:
        """The invariants (invariants, lanes) of constants by leaf and lane."""
        program, lanes = self.plan.program, self.plan.lanes
        found = jax.vmap(program.invariant_values, axis_size=lanes.count)(constants) if program.n_invariants else []
        return _stack([jnp.broadcast_to(v, (lanes.count,)) for v in found], lanes.count, self.plan.dtype)

    def tree(self, state: jax.Array, *leading: int) -> Any:
        """Rows of lanes (states, …, lanes) as a state with leaves (…, *lanes)."""
        rows = jax.lax.split(state, (1,) * state.shape[0]) if state.shape[0] else []
        return jax.tree.unflatten(self.state_tree, [row.reshape(*leading, *self.plan.lanes.shape) for row in rows])

    def series(self, recorded: Sequence[jax.Array], *leading: int) -> dict[str, jax.Array]:
        """What is recorded, by name, (…, days, *lanes), or (…, *lanes) where it is a sum."""
        shape, kept = self.plan.lanes.shape, self.plan.kept
        return {
            n: v.reshape(*leading, *(() if k.summed else (k.rows,)), *shape)
            for n, v, k in zip(self.names, recorded, kept, strict=True)
        }


def prepare(
    step: Callable[[Any, Any, Any], tuple[Any, Any]],
    constants: Any,
    initial: Any,
    drivers: Any,
    calendar: jax.Array,
    recordings: Mapping[str, Recording],
    threads: int | None,
    directions: int = 0,
) -> Prepared:
    """A run, with tangents in so many ``directions``. UnsupportedStep and ValueError as ``integrate`` says."""
    reason = available()
    if reason:
        raise UnsupportedStep(reason)
    length = calendar.shape[0]
    for name, r in recordings.items():
        if not 0 <= r.start < r.stop <= length:
            raise ValueError(f"recording {name!r} covers days {r.start} to {r.stop} of a run of {length} days")
    constant_leaves, constant_tree = jax.tree.flatten(constants)
    state_leaves, state_tree = jax.tree.flatten(initial)
    driver_leaves, driver_tree = jax.tree.flatten(drivers)
    dtype = _common_dtype([*constant_leaves, *state_leaves, *driver_leaves])
    lanes = lay_out(constant_leaves, state_leaves, driver_leaves)

    def day(state, drivers, constants):
        trees = (state_tree, state), (driver_tree, drivers), (constant_tree, constants)
        after, output = step(*(jax.tree.unflatten(tree, leaves) for tree, leaves in trees))
        if jax.tree.structure(after) != state_tree:  # type: ignore[operator]
            raise UnsupportedStep("the step returns a state of another structure than it takes")
        return [*jax.tree.leaves(after), *(r.select(after, output) for r in recordings.values())]

    program = day_program(day, len(state_leaves), len(driver_leaves), len(constant_leaves), dtype)
    kept = tuple(_kept(r) for r in recordings.values())
    return Prepared(
        plan=Plan(program, lanes, dtype, length, kept, threads or default_threads(), directions),
        names=tuple(recordings),
        state_tree=state_tree,
        constants=[lanes.flat(x) for x in constant_leaves],
        state=_stack([lanes.flat(x) for x in state_leaves], lanes.count, dtype),
        drivers=[lanes.driver(x, kind)[0] for x, kind in zip(driver_leaves, lanes.kinds, strict=True)],
        calendar=calendar.astype(jnp.int32),
    )


def unsupported(step: Callable[[Any, Any, Any], tuple[Any, Any]], constants: Any, initial: Any, drivers: Any) -> str:
    """Why kernels cannot take a step, "" where they can; nothing is run or compiled."""
    try:
        run = prepare(step, constants, initial, drivers, jnp.zeros(1, jnp.int32), {}, 1)
        run.plan.program.adjoint(run.plan.dtype, run.plan.shape.lane_drivers, ())
    except UnsupportedStep as error:
        return str(error)
    return ""


def _kept(recording: Recording) -> Kept:
    if recording.sampled is None:
        return Kept(((recording.start, recording.stop),), recording.summed)
    return Kept(tuple((day, day + 1) for day in recording.sampled), recording.summed)


def _common_dtype(leaves: Sequence[Any]) -> np.dtype:
    kinds = {np.dtype(jnp.result_type(x)) for x in leaves}
    if len(kinds) != 1 or kinds.isdisjoint({np.dtype("f4"), np.dtype("f8")}):
        found = ", ".join(sorted(str(k) for k in kinds))
        raise UnsupportedStep(f"constants, states and drivers are of one width, float32 or float64, not {found}")
    return kinds.pop()


def _stack(rows: Sequence[Any], count: int, dtype: np.dtype) -> jax.Array:
    return jnp.stack(rows) if rows else jnp.zeros((0, count), dtype)
