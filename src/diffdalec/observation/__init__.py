"""What a product would see of a run: operators from daily series to observed ones, and targets to compare with. JAX
only.
"""

from .operators import BiomassAtAge, Daily, FinalBiomass, Operator, WindowMean
from .target import Target, score_scale

__all__ = ["BiomassAtAge", "Daily", "FinalBiomass", "Operator", "Target", "WindowMean", "score_scale"]
