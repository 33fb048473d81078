"""The way back as one kernel: a chunk is run again from the state kept at its start, then taken backwards."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp

from ..graph import Node, reachable
from .reading import Loop, Reader


def adjoint(
    loop: Loop,
    after: Sequence[Node],
    by_state: Sequence[Node],
    by_invariant: Sequence[Node],
    invariants: jax.Array,
    boundaries: jax.Array,
    calendar: jax.Array,
    final: jax.Array,
    recorded: Sequence[jax.Array],
    drivers: Sequence[jax.Array],
) -> tuple[jax.Array, jax.Array]:
    """Cotangents of the invariants and of the initial states, from those of the final states and of the columns.

    ``by_state`` and ``by_invariant`` are a day's cotangents of the states before it and of the invariants, from those
    of the states ``after`` it and of what is recorded.
    """
    count, columns = len(after), len(recorded)
    moved = [i for i, n in enumerate(by_invariant) if not (n.literal and n.param == 0.0)]
    height = invariants.shape[0]
    slopes = [*by_state, *(by_invariant[i] for i in moved)]
    nodes = reachable([*after, *slopes])

    def kernel(given, made) -> None:
        calendar, table, invariants, boundaries, final, *rest = given
        cotangents, drivers = rest[:columns], rest[columns:]
        sums, starts, carries, scratch = made
        ahead = Reader.of(loop, calendar, table, drivers, reachable(after), 0)
        reader = Reader.of(loop, calendar, table, drivers, nodes, columns)
        fixed = reader.rows(invariants)
        reader.put(sums, [reader.zero()] * height)
        reader.put(carries, [reader.zero()] * height)

        def again(t, carry):
            first, state, (numbers, _) = carry
            tomorrow = ahead.day(jnp.minimum(t + 1, loop.length - 1))
            reader.put(scratch, state, t - first)
            values = ahead.values(after, numbers, state=state, invariant=fixed)
            return first, [reader.block(v) for v in values], tomorrow

        def read(t, first):
            numbers, rows = reader.day(t)
            of_columns = [reader.row(ref, row, row >= 0) for ref, row in zip(cotangents, rows, strict=True)]
            return numbers, of_columns, reader.rows(scratch, t - first)

        def back(j, carry):
            first, last, found, totals, (numbers, of_columns, state) = carry
            yesterday = read(jnp.maximum(last - 2 - j, first), first)
            values = reader.values(
                slopes, numbers, state=state, invariant=fixed, cotangent=[*found, *of_columns]
            )
            before = [reader.block(v) for v in values[:count]]
            totals = [total + v for total, v in zip(totals, values[count:], strict=True)]
            return first, last, before, totals, yesterday

        def chunk(j, found):
            k = loop.chunks - 1 - j
            first = k * loop.chunk
            last = jnp.minimum(first + loop.chunk, loop.length)
            jax.lax.fori_loop(first, last, again, (first, reader.rows(boundaries, k), ahead.day(first)))
            start = first, last, found, [reader.zero() for _ in moved], read(last - 1, first)
            _, _, found, totals, _ = jax.lax.fori_loop(0, last - first, back, start)
            # With what rounding drops carried along: 40,000 days in float32 need it.
            for i, total in zip(moved, totals, strict=True):
                before = sums[i, reader.here]
                added = total - carries[i, reader.here]
                after_it = before + added
                sums[i, reader.here] = after_it
                carries[i, reader.here] = (after_it - before) - added
            return found

        reader.put(starts, jax.lax.fori_loop(0, loop.chunks, chunk, reader.rows(final)))

    # The last two are for the kernel's own use: what rounding drops, and a chunk of states.
    made = [loop.blank(height), loop.blank(count), loop.blank(height), loop.blank(loop.chunk, count)]
    given = (calendar, jnp.asarray(loop.table), invariants, boundaries, final, *recorded, *drivers)
    by_invariants, by_states, _, _ = loop.call("days_backward", kernel, made, *given)
    return by_invariants, by_states
