"""Land for maps, from a file that comes with the package: no network, no other package."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

import numpy as np

LAND = "land.json"
"""Natural Earth's countries at 1:110 million without their borders, public domain; source and licence in the file."""

_ANTIMERIDIAN, _POLE = 180.0, 90.0


@cache
def land() -> tuple[tuple[np.ndarray, ...], ...]:
    """Polygons of land: rings of (point, longitude and latitude) [degrees], the outer one first, closed."""
    collection = json.loads(files(__package__).joinpath(LAND).read_text(encoding="utf-8"))
    shapes = (feature["geometry"]["coordinates"] for feature in collection["features"])
    return tuple(tuple(np.array(ring, dtype=float) for ring in rings) for rings in shapes)


@cache
def coastlines() -> tuple[np.ndarray, ...]:
    """Coasts as lines of (point, longitude and latitude) [degrees]: the rings without the cuts along the antimeridian
    and at the pole, where polygons end and land does not."""
    lines = []
    for ring in (ring for rings in land() for ring in rings):
        edge = (np.abs(ring[:, 0]) >= _ANTIMERIDIAN) | (np.abs(ring[:, 1]) >= _POLE)
        cut = np.flatnonzero(edge[1:] & edge[:-1]) + 1
        lines += [part for part in np.split(ring, cut) if len(part) > 1]
    return tuple(lines)
