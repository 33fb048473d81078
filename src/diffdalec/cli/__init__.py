"""The command line: each command parses and calls one workflow. Heavy imports happen inside the commands."""

from __future__ import annotations

from . import attribution, bench, cache, report, stand, study
from .root import app

__all__ = ["app", "attribution", "bench", "cache", "report", "stand", "study"]
