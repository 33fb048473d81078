"""Folds of a cross-validation: cells at random, or whole tiles of the map, because neighbouring cells are alike."""

from __future__ import annotations

import numpy as np

from ...errors import InputError

SIDES = (5.0, 4.0, 3.0, 2.5, 2.0, 1.5, 1.0, 0.5)
"""Sides of tiles [degrees of latitude] that are tried where none is given."""

TILES_PER_FOLD = 4


def tiles(latitude: np.ndarray, longitude: np.ndarray, side: float) -> np.ndarray:
    """Number of the tile of each place, from 0: ``side`` degrees of latitude tall and about as far across.

    In each band the circle of latitude is cut into a whole number of tiles.
    """
    band = np.floor((latitude + 90.0) / side)
    across = np.maximum(np.round(360.0 * np.cos(np.radians((band + 0.5) * side - 90.0)) / side), 1.0)
    column = np.floor(np.mod(longitude + 180.0, 360.0) / 360.0 * across)
    _, number = np.unique(np.stack([band, column], axis=1), axis=0, return_inverse=True)
    return number.reshape(-1)


def tile_side(latitude: np.ndarray, longitude: np.ndarray, folds: int, given: float | None) -> float:
    """The side of tiles [degrees]: ``given``, or the widest of :data:`SIDES` with four tiles a fold.

    InputError where there are fewer tiles than folds (or, with no side given, than four a fold).
    """
    sides, least = (SIDES, TILES_PER_FOLD * folds) if given is None else ((given,), folds)
    for side in sides:
        number = int(tiles(latitude, longitude, side).max()) + 1
        if number >= least:
            return side
    raise InputError(
        f"the {latitude.size} cells lie in {number} tiles of {sides[-1]:g}°, blocked cross-validation in {folds} folds "
        f"needs at least {least}: give smaller tiles, fewer folds or cells that lie further apart"
    )


def random_folds(size: int, folds: int, rng: np.random.Generator) -> np.ndarray:
    """Fold (cell,) of each cell, drawn at random; folds differ by at most one cell."""
    return rng.permutation(np.arange(size) % folds)


def blocked_folds(tile: np.ndarray, folds: int, rng: np.random.Generator) -> np.ndarray:
    """Fold (cell,) of each cell: tiles in random order, each to the fold that has the fewest cells so far."""
    counts = np.bincount(tile)
    present = np.flatnonzero(counts)
    fold_of = np.zeros(counts.size, dtype=int)
    filled = np.zeros(folds, dtype=int)
    for number in rng.permutation(present):
        fold_of[number] = filled.argmin()
        filled[fold_of[number]] += counts[number]
    return fold_of[tile]


def make_folds(scheme: str, tile: np.ndarray, folds: int, rng: np.random.Generator) -> np.ndarray:
    """Folds (cell,) of a scheme, ``random`` or ``blocked``."""
    return blocked_folds(tile, folds, rng) if scheme == "blocked" else random_folds(tile.size, folds, rng)
