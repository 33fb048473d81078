"""Calibration of many lanes at once: search space, starts and screening, descents with best-so-far, status. Knows no
ecology.
"""

from .calibrate import Calibration, Progress, Stage, calibrate_lanes, programs_needed
from .checkpoint import CheckpointFile, CheckpointMismatch
from .descent import DescentSettings
from .programs import Compile, just_in_time
from .space import Dimension, SearchSpace
from .starts import CostFunction, lane_keys, screened_starts

__all__ = [
    "Calibration",
    "CheckpointFile",
    "CheckpointMismatch",
    "Compile",
    "CostFunction",
    "DescentSettings",
    "Dimension",
    "Progress",
    "SearchSpace",
    "Stage",
    "calibrate_lanes",
    "just_in_time",
    "lane_keys",
    "programs_needed",
    "screened_starts",
]
