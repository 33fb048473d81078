"""The whole synthetic biome as its products' writers read it: small fields in memory, long series on disk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from .domain import Domain
from .environment import ClimateStatistics, Land
from .landscape import PER_CELL, Landscape, block_mean, relative_streams

OPEN_BIOMASS = 4.0
"""Above-ground dry matter [Mg ha-1] where no forest stands."""


@dataclass(frozen=True, eq=False)
class Biome:
    """Everything that products are made from. Series are arrays (time, cell), memory-mapped where they are long.

    ``forcing`` by name: the reanalysis's daily weather of ``time``; ``seen`` by name: what products report of mature
    forest on the days (windows, composites) of ``observed``. ``relative`` by stream (age, cell): a stand of an age over
    the mature one; ``biomass`` (age, cell): above-ground dry matter [Mg ha-1] at the end of each year of age.
    """

    domain: Domain
    seed: int
    time: pd.DatetimeIndex
    observed: pd.DatetimeIndex
    land: Land
    climate: ClimateStatistics
    landscape: Landscape
    forcing: dict[str, np.ndarray]
    seen: dict[str, np.ndarray]
    relative: dict[str, np.ndarray]
    biomass: np.ndarray
    root_shoot: np.ndarray
    allocation: dict[str, np.ndarray]

    @cached_property
    def number(self) -> np.ndarray:
        """(rows, columns) position of each cell of the box in arrays over cells, −1 in the ocean."""
        return self.domain.gridded(np.arange(self.domain.cell.size), -1)

    @cached_property
    def streams(self) -> dict[str, np.ndarray]:
        """On the lattice of 0.01°: each stream over the cell's mature forest; NaN in the ocean."""
        return relative_streams(self.landscape, self.relative, self.domain)

    def relative_pixels(self, stream: str, per_degree: int) -> np.ndarray:
        """Means of :attr:`streams` over the pixels of a grid of the box, from the south-west."""
        return block_mean(self.streams[stream], 2 * PER_CELL // per_degree)

    @cached_property
    def lattice_biomass(self) -> np.ndarray:
        """True above-ground dry matter [Mg ha-1] on the lattice; NaN in the ocean."""
        number = fine(self.number, PER_CELL)
        index = np.clip(self.landscape.age, 1, self.biomass.shape[0]) - 1
        stand = self.biomass[index, number]
        bare = np.where(self.landscape.forest, stand, OPEN_BIOMASS) * self.landscape.site
        return np.where(number < 0, np.nan, bare).astype(np.float32)


def fine(values: np.ndarray, times: int) -> np.ndarray:
    """Values (…, rows, columns) with every one repeated ``times`` × ``times``."""
    return np.repeat(np.repeat(values, times, axis=-2), times, axis=-1)
