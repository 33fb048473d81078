"""Integration over days: a function of a step function, with memory that does not grow with the run.

Days are taken from the drivers by index, so that a calendar that cycles 36 years three times copies nothing. The run is
cut at the bounds of the recordings; within a piece, days are taken a chunk at a time, and reverse-mode differentiation
keeps the state at chunk bounds and recomputes the chunk. What is recorded is all that is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp

State = Any
Output = Any
CHUNK_DAYS = 365


@dataclass(frozen=True)
class Recording:
    """What is kept of days ``start`` … ``stop`` − 1 of the run: ``select(state after the day, output of the day)``.

    With ``sampled``, days of the run in ascending order, only these are kept. With ``summed``, all that is kept is
    the sum over the days.
    """

    select: Callable[[State, Output], jax.Array]
    start: int
    stop: int
    sampled: tuple[int, ...] | None = None
    summed: bool = False


def integrate(
    step: Callable[[State, Any, Any], tuple[State, Output]],
    constants: Any,
    initial: State,
    drivers: Any,
    calendar: jax.Array,
    recordings: Mapping[str, Recording],
    *,
    chunk: int = CHUNK_DAYS,
) -> tuple[State, dict[str, jax.Array]]:
    """Run ``step(state, drivers of a day, constants)`` over the days that ``calendar`` (n,) picks from ``drivers``
    (days, …).

    ``constants`` (the lanes' coefficients) and ``initial`` are what may be differentiated. Returns the final state
    and, for each recording, its values with a leading axis of days (``stop − start`` or those sampled), or their sum.
    Differentiable in reverse mode with the states at chunk bounds as the only stored trajectory.
    """
    length = calendar.shape[0]
    for name, r in recordings.items():
        if not 0 <= r.start < r.stop <= length:
            raise ValueError(f"recording {name!r} covers days {r.start} to {r.stop} of a run of {length} days")
    cuts = sorted({0, length} | {day for r in recordings.values() for day in (r.start, r.stop)})

    state = initial
    parts: dict[str, list[jax.Array]] = {name: [] for name in recordings}
    for first, last in pairwise(cuts):
        active = {n: r for n, r in recordings.items() if r.start <= first and last <= r.stop}
        state, values = _piece(step, active, constants, state, drivers, calendar[first:last], chunk)
        for name in active:
            parts[name].append(values[name])
    return state, {name: _kept(recordings[name], _join(values)) for name, values in parts.items()}


def _kept(recording: Recording, daily: jax.Array) -> jax.Array:
    if recording.sampled is not None:
        daily = daily[jnp.asarray(recording.sampled) - recording.start]
    return jnp.sum(daily, axis=0) if recording.summed else daily


Integrator = Callable[..., tuple[State, dict[str, jax.Array]]]
"""A function with the arguments and results of :func:`integrate`, whatever compiles the loop."""


def _join(values: list[jax.Array]) -> jax.Array:
    return values[0] if len(values) == 1 else jnp.concatenate(values)


def _piece(step, active, constants, state, drivers, calendar, chunk):
    """One piece of the run: whole chunks under a checkpoint, then the days left over."""

    def day(state, index):
        state, output = step(state, jax.tree.map(lambda x: x[index], drivers), constants)
        return state, {name: r.select(state, output) for name, r in active.items()}

    def days(state, indices):
        state, values = jax.lax.scan(jax.checkpoint(day), state, indices)
        # A sum is taken chunk by chunk: nothing daily is stored, and float32 keeps its digits.
        sums = {name for name, r in active.items() if r.summed and r.sampled is None}
        return state, {n: jnp.sum(v, axis=0, keepdims=True) if n in sums else v for n, v in values.items()}

    whole = calendar.shape[0] // chunk * chunk
    pieces = []
    if whole:
        chunks = calendar[:whole].reshape(-1, chunk)
        state, values = jax.lax.scan(jax.checkpoint(days), state, chunks)
        pieces.append(jax.tree.map(lambda x: x.reshape(-1, *x.shape[2:]), values))
    if whole < calendar.shape[0]:
        state, values = jax.checkpoint(days)(state, calendar[whole:])
        pieces.append(values)
    return state, jax.tree.map(lambda *x: _join(list(x)), *pieces)
