"""Maps in Lambert's azimuthal equal-area projection, centred on what is shown.

A domain that goes round a pole is seen from above the pole in a round frame, every other one from above its own middle
in a frame of its shape. Equations: Snyder (1987), Map projections – a working manual, USGS Professional Paper 1395,
equations 24-2 to 24-4 (sphere; its radius is that of :mod:`diffdalec.grid`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...grid import AUTHALIC_RADIUS, CELLS_PER_DEGREE

RADIUS = AUTHALIC_RADIUS / 1e3
"""[km]"""

POLAR_SPAN = 150.0
"""A domain that spans more degrees of longitude than this, on one side of the equator, is seen from its pole."""

_POLAR_MARGIN = 3.0
_LEAST_SIZE = 320.0
_MARGIN = 0.09
_ASPECT = (0.68, 1.1)
_HALF = 0.5 / CELLS_PER_DEGREE


@dataclass(frozen=True)
class View:
    """Where a map is seen from, and what it shows: centre [degrees], frame (west, east, south, north) [km]."""

    latitude: float
    longitude: float
    frame: tuple[float, float, float, float]
    polar: bool

    def project(self, latitude, longitude) -> tuple[np.ndarray, np.ndarray]:
        """Kilometres east and north of the centre; NaN near the point opposite to it."""
        return project(latitude, longitude, self.latitude, self.longitude)

    @property
    def width(self) -> float:
        """[km]"""
        return self.frame[1] - self.frame[0]

    @property
    def aspect(self) -> float:
        """Height per width of the frame."""
        return (self.frame[3] - self.frame[2]) / self.width


def project(latitude, longitude, centre_latitude: float, centre_longitude: float) -> tuple[np.ndarray, np.ndarray]:
    """Kilometres east and north of the centre of points in degrees; NaN near the point opposite to the centre."""
    north, east = np.radians(latitude), np.radians(np.subtract(longitude, centre_longitude))
    middle = np.radians(centre_latitude)
    towards = np.sin(middle) * np.sin(north) + np.cos(middle) * np.cos(north) * np.cos(east)
    scale = RADIUS * np.sqrt(2.0 / np.where(towards > -0.999, 1.0 + towards, np.nan))
    x = scale * np.cos(north) * np.sin(east)
    y = scale * (np.cos(middle) * np.sin(north) - np.sin(middle) * np.cos(north) * np.cos(east))
    return x, y


def view_of(latitude: np.ndarray, longitude: np.ndarray) -> View:
    """The view that shows all cells with centres at ``latitude`` and ``longitude`` [degrees]."""
    latitude, longitude = np.asarray(latitude, dtype=float), np.asarray(longitude, dtype=float)
    west, span = _sector(longitude)
    one_side = latitude.min() > 0 or latitude.max() < 0
    if span > POLAR_SPAN and one_side:
        return _polar(np.sign(latitude[0]), np.abs(latitude).min())
    middle = (latitude.min() + latitude.max()) / 2.0
    return _local(latitude, longitude, middle, (west + span / 2.0 + 180.0) % 360.0 - 180.0)


def cell_corners(latitude, longitude) -> tuple[np.ndarray, np.ndarray]:
    """Latitudes and longitudes (cell, 4) of the corners of 0.5° cells, anticlockwise from the south-west."""
    latitude, longitude = np.asarray(latitude, dtype=float), np.asarray(longitude, dtype=float)
    south_north, west_east = np.array([-1, -1, 1, 1]) * _HALF, np.array([-1, 1, 1, -1]) * _HALF
    return latitude[:, None] + south_north, longitude[:, None] + west_east


def _sector(longitude: np.ndarray) -> tuple[float, float]:
    """The western end and the width [degrees] of the narrowest sector that holds all longitudes."""
    ordered = np.unique(np.mod(longitude, 360.0))
    gaps = np.diff(np.append(ordered, ordered[0] + 360.0))
    widest = int(gaps.argmax())
    return float(ordered[(widest + 1) % ordered.size]), float(360.0 - gaps[widest])


def _polar(side: float, lowest: float) -> View:
    rim = max(lowest - _POLAR_MARGIN, 0.0)
    radius = float(project(side * rim, 0.0, side * 90.0, 0.0)[1])
    size = abs(radius)
    return View(side * 90.0, 0.0, (-size, size, -size, size), polar=True)


def _local(latitude: np.ndarray, longitude: np.ndarray, middle: float, centre: float) -> View:
    x, y = project(*cell_corners(latitude, longitude), middle, centre)
    x0, y0 = (np.nanmin(x) + np.nanmax(x)) / 2.0, (np.nanmin(y) + np.nanmax(y)) / 2.0
    width = max(np.ptp(x) * (1 + 2 * _MARGIN), _LEAST_SIZE)
    height = max(np.ptp(y) * (1 + 2 * _MARGIN), _LEAST_SIZE * _ASPECT[0])
    height, width = max(height, width * _ASPECT[0]), max(width, height / _ASPECT[1])
    frame = (x0 - width / 2, x0 + width / 2, y0 - height / 2, y0 + height / 2)
    return View(middle, centre, tuple(map(float, frame)), polar=False)  # type: ignore[arg-type]
