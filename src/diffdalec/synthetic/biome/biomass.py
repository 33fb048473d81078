"""Biomass as a radar map shows it, and the samples of stand age against biomass that growth curves are fitted to."""

from __future__ import annotations

import numpy as np

from .biome import Biome, fine
from .fields import generator
from .fire_record import CLASSES, FEWEST_POINTS, classes, dated
from .landscape import PER_CELL
from .traits import Scatter

UNBIASED = 80.0
"""Biomass [Mg ha-1] at which the map is right on average: below it, it shows too much, above too little."""

SATURATION = 0.92
"""The map shows (biomass/:data:`UNBIASED`) to this power."""


def mapped_biomass(biome: Biome) -> np.ndarray:
    """What the biomass map shows on the lattice [Mg ha-1], before the speckle of its pixels; NaN in the ocean.

    Errors of a cell (7 %), of neighbourhoods of 0.05° (10 %) and of the lattice (10 %), beside the map's compression.
    """
    truth = biome.lattice_biomass
    rng = generator(biome.seed, "biomass map")
    of_cell = biome.domain.gridded(Scatter(biome.seed, biome.domain.cell, "biomass map")("cell"), 0.0)
    near = rng.standard_normal(tuple(n // 5 for n in truth.shape), dtype=np.float32)
    error = 0.07 * fine(of_cell, PER_CELL) + 0.10 * fine(near, 5)
    error += 0.10 * rng.standard_normal(truth.shape, dtype=np.float32)
    return (UNBIASED * (truth / UNBIASED) ** SATURATION * np.exp(error - 0.012)).astype(np.float32)


def age_samples(biome: Biome, mapped: np.ndarray, index: int) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Mean ages [yr], mean mapped biomass [Mg ha-1] and its standard error by age class in cell ``index``.

    Ages are known to the year for the fires of the record; older ones are read from an age map, wrong by
    15 % for a fire and by 25 % where none is known. Points without forest are left out as far as a land cover map
    tells: one in thirty is misjudged. None where fewer than four classes have :data:`FEWEST_POINTS` points.
    """
    row, column, cell = (int(a[index]) for a in (biome.domain.row, biome.domain.column, biome.domain.cell))
    here = np.s_[row * PER_CELL : (row + 1) * PER_CELL, column * PER_CELL : (column + 1) * PER_CELL]
    rng = generator(biome.seed, "age map", cell)
    age, fire = biome.landscape.age[here].ravel(), biome.landscape.fire[here].ravel()
    of_fire = np.exp(0.15 * rng.standard_normal(int(fire.max(initial=0)) + 2))[fire]
    unknown = np.exp(0.25 * rng.standard_normal(age.size))
    believed = np.where(dated(age, fire), age, np.where(fire >= 0, age * of_fire, age * unknown))
    misjudged = rng.random(age.size) < 1.0 / 30.0
    kept = biome.landscape.forest[here].ravel() ^ misjudged
    believed, shown = believed[kept], mapped[here].ravel()[kept]
    place = classes(believed)
    inside = (place >= 0) & (believed < CLASSES[-1] + 10)
    rows = []
    for number in np.unique(place[inside]):
        members = inside & (place == number)
        if members.sum() >= FEWEST_POINTS:
            values = shown[members]
            rows.append((believed[members].mean(), values.mean(), max(values.std() / np.sqrt(members.sum()), 1.0)))
    if len(rows) < 4:
        return None
    ages, means, errors = np.array(rows, dtype=float).T
    return ages, means, errors
