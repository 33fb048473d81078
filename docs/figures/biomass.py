"""Draw docs/images/biomass.png, the picture of README: the biomass figure of ``diffdalec demo --stand``.

Run as ``diffdalec demo --stand --out FOLDER`` and then ``python docs/figures/biomass.py FOLDER``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

OUT = Path(__file__).resolve().parents[1] / "images" / "biomass.png"
WIDTH = 1300
COLOURS = 255


def main(folder: str) -> None:
    with Image.open(Path(folder) / "figures" / "biomass.png") as drawn:
        size = (WIDTH, round(drawn.height * WIDTH / drawn.width))
        smaller = drawn.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    palette = smaller.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    palette.save(OUT, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1])
