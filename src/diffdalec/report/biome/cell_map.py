"""The map from which cells are opened: an inline drawing (SVG) of the study's cells, coloured by one quantity."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape
from matplotlib import colormaps
from matplotlib.colors import to_hex

from .numbers import Tables, significant

_SCALE = "viridis"
_MISSING = "#dcdcdc"
_WIDTH = 900.0
_TAIL = 0.05
"""Share of cells at either end of the colours that are drawn in the last one."""


@dataclass(frozen=True)
class CellMapping:
    """The drawing, and the numbers at both ends of its colours."""

    drawing: Markup
    lowest: Markup
    highest: Markup


def cell_map(tables: Tables, experiment: str, quantity: str, linked: Collection[str]) -> CellMapping | None:
    """A map of ``quantity`` from the table ``cells``; cells in ``linked`` (ids) lead to ``#cell-ID``. None where the
    table has no such column or no place of the cells."""
    rows = tables.rows("cells", experiment=experiment)
    if not rows or any(name not in tables.frames["cells"] for name in ("latitude", "longitude", quantity)):
        return None
    latitude, longitude, values = (
        np.array([tables.value("cells", r, name) for r in rows]) for name in ("latitude", "longitude", quantity)
    )
    finite = np.flatnonzero(np.isfinite(values))
    if not finite.size:
        return None
    order = finite[np.argsort(values[finite])]
    low, high = (order[round(q * (order.size - 1))] for q in (_TAIL, 1 - _TAIL))
    across = math.cos(math.radians(float(latitude.mean())))
    west, north = longitude.min() - 0.25, latitude.max() + 0.25
    spans = (longitude.max() + 0.25 - west) * across, north - (latitude.min() - 0.25)
    size = min(_WIDTH / spans[0], 0.45 * _WIDTH / spans[1], 120.0)
    width, height = spans[0] * size, spans[1] * size
    span = values[high] - values[low]
    shapes = []
    for i, row in enumerate(rows):
        place = (longitude[i] - 0.25 - west) * across * size, (north - latitude[i] - 0.25) * size
        position = (values[i] - values[low]) / span if span > 0 else 0.5
        colour = to_hex(colormaps[_SCALE](position)) if np.isfinite(values[i]) else _MISSING
        shapes.append(_cell(tables, row, quantity, place, (0.5 * across * size, 0.5 * size), colour, linked))
    # Cells that can be opened come last: their outlines lie above their neighbours.
    body = Markup("").join(shape for _, shape in sorted(shapes, key=lambda s: s[0]))
    drawing = Markup(
        '<svg class="cells" viewBox="-2 -2 {:.1f} {:.1f}" style="max-width:{:.0f}px" role="img" '
        'aria-label="map of cells">{}</svg>'
    ).format(width + 4, height + 4, max(width, 240), body)
    ends = (tables.shown("cells", rows[i], quantity, significant) for i in (low, high))
    return CellMapping(drawing, *ends)


def _cell(
    tables: Tables, row: int, quantity: str, place: tuple[float, float], size: tuple[float, float],
    colour: str, linked: Collection[str],
) -> tuple[bool, Markup]:  # fmt: skip
    identity = tables.text("cells", row, "cell")
    opened = identity in linked
    value = tables.value("cells", row, quantity)
    shown = significant(value) if math.isfinite(value) else "no value"
    shape = Markup(
        '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}" data-at="cells:{}:{}" data-value="{}">'
        "<title>{}</title></rect>"
    ).format(
        *place, size[0] + 0.2, size[1] + 0.2, colour, row, quantity,
        tables.text("cells", row, quantity), escape(f"cell {identity}: {shown}"),
    )  # fmt: skip
    return opened, Markup('<a href="#cell-{}">{}</a>').format(identity, shape) if opened else shape
