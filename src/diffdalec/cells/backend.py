"""Which compiler integrates the model: fused kernels where they can be had, else plain XLA."""

from __future__ import annotations

from dataclasses import dataclass

from .. import kernels
from ..errors import InputError
from ..model import Integrator, integrate

BACKENDS = ("auto", "kernels", "xla")


@dataclass(frozen=True)
class Backend:
    """A chosen integrator, its name, and a sentence where the choice fell on the slower one."""

    name: str
    integrate: Integrator
    notice: str = ""


def choose_backend(name: str = "auto") -> Backend:
    """The backend of a name: ``kernels``, ``xla``, or ``auto`` for kernels where this machine has them.

    InputError for an unknown name, and for ``kernels`` on a machine that cannot have them.
    """
    if name not in BACKENDS:
        raise InputError(f"backend {name!r} is not known: expected one of {', '.join(BACKENDS)}")
    if name == "xla":
        return Backend("xla", integrate)
    reason = kernels.available()
    if not reason:
        return Backend("kernels", kernels.integrate)
    if name == "kernels":
        raise InputError(f"backend 'kernels' cannot be had here: {reason}")
    return Backend(
        "xla", integrate, f"Fused kernels cannot be had here ({reason}): plain XLA is used, which is slower."
    )
