"""Calibration of many lanes at once: search space, starts and screening, descents with best-so-far, status. Knows no
ecology.
"""

from .calibrate import Calibration, Stage, calibrate_lanes
from .checkpoint import CheckpointFile, CheckpointMismatch
from .descent import DescentSettings
from .space import Dimension, SearchSpace
from .starts import CompilerOptions, CostFunction, lane_keys, screened_starts

__all__ = [
    "Calibration",
    "CheckpointFile",
    "CheckpointMismatch",
    "CompilerOptions",
    "CostFunction",
    "DescentSettings",
    "Dimension",
    "SearchSpace",
    "Stage",
    "calibrate_lanes",
    "lane_keys",
    "screened_starts",
]
