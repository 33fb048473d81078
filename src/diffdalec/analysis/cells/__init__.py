"""What the store of a study says: biomass, fluxes, traits, references and truth, cell by cell and over all cells.

Functions take the store's groups as Datasets with a dimension ``cell`` and return Datasets; nothing runs the model.
"""

from .biomass import biomass_by_cell, biomass_over_cells
from .ensembles import CellEnsemble
from .fluxes import fluxes_by_cell, fluxes_over_cells
from .references import REFERENCES, against_references
from .retrieval import biomass_retrieval, retrieval
from .traits import robustness, trait_differences

__all__ = [
    "REFERENCES",
    "CellEnsemble",
    "against_references",
    "biomass_by_cell",
    "biomass_over_cells",
    "biomass_retrieval",
    "fluxes_by_cell",
    "fluxes_over_cells",
    "retrieval",
    "robustness",
    "trait_differences",
]
