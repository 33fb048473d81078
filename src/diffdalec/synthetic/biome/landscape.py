"""The landscape of each cell: when each place burnt last, how good its site is, and whether it bears forest at all.

On a lattice of 0.01° (about 1 km north to south), 50 × 50 to a cell. Products see means over many of these points, or
parts of one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import zoom

from .domain import Domain
from .environment import ClimateStatistics, Land
from .fields import generator
from .fire_record import FEWEST_DATED, dated_classes

PER_CELL = 50
"""Lattice points along a side of a cell."""

HISTORY = 300
"""Years of fires that are drawn; what none of them reached is old."""

OPEN_SHARE = {"gpp": 0.55, "reco": 0.60, "et": 0.75, "lai": 0.45}
"""What bogs, meadows and shrubs that stand where no forest does assimilate, respire … beside the mature forest."""

SITE_POWER = {"gpp": 0.5, "reco": 0.5, "et": 0.25, "lai": 0.5}
"""A site whose forest holds q times the biomass has q to these powers of the other streams."""


@dataclass(frozen=True, eq=False)
class Landscape:
    """Lattice points of the box, (rows · 50, columns · 50) from the south-west. ``age`` [yr], 0 in the ocean;
    ``site`` quality, 1 on average; ``forest``: whether trees can stand."""

    age: np.ndarray
    fire: np.ndarray  # number of the fire in its cell, -1 where none reached
    site: np.ndarray
    forest: np.ndarray


def fire_interval(climate: ClimateStatistics, land: Land, noise: np.ndarray) -> np.ndarray:
    """Mean years between fires at a place (cell,): 60–100 in dry interior conifers, 200 and more by the sea."""
    drought = 0.35 * (climate.vpd - 2.5) - 0.0012 * (climate.precipitation - 450.0)
    return np.clip(115.0 * np.exp(-drought - 0.4 * (0.2 - land.deciduous_broadleaf) + 0.2 * noise), 55.0, 280.0)


def draw_landscape(domain: Domain, interval: np.ndarray, trees: np.ndarray, seed: int) -> Landscape:
    """The landscape of all cells; ``interval`` between fires [yr] and share of ``trees``, each (cell,).

    The biome is made of cells that have a growth curve: histories without enough fires in the record are drawn again,
    a few times where fires are as rare as :func:`fire_interval` lets them be.
    """
    shape = (domain.rows * PER_CELL, domain.columns * PER_CELL)
    age, fire = np.zeros(shape, dtype=np.int16), np.full(shape, -1, dtype=np.int16)
    site, forest = np.ones(shape, dtype=np.float32), np.zeros(shape, dtype=bool)
    for index, (row, column, cell) in enumerate(zip(domain.row, domain.column, domain.cell, strict=True)):
        rng = generator(seed, "landscape", cell)
        here = np.s_[row * PER_CELL : (row + 1) * PER_CELL, column * PER_CELL : (column + 1) * PER_CELL]
        site[here] = np.exp(0.15 * _patches(rng) + 0.08 * rng.standard_normal((PER_CELL, PER_CELL)) - 0.0145)
        suited = _patches(rng) + 0.7 * rng.standard_normal((PER_CELL, PER_CELL))
        forest[here] = suited <= np.quantile(suited, trees[index])
        while dated_classes(age[here], fire[here], forest[here]) < FEWEST_DATED:
            age[here], fire[here] = _burn(rng, float(interval[index]))
    return Landscape(age, fire, site, forest)


def relative_streams(landscape: Landscape, by_age: dict[str, np.ndarray], domain: Domain) -> dict[str, np.ndarray]:
    """What each lattice point gives of a stream, relative to the cell's mature forest.

    ``by_age[stream]`` (age, cell): relative to the mature forest, from age 1.
    """
    number = np.repeat(np.repeat(domain.gridded(np.arange(domain.cell.size), -1), PER_CELL, 0), PER_CELL, 1)
    made = {}
    for stream, curve in by_age.items():
        index = np.clip(landscape.age, 1, curve.shape[0]) - 1
        stand = curve[index, number] * landscape.site ** SITE_POWER[stream]
        open_land = OPEN_SHARE[stream] * landscape.site ** SITE_POWER[stream]
        made[stream] = np.where(number < 0, np.nan, np.where(landscape.forest, stand, open_land)).astype(np.float32)
    return made


def block_mean(lattice: np.ndarray, size: int) -> np.ndarray:
    """Means over blocks of ``size`` × ``size`` points."""
    rows, columns = lattice.shape[0] // size, lattice.shape[1] // size
    return lattice.reshape(rows, size, columns, size).mean(axis=(1, 3))


def _burn(rng: np.random.Generator, interval: float) -> tuple[np.ndarray, np.ndarray]:
    """Years since the last fire and its number: ellipses of many sizes, most of the burnt area in few large ones."""
    mean_area = 0.045  # of a cell: some 75 km2; the lognormal below has this mean
    count = rng.poisson(HISTORY / interval / mean_area)
    area = mean_area * np.exp(1.1 * rng.standard_normal(count) - 0.605)
    year = rng.uniform(0.0, HISTORY, count)
    x, y = rng.uniform(-0.1, 1.1, (2, count))
    angle, aspect = rng.uniform(0.0, np.pi, count), np.exp(rng.uniform(0.0, 0.9, count))
    points = (np.arange(PER_CELL, dtype=np.float32) + 0.5) / PER_CELL
    dx = (points[None, None, :] - x[:, None, None]).astype(np.float32)
    dy = (points[None, :, None] - y[:, None, None]).astype(np.float32)
    cosine, sine = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
    along, across = dx * cosine + dy * sine, dy * cosine - dx * sine
    long_axis = np.sqrt(1.2**2 * area * aspect / np.pi)[:, None, None]
    inside = (along / long_axis) ** 2 + (across * aspect[:, None, None] / long_axis) ** 2 < 1.0
    since = np.where(inside, year[:, None, None], np.inf)
    last = since.argmin(axis=0) if count else np.zeros((PER_CELL, PER_CELL), dtype=int)
    youngest = since.min(axis=0) if count else np.full((PER_CELL, PER_CELL), np.inf)
    old = zoom(rng.uniform(150.0, 300.0, (6, 6)), PER_CELL / 6, order=0)
    age = np.where(np.isfinite(youngest), np.maximum(youngest, 1.0), old)
    return age.astype(np.int16), np.where(np.isfinite(youngest), last, -1).astype(np.int16)


def _patches(rng: np.random.Generator) -> np.ndarray:
    """A field of patches some 7 km wide, standard deviation about 1."""
    coarse = rng.standard_normal((9, 9))
    field = zoom(coarse, PER_CELL / 9, order=1, grid_mode=False)[:PER_CELL, :PER_CELL]
    return (field - field.mean()) / field.std()
