"""Fused time loops: an elementwise step function in JAX compiled to one loop over days, on SIMD lanes and threads.

Knows no model. :func:`integrate` has the semantics of ``diffdalec.model.integrate``; :func:`tangents` adds derivatives
along given directions; :func:`available` says whether kernels can be had on this machine, :func:`unsupported` whether
they can take a step.
"""

from .cache import prune_daily
from .forward_mode import tangents
from .integration import integrate
from .machine import available, cache_folder, default_threads, processor_key
from .preparation import unsupported
from .primitives import UnsupportedStep
from .programs import Compiler, keep_programs

__all__ = [
    "Compiler",
    "UnsupportedStep",
    "available",
    "cache_folder",
    "default_threads",
    "integrate",
    "keep_programs",
    "processor_key",
    "prune_daily",
    "tangents",
    "unsupported",
]
