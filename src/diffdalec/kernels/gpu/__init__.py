"""Time loops as one GPU kernel, a thread per lane, through Pallas; the semantics of ``diffdalec.model.integrate``."""

from .integration import integrate
from .machine import gpu_available

__all__ = ["gpu_available", "integrate"]
