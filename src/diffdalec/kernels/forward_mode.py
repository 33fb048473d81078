"""Derivatives forwards: a run together with its tangents in several directions, the columns of a Jacobian."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from .lanes import Lanes
from .preparation import Recording, prepare


def tangents(
    step: Callable[[Any, Any, Any], tuple[Any, Any]],
    constants: Any,
    initial: Any,
    drivers: Any,
    calendar: jax.Array,
    recordings: Mapping[str, Recording],
    constants_dot: Any,
    initial_dot: Any,
    *,
    threads: int | None = None,
) -> tuple[Any, Any, dict[str, jax.Array], dict[str, jax.Array]]:
    """``integrate`` and its derivative along k directions: (final, final_dot, recorded, recorded_dot).

    ``constants_dot`` and ``initial_dot`` are built as ``constants`` and ``initial``, with a leading axis of directions:
    (k, *shape of the leaf). So are the derivatives returned: leaves (k, *lanes), and by name (k, days, *lanes). A
    lane's day is worked out once for all directions, and no trajectory is stored. ``drivers`` and numbers that the step
    closes over are data. Raises as ``integrate``, and ValueError where the derivatives do not fit what they are of.
    """
    moved = jax.tree.leaves((constants_dot, initial_dot))
    if jax.tree.structure((constants, initial)) != jax.tree.structure((constants_dot, initial_dot)):  # type: ignore[operator]
        raise ValueError("constants_dot and initial_dot are to be of the same structure as constants and initial")
    count = {jnp.shape(x)[:1] for x in moved}
    of = zip(moved, jax.tree.leaves((constants, initial)), strict=True)
    if len(count) != 1 or () in count or any(jnp.shape(dot)[1:] != jnp.shape(x) for dot, x in of):
        raise ValueError("each leaf of constants_dot and initial_dot is to be (directions, *shape of its leaf)")
    ((directions,),) = count
    if not directions:
        raise ValueError("tangents are along one direction at least")
    run = prepare(step, constants, initial, drivers, calendar, recordings, threads, directions)
    plan, lanes = run.plan, run.plan.lanes
    along = [_flat(lanes, x) for x in jax.tree.leaves(constants_dot)]
    states_dot = jnp.stack([_flat(lanes, x) for x in jax.tree.leaves(initial_dot)], axis=1)
    invariants, push = jax.linearize(run.invariants, run.constants)
    invariants_dot = jax.vmap(push)(along) if along else jnp.zeros((directions, *invariants.shape), plan.dtype)
    final, final_dot, recorded, recorded_dot = _call(run, invariants, invariants_dot, states_dot)
    return (
        run.tree(final),
        run.tree(jnp.moveaxis(final_dot, 1, 0), directions),
        run.series(recorded),
        run.series(recorded_dot, directions),
    )


def _flat(lanes: Lanes, x: jax.Array) -> jax.Array:
    """A leaf (k, …) as (k, lanes)."""
    k, *rest = x.shape
    padded = x.reshape(k, *(1,) * (len(lanes.shape) - len(rest)), *rest)
    return jnp.broadcast_to(padded, (k, *lanes.shape)).reshape(k, lanes.count)


def _call(run, invariants: jax.Array, invariants_dot: jax.Array, states_dot: jax.Array) -> Sequence[Any]:
    plan = run.plan
    arguments = ("invariants", "states", "calendar", "invariant_tangents", "state_tangents", "drivers")
    results = ("final", "final_tangents", "recorded", "recorded_tangents")
    name = plan.register(plan.tangent_ir, run.days, arguments, results)
    n, count, k = plan.program.n_state, plan.lanes.count, plan.directions
    rows = [kept.rows for kept in plan.kept]
    shapes = [(n, count), (k, n, count), *((r, count) for r in rows), *((k, r, count) for r in rows)]
    made = [jax.ShapeDtypeStruct(s, plan.dtype) for s in shapes]
    out = jax.ffi.ffi_call(name, made)(
        invariants, run.state, run.calendar, invariants_dot, states_dot, *run.drivers
    )
    return out[0], out[1], out[2 : 2 + len(rows)], out[2 + len(rows) :]
