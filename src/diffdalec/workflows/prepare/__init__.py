"""From the archive of a study to its cell set; see :func:`prepare`."""

from .run import prepare

__all__ = ["prepare"]
