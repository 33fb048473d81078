"""Figures of one stand: a store or a Dataset in, a matplotlib Figure out; nothing computed beyond binning."""

from .biomass import biomass_figure
from .convergence import convergence_figure
from .cost_terms import cost_terms_figure
from .fluxes import fluxes_figure
from .parameters import parameters_figure
from .recovery import recovery_figure
from .style import save_figure
from .traits import traits_figure

__all__ = [
    "biomass_figure",
    "convergence_figure",
    "cost_terms_figure",
    "fluxes_figure",
    "parameters_figure",
    "recovery_figure",
    "save_figure",
    "traits_figure",
]
