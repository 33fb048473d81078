"""Integration over days on a GPU: the semantics of ``diffdalec.model.integrate``, as one kernel each way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import jax
import jax.numpy as jnp

from ..graph import Node
from ..lanes import CELL, SHARED
from ..plan import Plan
from ..preparation import Recording, prepare
from ..primitives import UnsupportedStep
from .adjoint import adjoint
from .forward import forward
from .layout import columns, take
from .machine import gpu_available
from .reading import BLOCK_LANES, CHUNK_DAYS, Loop

Target = Literal["gpu", "interpreter", "lowering"]


@dataclass(frozen=True, eq=False)
class GpuRun:
    """A traced step with the loop that runs it, and the values of a day: state after it, then what is recorded."""

    plan: Plan
    loop: Loop
    outputs: tuple[Node, ...]
    lane_drivers: tuple[bool, ...]  # which drivers are no one number for all lanes of a block


def integrate(
    step: Callable[[Any, Any, Any], tuple[Any, Any]],
    constants: Any,
    initial: Any,
    drivers: Any,
    calendar: jax.Array,
    recordings: Mapping[str, Recording],
    *,
    block: int = BLOCK_LANES,
    chunk: int = CHUNK_DAYS,
    target: Target = "gpu",
) -> tuple[Any, dict[str, jax.Array]]:
    """:func:`diffdalec.kernels.integrate` on a GPU, with ``block`` lanes (a power of two) to a block of threads.

    ``chunk``: days between states kept for the way back. ``target``: the GPU of this machine; ``interpreter`` for the
    same kernel run by XLA on any device, slowly, as tests do; ``lowering`` to lower it for a GPU that need not be here.
    UnsupportedStep where there is no GPU, where the run has no days, and as there.
    """
    reason = gpu_available() if target == "gpu" else ""
    if reason:
        raise UnsupportedStep(reason)
    # A block of less than a warp would be held twice, and one copy read what the other has not yet written.
    least = 1 if target == "interpreter" else 32
    if block < least or block & (block - 1):
        raise ValueError(f"a block has a power of two of lanes, at least {least}, not {block}")
    run = prepare(step, constants, initial, drivers, calendar, recordings, threads=1)
    plan = run.plan
    if not plan.length or not plan.lanes.count or not plan.program.n_state:
        raise UnsupportedStep("a run on a GPU needs at least one day, one lane and one state")
    lane_drivers = tuple(kind != SHARED for kind in plan.lanes.kinds)
    outputs = plan.program.forward(plan.dtype, lane_drivers)
    found, places = columns(outputs[plan.program.n_state :], plan.kept, plan.length, chunk)
    loop = Loop(plan.length, plan.lanes, plan.dtype, tuple(found), block, chunk, target == "interpreter")
    gpu = GpuRun(plan, loop, tuple(outputs), lane_drivers)
    data = [x.T if kind == CELL else x for x, kind in zip(run.drivers, plan.lanes.kinds, strict=True)]
    invariants = _widened(run.invariants(run.constants), loop.width)
    final, kept = _run(gpu, invariants, _widened(run.state, loop.width), data, run.calendar)
    count = plan.lanes.count
    recorded = [take(kept[p.column], p.rows)[:, :count] for p in places]
    return run.tree(final[:, :count]), run.series(recorded)


def _widened(rows: jax.Array, width: int) -> jax.Array:
    """Rows of lanes, the last lane repeated to fill the last block; at least one row, as a buffer has."""
    if not rows.shape[0]:
        return jnp.zeros((1, width), rows.dtype)
    return jnp.pad(rows, ((0, 0), (0, width - rows.shape[1])), mode="edge")


def _forward(run: GpuRun, invariants, state, data, calendar, keep: bool):
    n = run.plan.program.n_state
    recorded = [run.outputs[n + c.recording] for c in run.loop.columns]
    return forward(run.loop, run.outputs[:n], recorded, invariants, state, calendar, data, keep)


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _run(run: GpuRun, invariants, state, data, calendar):
    final, kept, _ = _forward(run, invariants, state, data, calendar, keep=False)
    return final, kept


def _run_forward(run: GpuRun, invariants, state, data, calendar):
    final, kept, boundaries = _forward(run, invariants, state, data, calendar, keep=True)
    return (final, kept), (invariants, boundaries, data, calendar)


def _run_adjoint(run: GpuRun, residuals, cotangents):
    invariants, boundaries, data, calendar = residuals
    final, kept = cotangents
    asked = [c.recording for c in run.loop.columns]
    nodes = run.plan.program.adjoint(run.plan.dtype, run.lane_drivers, asked)
    by_invariant, by_state = adjoint(run.loop, *nodes, invariants, boundaries, calendar, final, kept, data)
    return by_invariant, by_state, None, None


_run.defvjp(_run_forward, _run_adjoint)
