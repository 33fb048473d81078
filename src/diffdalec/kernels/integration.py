"""Integration over days by fused kernels: the semantics of ``diffdalec.model.integrate``, compiled as one loop."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np

from .lanes import LANE, lay_out
from .machine import available
from .plan import Plan
from .primitives import UnsupportedStep
from .trace import DayProgram


class Recording(Protocol):
    """What is kept of days ``start`` … ``stop`` − 1: ``select(state after the day, output of the day)``."""

    @property
    def select(self) -> Callable[[Any, Any], jax.Array]: ...
    @property
    def start(self) -> int: ...
    @property
    def stop(self) -> int: ...


def integrate(
    step: Callable[[Any, Any, Any], tuple[Any, Any]],
    constants: Any,
    initial: Any,
    drivers: Any,
    calendar: jax.Array,
    recordings: Mapping[str, Recording],
    *,
    threads: int | None = None,
) -> tuple[Any, dict[str, jax.Array]]:
    """Run ``step(state, drivers of a day, constants)`` over the days that ``calendar`` (n,) picks of ``drivers``.

    ``step`` is elementwise. Leaves of ``constants`` and ``initial`` broadcast against one another to the shape of the
    lanes; drivers lead with the day. Returns the final state and, by name, what is recorded, (days, *lanes).
    Differentiable in reverse mode with respect to ``constants`` and ``initial``; ``drivers`` are data. ``threads``: all
    cores by default. UnsupportedStep names what a step holds that kernels cannot take; ValueError a wrong recording.
    """
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

    one = jax.ShapeDtypeStruct((), dtype)
    program = DayProgram(
        day, [one] * len(state_leaves), [one] * len(driver_leaves), [one] * len(constant_leaves)
    )
    windows = [(r.start, r.stop) for r in recordings.values()]
    plan = Plan(program, lanes, dtype, length, tuple(windows), threads or os.cpu_count() or 1)
    flat = [lanes.flat(x) for x in constant_leaves]
    invariants = jax.vmap(program.invariant_values, axis_size=lanes.count)(flat) if program.n_invariants else []
    packed = _stack([jnp.broadcast_to(v, (lanes.count,)) for v in invariants], lanes.count, dtype)
    state = _stack([lanes.flat(x) for x in state_leaves], lanes.count, dtype)
    data = [lanes.driver(x, kind)[0] for x, kind in zip(driver_leaves, lanes.kinds, strict=True)]
    final, recorded = _run(plan, packed, state, data, calendar.astype(jnp.int32))
    final = [row.reshape(lanes.shape) for row in final]
    shaped = {n: v.reshape(-1, *lanes.shape) for n, v in zip(recordings, recorded, strict=True)}
    return jax.tree.unflatten(state_tree, final), shaped


def _common_dtype(leaves: Sequence[Any]) -> np.dtype:
    kinds = {np.dtype(jnp.result_type(x)) for x in leaves}
    if len(kinds) != 1 or kinds.isdisjoint({np.dtype("f4"), np.dtype("f8")}):
        found = ", ".join(sorted(str(k) for k in kinds))
        raise UnsupportedStep(f"constants, states and drivers are of one width, float32 or float64, not {found}")
    return kinds.pop()


def _stack(rows: Sequence[Any], count: int, dtype: np.dtype) -> jax.Array:
    return jnp.stack(rows) if rows else jnp.zeros((0, count), dtype)


def _days(plan: Plan, data: Sequence[Any]) -> int:
    """Days of the drivers; those of one number per cell have them last."""
    for x, kind in zip(data, plan.lanes.kinds, strict=True):
        return x.shape[-1] if kind != LANE else x.shape[0]
    return 0


def _forward(plan: Plan, invariants, state, data, calendar, keep: bool):
    name = plan.register(plan.forward_ir, _days(plan, data), False)
    count = plan.lanes.count
    shapes: list[tuple[int, ...]] = [(plan.program.n_state, count)]
    shapes += [(stop - start, count) for start, stop in plan.windows]
    if keep:
        shapes.append(plan.boundaries)
    results = [jax.ShapeDtypeStruct(s, plan.dtype) for s in shapes]
    out = jax.ffi.ffi_call(name, results)(invariants, state, calendar, *data)
    recorded = list(out[1 : 1 + len(plan.windows)])
    return (out[0], recorded), out[-1] if keep else None


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _run(plan: Plan, invariants, state, data, calendar):
    return _forward(plan, invariants, state, data, calendar, keep=False)[0]


def _run_forward(plan: Plan, invariants, state, data, calendar):
    out, boundaries = _forward(plan, invariants, state, data, calendar, keep=True)
    return out, (invariants, boundaries, data, calendar)


def _run_adjoint(plan: Plan, kept, cotangents):
    invariants, boundaries, data, calendar = kept
    final, recorded = cotangents
    name = plan.register(plan.adjoint_ir, _days(plan, data), True)
    count = plan.lanes.count
    shapes = [(plan.program.n_invariants, count), (plan.program.n_state, count)]
    results = [jax.ShapeDtypeStruct(s, plan.dtype) for s in shapes]
    by_invariant, by_state = jax.ffi.ffi_call(name, results)(
        invariants, boundaries, calendar, final, *recorded, *data
    )
    return by_invariant, by_state, None, None


_run.defvjp(_run_forward, _run_adjoint)
