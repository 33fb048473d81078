"""Columns of what is recorded, against the recordings worked out day by day."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diffdalec.kernels.gpu.layout import ADD, WRITE, columns, take
from diffdalec.kernels.graph import Graph
from diffdalec.kernels.lanes import Kept


@st.composite
def runs(draw):
    length = draw(st.integers(1, 40))
    day = st.integers(0, length - 1)
    kept, values = [], []
    for _ in range(draw(st.integers(1, 5))):
        if draw(st.booleans()):
            first = draw(day)
            windows = ((first, draw(st.integers(first + 1, length))),)
        else:
            windows = tuple((d, d + 1) for d in sorted(draw(st.sets(day, min_size=1, max_size=6))))
        kept.append(Kept(windows, draw(st.booleans())))
        values.append(draw(st.integers(0, 1)))
    return length, draw(st.integers(1, 15)), kept, values


@given(runs())
def test_each_recording_finds_its_days(case):
    """What the kernel does with the tables, day by day, gives each recording its values or their sum."""
    length, chunk, kept, which = case
    graph = Graph()
    nodes = [graph.input("state", 0), graph.input("state", 1)]
    series = np.random.default_rng(0).integers(1, 1000, (2, length))
    found, places = columns([nodes[i] for i in which], kept, length, chunk)
    buffers = []
    for column in found:
        buffer, total = np.full(column.height, -999), 0  # what was there before must not matter
        for t in range(length):
            if t % chunk == 0:
                assert total == 0
            row, value = column.rows[t], series[which[column.recording], t]
            if column.ends is None:
                if row >= 0:
                    buffer[row] = value
                continue
            total += value if row >= 0 else 0
            if column.ends[t] in (WRITE, ADD):
                buffer[row] = total + (buffer[row] if column.ends[t] == ADD else 0)
                total = 0
        assert total == 0
        buffers.append(buffer)
    for k, i, place in zip(kept, which, places, strict=True):
        expected = np.concatenate([series[i, a:b] for a, b in k.windows])
        got = take(buffers[place.column], place.rows)
        np.testing.assert_array_equal(got, [expected.sum()] if k.summed else expected)
