"""Field NPP allocation (as Xia et al. 2019): a CSV of plots, a few in some of the cells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from ..biome import Biome
from ..fields import generator

NAME = "field_allocation"
MEASURED = 0.5
"""Share of the cells that have plots at all; real cells hardly ever do."""


def write(folder: Path, biome: Biome) -> None:
    """``folder/allocation.csv``: lat, lon and the shares of leaf, wood and root.

    A plot lies beside its cell's mean by a logarithmic scatter of 0.22 (leaf, wood) to 0.30 (root): about what plots of
    one forest type differ by in ForC. At least three cells have plots.
    """
    rows = []
    draws = {int(c): generator(biome.seed, "plots", int(c)) for c in biome.domain.cell}
    chance = np.array([rng.random() for rng in draws.values()])
    measured = chance <= max(MEASURED, float(np.sort(chance)[2]))
    for index, rng in enumerate(draws.values()):
        if not measured[index]:
            continue
        for _ in range(int(rng.integers(1, 6))):
            shares = np.array([biome.allocation[name][index] for name in ("leaf", "wood", "root")])
            shares = shares * np.exp(np.array([0.22, 0.22, 0.30]) * rng.standard_normal(3))
            shares = np.round(shares / shares.sum(), 3)
            latitude, longitude = biome.domain.latitude[index], biome.domain.longitude[index]
            place = np.round(np.array([latitude, longitude]) + rng.uniform(-0.24, 0.24, 2), 3)
            rows.append((*place, *shares))
    folder.mkdir(parents=True, exist_ok=True)
    table = pd.DataFrame(rows, columns=["lat", "lon", "f_leaf", "f_wood", "f_root"])
    table.to_csv(folder / "allocation.csv", index=False)
