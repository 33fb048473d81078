"""Calibration of many lanes at once: search space, starts and screening, Adam with best-so-far, status. Knows no
ecology.
"""

from .adam import AdamSettings
from .calibrate import Calibration, calibrate_lanes
from .checkpoint import CheckpointFile, CheckpointMismatch
from .space import Dimension, SearchSpace
from .starts import CostFunction, lane_keys, screened_starts

__all__ = [
    "AdamSettings",
    "Calibration",
    "CheckpointFile",
    "CheckpointMismatch",
    "CostFunction",
    "Dimension",
    "SearchSpace",
    "calibrate_lanes",
    "lane_keys",
    "screened_starts",
]
