"""What a store of one stand says: scores, ensemble statistics, recovery of a known truth, tables.

Everything here reads Datasets; nothing runs the model.
"""

from .ensemble import circular_mean, circular_median, quantity_names, representative, robust_cv
from .positions import positions
from .recovery import recovery
from .scores import nnse, nse, pbias, r2, rmse

__all__ = [
    "circular_mean",
    "circular_median",
    "nnse",
    "nse",
    "pbias",
    "positions",
    "quantity_names",
    "r2",
    "recovery",
    "representative",
    "rmse",
    "robust_cv",
]
