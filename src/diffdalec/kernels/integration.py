"""Integration over days by fused kernels: the semantics of ``diffdalec.model.integrate``, compiled as one loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import jax

from .plan import Plan
from .preparation import Recording, prepare


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
    Differentiable in reverse mode with respect to ``constants`` and ``initial``; ``drivers`` are data. ``threads``: by
    default those of :func:`~diffdalec.kernels.default_threads`. UnsupportedStep names what a step holds that kernels
    cannot take; ValueError a wrong recording.
    """
    run = prepare(step, constants, initial, drivers, calendar, recordings, threads)
    invariants = run.invariants(run.constants)
    final, recorded = _run(run.plan, run.days, invariants, run.state, run.drivers, run.calendar)
    return run.tree(final), run.series(recorded)


def _forward(plan: Plan, days: int, invariants, state, data, calendar, keep: bool):
    results = ("final", "recorded", *(("boundaries",) if keep else ()))
    name = plan.register(plan.forward_ir, days, ("invariants", "states", "calendar", "drivers"), results)
    count = plan.lanes.count
    shapes: list[tuple[int, ...]] = [(plan.program.n_state, count)]
    shapes += [(kept.rows, count) for kept in plan.kept]
    if keep:
        shapes.append(plan.boundaries)
    made = [jax.ShapeDtypeStruct(s, plan.dtype) for s in shapes]
    out = jax.ffi.ffi_call(name, made)(invariants, state, calendar, *data)
    recorded = list(out[1 : 1 + len(plan.kept)])
    return (out[0], recorded), out[-1] if keep else None


@partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def _run(plan: Plan, days: int, invariants, state, data, calendar):
    return _forward(plan, days, invariants, state, data, calendar, keep=False)[0]


def _run_forward(plan: Plan, days: int, invariants, state, data, calendar):
    out, boundaries = _forward(plan, days, invariants, state, data, calendar, keep=True)
    return out, (invariants, boundaries, data, calendar)


def _run_adjoint(plan: Plan, days: int, kept, cotangents):
    invariants, boundaries, data, calendar = kept
    final, recorded = cotangents
    arguments = ("invariants", "boundaries", "calendar", "final", "recorded", "drivers")
    name = plan.register(plan.adjoint_ir, days, arguments, ("invariant_cotangents", "state_cotangents"))
    count = plan.lanes.count
    shapes = [(plan.program.n_invariants, count), (plan.program.n_state, count)]
    results = [jax.ShapeDtypeStruct(s, plan.dtype) for s in shapes]
    by_invariant, by_state = jax.ffi.ffi_call(name, results)(
        invariants, boundaries, calendar, final, *recorded, *data
    )
    return by_invariant, by_state, None, None


_run.defvjp(_run_forward, _run_adjoint)
