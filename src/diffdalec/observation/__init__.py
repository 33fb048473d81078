"""What a product would see of a run: operators from daily series to observed ones, and targets to compare with. JAX
only.
"""

from .comparison import Comparison, DayOfStream, compared_in_run
from .operators import BiomassAtAge, Daily, FinalBiomass, Operator, WindowMean
from .target import Target, score_scale

__all__ = [
    "BiomassAtAge",
    "Comparison",
    "Daily",
    "DayOfStream",
    "FinalBiomass",
    "Operator",
    "Target",
    "WindowMean",
    "compared_in_run",
    "score_scale",
]
