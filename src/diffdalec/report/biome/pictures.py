"""Figures as pictures inside the page."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

from ...figures.style import DOUBLE_COLUMN, figure_bytes

SCREEN_DPI = 150
STEP = 4
"""Colours are rounded to multiples of this (of 255), which takes a third off a picture. A palette would take more, but
tint what is nearly white, and on a scale of differences that is where it matters."""


@dataclass(frozen=True)
class Picture:
    """A figure ready for the page: its name, title, how to read it, the image as a data URL, and its width as a part of
    the page's: letters are as large in all figures."""

    name: str
    title: str
    reading: str
    source: str
    part: float = 1.0


def picture(name: str, figure: Figure | Path, title: str, reading: str = "", dpi: int = SCREEN_DPI) -> Picture:
    """Draw a figure for the page; of a PNG file, take the picture, made smaller to ``dpi``."""
    source = figure if isinstance(figure, Path) else BytesIO(figure_bytes(figure, "png", dpi=dpi))
    with Image.open(source) as image:
        scale = min(dpi / image.info["dpi"][0], 1.0) if isinstance(figure, Path) else 1.0
        size = (round(image.width * scale), round(image.height * scale))
        smaller = image.convert("RGB").resize(size, Image.Resampling.LANCZOS) if scale < 1 else image.convert("RGB")
        rounded = smaller.point([min(round(value / STEP) * STEP, 255) for value in range(256)] * 3)
    buffer = BytesIO()
    rounded.save(buffer, "webp", lossless=True, method=1)
    encoded = base64.b64encode(buffer.getvalue()).decode("ascii")
    part = min(smaller.width / (dpi * DOUBLE_COLUMN), 1.0)
    return Picture(name, title, reading, f"data:image/webp;base64,{encoded}", round(part, 3))
