"""The report of a study: its exported tables and figures as one HTML file that needs nothing else."""

from .builder import StudyReport, build_study_report, write_study_report
from .numbers import Tables
from .pictures import Picture, picture

__all__ = ["Picture", "StudyReport", "Tables", "build_study_report", "picture", "write_study_report"]
