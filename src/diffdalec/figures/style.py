"""The look that all figures share: widths, fonts, one colour per experiment, labels from attributes, saving.

Colours are those of Okabe & Ito (2008), which people with common colour-vision deficiencies can tell apart;
an experiment keeps its colour in every figure. Nothing in the figures touches pyplot's global state.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.layout_engine import ConstrainedLayoutEngine

MM = 1.0 / 25.4
SINGLE_COLUMN = 88.0 * MM
DOUBLE_COLUMN = 180.0 * MM
"""Widths of a journal's column and page [inch]."""

ROWS_OF_DECORATION = 1.2
"""Height of a panel's title and axis in rows of a dot plot, beyond what the layout itself leaves."""

OBSERVED = "#333333"
REFERENCE = "#000000"
FAILED = "#999999"
FAINT = "#8a8a8a"
SHADES = {"calibration": "#f1f1ee", "validation": "#ffffff"}

_COLOURS = {"baseline": "#0072B2", "single_year": "#E69F00", "growth_curve": "#009E73"}
_OTHER_COLOURS = (
    "#CC79A7",
    "#56B4E9",
    "#882255",
    "#999933",
    "#332288",
    "#AA4499",
)  # two of O & I, then Tol's
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")

STYLE: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["Arial", "Helvetica", "Liberation Sans", "DejaVu Sans"],
    "font.size": 7,
    "axes.labelsize": 7,
    "axes.titlesize": 7.5,
    "axes.titley": 1.0,  # given, it is not sought again among ticks at each step of the layout: no ticks are on top
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "legend.fontsize": 7,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "lines.linewidth": 1.1,
    "legend.frameon": False,
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "mathtext.default": "regular",
    "mathtext.fontset": "custom",
    "mathtext.rm": "sans",
    "mathtext.bf": "sans:bold",
    "mathtext.cal": "sans",
}


def new_figure(width: float, height: float) -> Figure:
    """An empty figure [inch] with its own canvas."""
    figure = Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.06))
    FigureCanvasAgg(figure)
    return figure


def styled(function):
    """Draw under :data:`STYLE` without leaving it behind."""
    return mpl.rc_context(STYLE)(function)


def save_figure(figure: Figure, directory: str | os.PathLike[str], name: str) -> tuple[Path, Path]:
    """Save as ``name.pdf`` (vector) and ``name.png`` (300 dpi) in ``directory``; return both paths."""
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    paths = (folder / f"{name}.pdf", folder / f"{name}.png")
    for path in paths:
        path.write_bytes(figure_bytes(figure, path.suffix[1:], dpi=300))
    return paths


def lay_out(figure: Figure) -> None:
    """Place everything in a figure, and leave it there: it is most of the work of drawing, and done once for every
    format that the figure is drawn in."""
    engine = figure.get_layout_engine()
    if engine is not None:
        with mpl.rc_context(STYLE):
            engine.execute(figure)
        figure.set_layout_engine(None)


def figure_bytes(figure: Figure, file_format: str = "png", dpi: int = 160) -> bytes:
    """The figure as a file's content: ``png``, ``svg`` or ``pdf``."""
    lay_out(figure)
    buffer = BytesIO()
    # No date inside: the same figure gives the same bytes.
    metadata = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[file_format]
    with mpl.rc_context(STYLE | {"svg.hashsalt": "diffdalec"}):
        figure.savefig(buffer, format=file_format, dpi=dpi, metadata=metadata)
    return buffer.getvalue()


def colours(experiments: Sequence[str]) -> dict[str, str]:
    """A colour for each experiment: fixed for the paper's three and their variants, others in order."""
    spare = iter(_OTHER_COLOURS * len(experiments))
    return {name: _known_colour(name) or next(spare) for name in experiments}


def markers(experiments: Sequence[str]) -> dict[str, str]:
    """A marker for each experiment, so that colour alone never carries the meaning."""
    return {name: _MARKERS[i % len(_MARKERS)] for i, name in enumerate(experiments)}


def experiment_label(name: str) -> str:
    """An experiment's name as it is written in text: ``growth_curve`` is growth-curve."""
    return name.replace("_", "-")


_ACRONYMS = {"som": "SOM", "lcma": "LCMA", "uwue": "uWUE", "paw": "PAW", "puw": "PUW"}


def quantity_label(name: str) -> str:
    """A quantity's name as it is written in text: ``som_turnover`` is SOM turnover."""
    return " ".join(_ACRONYMS.get(word, word) for word in name.split("_"))


def power_label(value: float) -> str:
    """A number as short as it gets, in powers of ten (mathtext) where it is small or large."""
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:g}"
    mantissa, exponent = f"{value:.6e}".split("e")
    head = "" if float(mantissa) == 1.0 else f"{float(mantissa):g}×"
    return f"{head}10$^{{{str(int(exponent)).replace('-', '−')}}}$"


def unit_label(units: str) -> str:
    """A unit with superscript exponents, in mathtext; empty for a pure number."""
    parts = []
    for part in units.split():
        base, _, power = part.partition("^")
        head = base.rstrip("-0123456789")
        power = power or base[len(head) :]
        parts.append(f"{head}$^{{{power.replace('-', '−')}}}$" if head and power else part)
    return "" if units in ("", "1") else " ".join(parts).replace("degC", "°C")


def axis_label(text: str, units: str) -> str:
    """Text with its unit in square brackets."""
    unit = unit_label(units)
    return f"{text} [{unit}]" if unit else text


def panel_letter(ax: Axes, index: int, text: str = "") -> None:
    """A bold letter above a panel's upper left corner, with a title after it."""
    ax.set_title(rf"$\mathbf{{{'abcdefghijklmnopqrstuvwxyz'[index]}}}$  {text}", loc="left")


def column_of_panels(figure: Figure, cell: SubplotSpec, rows: Sequence[int]) -> list[Axes]:
    """Panels under one another in a grid cell, as tall as their rows and room for title and axis."""
    heights = [count + ROWS_OF_DECORATION for count in rows]
    places = cell.subgridspec(len(rows), 1, height_ratios=heights)
    return [figure.add_subplot(places[i]) for i in range(len(rows))]


def empty_panel(ax: Axes, reason: str) -> None:
    """Say in a panel why nothing is drawn there."""
    # Not set_yticks: that would take the ticks from every panel that shares the axis.
    ax.tick_params(left=False, bottom=False, labelleft=False, labelbottom=False)
    ax.text(0.5, 0.5, reason, transform=ax.transAxes, ha="center", va="center", color=FAINT, wrap=True)


def number(value: float, digits: int = 2) -> str:
    """A number in ``digits`` decimals with a true minus sign; a dash where there is none."""
    return "–" if value != value else f"{value:.{digits}f}".replace("-", "−")


def _known_colour(name: str) -> str | None:
    return next((colour for known, colour in _COLOURS.items() if known in name), None)
