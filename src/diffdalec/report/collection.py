"""All figures of one stand, drawn from its store, by the names under which they are saved."""

from __future__ import annotations

import xarray as xr
from matplotlib.figure import Figure

from .. import figures
from ..analysis import positions, recovery


def draw_figures(tree: xr.DataTree) -> dict[str, Figure]:
    """The figures in the report's order.

    ``biomass`` only where there are forward runs or a growth run, ``recovery`` only where the truth is known.
    """
    drawn = {}
    if {"forward", "growth_run"} & set(tree.children):
        drawn["biomass"] = figures.biomass_figure(tree)
    drawn |= {
        "fluxes": figures.fluxes_figure(tree),
        "traits": figures.traits_figure(tree),
        "parameters": figures.parameters_figure(positions(tree)),
        "cost_terms": figures.cost_terms_figure(tree),
        "convergence": figures.convergence_figure(tree),
    }
    compared = recovery(tree)
    if compared is not None:
        drawn["recovery"] = figures.recovery_figure(compared)
    return drawn
