"""The command line: each command parses and calls one workflow. Heavy imports happen inside the commands."""

from __future__ import annotations

from . import bench, stand, study
from .root import app

__all__ = ["app", "bench", "stand", "study"]
