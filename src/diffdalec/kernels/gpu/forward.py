"""The forward run as one kernel."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp

from ..graph import Node, reachable
from .layout import ADD, NOTHING
from .reading import Loop, Reader


def forward(
    loop: Loop,
    after: Sequence[Node],
    recorded: Sequence[Node],
    invariants: jax.Array,
    states: jax.Array,
    calendar: jax.Array,
    drivers: Sequence[jax.Array],
    keep: bool,
) -> tuple[jax.Array, list[jax.Array], jax.Array | None]:
    """Final states (states, lanes), columns (rows, lanes), and, to ``keep``, the states at the start of each chunk.

    ``after`` and ``recorded`` are the values of a day: the states after it, and the value of each column.
    """
    count, sums = len(after), loop.sums
    nodes = reachable([*after, *recorded])

    def kernel(given, made) -> None:
        calendar, table, invariants, states, *drivers = given
        final, columns = made[0], made[1 : 1 + len(recorded)]
        reader = Reader.of(loop, calendar, table, drivers, nodes, len(recorded) + len(sums))
        fixed = reader.rows(invariants)

        def day(t, carry):
            state, totals, (numbers, entries) = carry
            # What tomorrow needs is on its way while today is worked out.
            tomorrow = reader.day(jnp.minimum(t + 1, loop.length - 1))
            values = reader.values([*after, *recorded], numbers, state=state, invariant=fixed)
            going = list(totals)
            for i, value in enumerate(values[count:]):
                if i not in sums:
                    reader.put_row(columns[i], entries[i], value, entries[i] >= 0)
                    continue
                place = sums.index(i)
                end = entries[len(recorded) + place]
                total = totals[place] + jnp.where(entries[i] >= 0, reader.block(value), 0)
                before = reader.row(columns[i], entries[i], end == ADD)
                reader.put_row(columns[i], entries[i], before + total, end != NOTHING)
                going[place] = jnp.where(end != NOTHING, 0, total)
            return [reader.block(v) for v in values[:count]], going, tomorrow

        def chunk(k, carry):
            first = k * loop.chunk
            if keep:
                reader.put(made[-1], carry[0], k)
            return jax.lax.fori_loop(first, jnp.minimum(first + loop.chunk, loop.length), day, carry)

        start = reader.rows(states), [reader.zero() for _ in sums], reader.day(0)
        reader.put(final, jax.lax.fori_loop(0, loop.chunks, chunk, start)[0])

    made = [loop.blank(count), *(loop.blank(c.height) for c in loop.columns)]
    if keep:
        made.append(loop.blank(loop.chunks, count))
    out = loop.call("days_forward", kernel, made, calendar, jnp.asarray(loop.table), invariants, states, *drivers)
    return out[0], out[1 : 1 + len(recorded)], out[-1] if keep else None
