"""The cost of a run: scores of streams, priors, ecological and dynamical constraints, and their named sum. JAX only."""

from .canopy_efficiency import CanopyEfficiency, calibrate_canopy_efficiency
from .constraints import CONSTRAINTS, Evidence, penalty
from .priors import GaussianPrior
from .scores import nnse, r_squared, rmse
from .total import ConstraintTerm, Problem, StreamTerm, cost_terms, observed, term_names, total_cost

__all__ = [
    "CONSTRAINTS",
    "CanopyEfficiency",
    "ConstraintTerm",
    "Evidence",
    "GaussianPrior",
    "Problem",
    "StreamTerm",
    "calibrate_canopy_efficiency",
    "cost_terms",
    "nnse",
    "observed",
    "penalty",
    "r_squared",
    "rmse",
    "term_names",
    "total_cost",
]
