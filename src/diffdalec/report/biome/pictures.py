"""Figures as pictures inside the page."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from io import BytesIO

from matplotlib.figure import Figure
from PIL import Image

from ...figures.style import figure_bytes

SCREEN_DPI = 150
COLOURS = 255
"""A drawing has few colours: with a palette its picture weighs a third, and looks the same."""


@dataclass(frozen=True)
class Picture:
    """A figure ready for the page: its name, title, how to read it, and the image as a data URL."""

    name: str
    title: str
    reading: str
    source: str


def picture(name: str, figure: Figure, title: str, reading: str = "", dpi: int = SCREEN_DPI) -> Picture:
    """Draw a figure for the page."""
    with Image.open(BytesIO(figure_bytes(figure, "png", dpi=dpi))) as image:
        reduced = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    buffer = BytesIO()
    reduced.save(buffer, "png", optimize=True)
    encoded = base64.b64encode(buffer.getvalue()).decode("ascii")
    return Picture(name, title, reading, f"data:image/png;base64,{encoded}")
