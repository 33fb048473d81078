"""The report of one stand: its store and figures as one HTML file that needs nothing else."""

from .builder import build_report, write_report
from .collection import draw_figures

__all__ = ["build_report", "draw_figures", "write_report"]
