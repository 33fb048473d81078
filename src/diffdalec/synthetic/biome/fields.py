"""Random fields over the cells: smooth in space, from one seed, and the same for a cell whatever is asked beside it."""

from __future__ import annotations

import zlib

import numpy as np
from scipy.signal import lfilter

NODE_SPACING = 4.0
"""Distance [degrees, as of ``Domain.place``] between the nodes that carry the random numbers."""


def generator(seed: int, name: str, *numbers: int) -> np.random.Generator:
    """The random generator of one purpose: ``name`` says which, ``numbers`` say of what (a cell, a month)."""
    return np.random.default_rng([seed, zlib.crc32(name.encode()), *(int(n) for n in numbers)])


class Coherence:
    """White noise on nodes, smoothed to places: fields of unit variance with Gaussian correlation in space.

    ``place`` (cell, 2) [degrees]; ``length`` [degrees] is the distance at which correlation has fallen to e^−1;
    ``extent`` = ((x0, x1), (y0, y1)) is what nodes cover, the same for every batch of cells of a domain. ``own`` is the
    share of the variance that each cell has to itself.
    """

    def __init__(self, place: np.ndarray, extent: tuple, length: float, own: float = 0.0) -> None:
        axes = [np.arange(low - length, high + length + NODE_SPACING, NODE_SPACING) for low, high in extent]
        nodes = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
        squared = ((place[:, None, :] - nodes[None]) ** 2).sum(axis=-1)
        weights = np.exp(-2.0 * squared / length**2)
        weights *= np.sqrt((1.0 - own) / (weights**2).sum(axis=1, keepdims=True))
        self.weights = weights.astype(np.float32)
        self.own = own

    def normal(self, seed: int, name: str, cell: np.ndarray, length: int) -> np.ndarray:
        """(length, cell) float32 standard-normal values, independent along the first axis."""
        noise = generator(seed, name).standard_normal((length, self.weights.shape[1]), dtype=np.float32)
        values = noise @ self.weights.T
        if self.own > 0.0:
            for index, number in enumerate(cell):
                own = generator(seed, name, number).standard_normal(length, dtype=np.float32)
                values[:, index] += np.float32(np.sqrt(self.own)) * own
        return values


def persistent(noise: np.ndarray, memory: float) -> np.ndarray:
    """AR(1) along the first axis with lag-1 autocorrelation ``memory``, of the same variance as the white ``noise``."""
    scaled = noise * np.float32(np.sqrt(1.0 - memory**2))
    scaled[0] = noise[0]
    return lfilter([1.0], [1.0, -memory], scaled, axis=0).astype(noise.dtype)


def extent_of(place: np.ndarray) -> tuple[tuple[float, float], tuple[float, float]]:
    """The extent that nodes must cover for all places (cell, 2)."""
    low, high = place.min(axis=0), place.max(axis=0)
    return (float(low[0]), float(high[0])), (float(low[1]), float(high[1]))
