"""Draw docs/images/synthetic_climate.png: climates of synthetic biomes among those of real boreal 0.5° cells.

Run as ``python docs/figures/synthetic_climate.py TABLE``: a CSV of boreal cells with columns Tcold, Twarm, MAT
[degC] and MAP [mm]. The table is not shipped.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from diffdalec.synthetic.biome.climate import climate_normals
from diffdalec.synthetic.biome.domain import compact_domain
from diffdalec.synthetic.biome.environment import ClimateStatistics, climate_statistics
from diffdalec.synthetic.biome.fields import Coherence, extent_of
from diffdalec.synthetic.biome.weather import daily_weather

OUT = Path(__file__).resolve().parents[1] / "images" / "synthetic_climate.png"
PANELS = (
    ("MAT", "temperature", "Mean annual temperature [°C]"),
    ("Twarm", "warmest_month", "Warmest month [°C]"),
    ("MAP", "precipitation", "Annual precipitation [mm]"),
)


def statistics(seed: int, cells: int = 48) -> ClimateStatistics:
    """The climate of the weather of a synthetic biome."""
    domain = compact_domain(cells)
    coherence = Coherence(domain.place, extent_of(domain.place), 12.0, own=0.1)
    return climate_statistics(daily_weather(climate_normals(domain, seed), coherence, domain.cell, (1985, 2020), seed))


def main(table: str) -> None:
    real = pd.read_csv(table).dropna(subset=["Tcold", "Twarm", "MAT", "MAP"])
    made = [statistics(seed) for seed in range(3)]
    figure, axes = plt.subplots(1, 3, figsize=(9.0, 3.0), constrained_layout=True)
    for panel, (column, name, label) in zip(axes, PANELS, strict=True):
        top = real[column].quantile(0.999)
        shown = real[real[column] <= top]
        panel.hexbin(shown["Tcold"], shown[column], gridsize=32, cmap="Greys", bins="log", mincnt=1, linewidths=0.1)
        for seed, climate in enumerate(made):
            panel.plot(climate.coldest_month, getattr(climate, name), ".", ms=4, alpha=0.8, label=f"seed {seed}")
        panel.set_xlabel("Coldest month [°C]")
        panel.set_ylabel(label)
    axes[0].legend(frameon=False, fontsize=7, title="synthetic, 48 cells", title_fontsize=7)
    figure.savefig(OUT, dpi=110)
    print(f"{OUT.name}: {len(real)} real cells, {np.size(made[0].temperature)} synthetic ones of each seed")


if __name__ == "__main__":
    main(sys.argv[1])
