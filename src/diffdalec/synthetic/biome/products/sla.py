"""Butler et al. (2017): specific leaf area at 0.5° points, a CSV; it knows what grows there, not how that differs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from ....units import CARBON_FRACTION
from ..biome import Biome
from ..traits import Scatter, composition_lcma

NAME = "sla"


def write(folder: Path, biome: Biome) -> None:
    """``folder/sla.csv``: longitude, latitude, mean and standard deviation [m2 kg-1]; off by 20 % in a cell."""
    scatter = Scatter(biome.seed, biome.domain.cell, "sla map")
    mean = 1000.0 * CARBON_FRACTION / composition_lcma(biome.land) * np.exp(0.20 * scatter("mean"))
    place = {"lon": biome.domain.longitude, "lat": biome.domain.latitude}
    table = pd.DataFrame({**place, "mean": mean.round(4), "sd": (0.35 * mean).round(4)})
    folder.mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / "sla.csv", index=False)
