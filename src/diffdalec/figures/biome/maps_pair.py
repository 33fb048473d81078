"""Two maps under one scale, and the map of their difference."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from ..style import panel_letter
from .maps import CellMap, colour_bar, figure_of
from .scales import around_zero, diverging, extend, limits, sequential


def map_pair(
    axes: Sequence[Axes], where: CellMap, own: np.ndarray, other: np.ndarray, titles: Sequence[str], label: str,
    unit: str, share: bool, first_letter: int = 0,
) -> None:
    """Draw ``own``, ``other`` (cell,) and their difference in three panels, with a bar under both and one under the
    third. A ``share`` ends at 0 and at 1."""
    both = np.isfinite(own) & np.isfinite(other)
    own, other = np.where(both, own, np.nan), np.where(both, other, np.nan)
    norm = limits([own, other], 0.0, 1.0 if share else None)
    difference = own - other
    far = around_zero([difference])
    width = figure_of(axes[0]).get_figwidth() / 4
    scales = ((own, norm, sequential()), (other, norm, sequential()), (difference, far, diverging()))
    drawn = []
    for i, (ax, (values, scale, cmap)) in enumerate(zip(axes, scales, strict=True)):
        where.base(ax, left=i == 0, bottom=True)
        drawn.append(where.draw(ax, values, scale, cmap, width))
        panel_letter(ax, first_letter + i, titles[i])
    for ax in axes[:2]:
        ax.set_xlabel(f"n = {int(both.sum()):,}", labelpad=2)
    colour_bar(axes[:2], drawn[0], label, extend([own, other], norm), shrink=0.6)
    colour_bar(axes[2:], drawn[2], f"difference [{unit or '–'}]", extend([difference], far), shrink=0.85)
