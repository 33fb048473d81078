"""Integration over days by fused kernels: the semantics of ``diffdalec.model.integrate``, compiled as one loop."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np

from .call import register, run_blocks
from .lanes import SHARED, LANE, Lanes, lay_out, pieces
from .loops import HEADER, AdjointBody, ForwardBody, Shape
from .machine import available, compiled, host_target
from .primitives import UnsupportedStep
from .program import WORDS, adjoint_kernel, forward_kernel
from .trace import DayProgram

CHUNK_DAYS = 64
"""Days between stored states: the scratch of a block, about 20 vectors a day, stays in the second-level cache."""


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
    """Run ``step(state, drivers of a day, constants)`` over the days that ``calendar`` (n,) picks from ``drivers`` (days, …).

    ``step`` is elementwise. Leaves of ``constants`` and ``initial`` broadcast against one another to the shape of the
    lanes; drivers lead with the day. Returns the final state and, by name, what is recorded, (days, *lanes).
    Differentiable in reverse mode with respect to ``constants`` and ``initial``; ``drivers`` are data. ``threads``: all
    cores by default. UnsupportedStep names what a step holds that kernels cannot take; ValueError for a wrong recording.
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
        if jax.tree.structure(after) != state_tree:
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
        raise UnsupportedStep(f"kernels take constants, states and drivers of one width, float32 or float64, not {found}")
    return kinds.pop()


def _stack(rows: Sequence[Any], count: int, dtype: np.dtype) -> jax.Array:
    return jnp.stack(rows) if rows else jnp.zeros((0, count), dtype)


@dataclass(frozen=True, eq=False)
class Plan:
    """A traced step on a layout of lanes and days, and its kernels, made when first asked for."""

    program: DayProgram
    lanes: Lanes
    dtype: np.dtype
    length: int
    windows: tuple[tuple[int, int], ...]
    threads: int

    @cached_property
    def target(self):
        return host_target(self.dtype.itemsize * 8, self.lanes.members)

    @cached_property
    def blocks(self) -> int:
        """Blocks per cell."""
        return -(-self.lanes.members // self.target.width)

    @cached_property
    def forward(self):
        lane_drivers = tuple(k == LANE for k in self.lanes.kinds)
        return self.program.forward_graph(self.dtype, lane_drivers)

    @cached_property
    def pieces(self):
        return pieces(self.length, self.windows, CHUNK_DAYS)

    @cached_property
    def bodies(self) -> dict[tuple[int, ...], tuple[int, ...]]:
        """By the values recorded (so that windows of the same output share a body): the recordings of the first piece."""
        _, outputs = self.forward
        found: dict[tuple[int, ...], tuple[int, ...]] = {}
        for _, _, inside in self.pieces:
            found.setdefault(self._values(inside), inside)
        return found

    def _values(self, inside: tuple[int, ...]) -> tuple[int, ...]:
        _, outputs = self.forward
        return tuple(outputs[self.program.n_state + i].index for i in inside)

    @cached_property
    def shape(self) -> Shape:
        slots = max((len(v) for v in self.bodies.values()), default=0)
        kinds = tuple(k == LANE for k in self.lanes.kinds)
        return Shape(self.program.n_state, self.program.n_invariants, kinds, slots)

    @cached_property
    def forward_ir(self) -> str:
        _, outputs = self.forward
        n = self.program.n_state
        bodies = [ForwardBody(outputs[:n], [outputs[n + i] for i in inside]) for inside in self.bodies.values()]
        return forward_kernel(self.target, self.shape, bodies)

    @cached_property
    def adjoint_ir(self) -> str:
        bodies = []
        for inside in self.bodies.values():
            _, *nodes = self.program.adjoint_graph(self.dtype, self.shape.lane_drivers, inside)
            bodies.append(AdjointBody(*nodes, len(inside)))
        return adjoint_kernel(self.target, self.shape, bodies, CHUNK_DAYS)

    @cached_property
    def table(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The table of pieces without addresses; which recording each slot is (−1 none), and its offset in bytes."""
        numbers = {values: k for k, values in enumerate(self.bodies)}
        rows = np.zeros((len(self.pieces), self.shape.columns), np.int64)
        which = np.full((len(self.pieces), self.shape.slots), -1)
        offset = np.zeros_like(rows[:, HEADER:])
        for row, (first, last, inside) in enumerate(self.pieces):
            rows[row, :HEADER] = first, last, numbers[self._values(inside)]
            for slot, i in enumerate(inside):
                which[row, slot] = i
                offset[row, slot] = (first - self.windows[i][0]) * self.lanes.count * self.dtype.itemsize
        return rows, which, offset

    @property
    def boundaries(self) -> tuple[int, ...]:
        return (self.lanes.cells * self.blocks, len(self.pieces), self.program.n_state, self.target.width)

    def call(self, ir: str, adjoint: bool) -> str:
        """Compile a kernel and give XLA a name for it."""
        kernel = compiled(ir)
        rows, which, offset = self.table
        drivers, windows = len(self.lanes.kinds), len(self.windows)
        strides = [0 if k == SHARED else 1 if k == LANE else -1 for k in self.lanes.kinds]

        def run(arguments: list[int], results: list[int], days: int) -> None:
            names = dict.fromkeys(WORDS, 0)
            if adjoint:
                names |= dict(zip(("invariants", "boundaries", "calendar", "final"), arguments[:4], strict=True))
                names |= dict(zip(("invariant_cotangents", "state_cotangents"), results, strict=True))
                recorded, data = arguments[4 : 4 + windows], arguments[4 + windows :]
            else:
                names |= dict(zip(("invariants", "states", "calendar"), arguments[:3], strict=True))
                names["final"], recorded, data = results[0], results[1 : 1 + windows], arguments[3:]
                names["boundaries"] = results[1 + windows] if len(results) > 1 + windows else 0
            table = rows.copy()
            addresses = np.array([*recorded, 0], np.int64)
            table[:, HEADER:] = addresses[which] + offset
            names |= {"table": table.ctypes.data, "rows": len(rows), "members": self.lanes.members}
            names |= {"blocks": self.blocks, "lanes": self.lanes.count}
            words = np.array([*names.values(), *data, *(days if s < 0 else s for s in strides)], np.int64)
            run_blocks(kernel, words, self.lanes.cells * self.blocks, self.threads)

        return run

    def register(self, ir: str, days: int, adjoint: bool) -> str:
        """A name by which XLA finds the kernel; it tells all that the call depends on."""
        run = self.call(ir, adjoint)
        text = f"{ir}{self.lanes}{self.length}{self.windows}{self.threads}{days}{CHUNK_DAYS}"
        name = f"diffdalec_kernel_{hashlib.sha256(text.encode()).hexdigest()[:32]}"
        register(name, partial(_with_days, run, days))
        return name


def _with_days(run, days, arguments, results):
    run(arguments, results, days)


def _days(plan: Plan, data: Sequence[Any]) -> int:
    """Days of the drivers; those of one number per cell have them last."""
    for x, kind in zip(data, plan.lanes.kinds, strict=True):
        return x.shape[-1] if kind != LANE else x.shape[0]
    return 0


def _forward(plan: Plan, invariants, state, data, calendar, keep: bool):
    name = plan.register(plan.forward_ir, _days(plan, data), False)
    count = plan.lanes.count
    shapes = [(plan.program.n_state, count), *((stop - start, count) for start, stop in plan.windows)]
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
