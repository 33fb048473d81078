"""Global annual CO2 as given to the TRENDY models: a text of year and ppm, no header."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..biome import Biome
from ..carbon_dioxide import annual_co2

NAME = "co2"
FIRST_YEAR = 1700


def write(folder: Path, biome: Biome) -> None:
    """``folder/global_co2_ann_1700_YYYY.txt`` to the last year of the forcing."""
    years = np.arange(FIRST_YEAR, int(biome.time.year[-1]) + 1)
    lines = [f"{year} {value:.3f}\n" for year, value in zip(years, annual_co2(years), strict=True)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"global_co2_ann_{FIRST_YEAR}_{years[-1]}.txt").write_text("".join(lines), encoding="utf-8")
