"""From the archive of a study to its cell set; see :func:`prepare`."""

from .progress import PrepareProgress
from .run import prepare

__all__ = ["PrepareProgress", "prepare"]
