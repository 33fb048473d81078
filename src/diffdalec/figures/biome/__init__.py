"""Figures of a study over many cells: Datasets in, a matplotlib Figure out; drawn from the store alone.

:func:`study_groups` reads what there is, :func:`drawings` says what can be drawn from it, and draws it.
"""

from .groups import study_groups, table_dataset, with_tables
from .registry import FIGURES, Drawing, StudyFigure, drawings

__all__ = ["FIGURES", "Drawing", "StudyFigure", "drawings", "study_groups", "table_dataset", "with_tables"]
