"""Which compiler integrates the model: fused kernels where they can be had, else plain XLA."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp

from .. import kernels
from ..errors import InputError
from ..model import Integrator, Recording, integrate

BACKENDS = ("auto", "kernels", "xla")


@dataclass(frozen=True)
class Backend:
    """A chosen integrator, its name, and a sentence where the choice fell on the slower one."""

    name: str
    integrate: Integrator
    notice: str = ""


def _fused(
    step: Callable, constants: Any, initial: Any, drivers: Any, calendar: jax.Array, recordings: Mapping[str, Recording]
) -> tuple[Any, dict[str, jax.Array]]:
    """:func:`diffdalec.kernels.integrate` with sampled recordings as windows of one day, which cost it nothing."""
    windows = {
        f"{name}/{start}": replace(r, start=start, stop=stop, sampled=None)
        for name, r in recordings.items()
        for start, stop in _windows(r)
    }
    final, kept = kernels.integrate(step, constants, initial, drivers, calendar, windows)
    joined = {name: [kept[f"{name}/{start}"] for start, _ in _windows(r)] for name, r in recordings.items()}
    return final, {name: v[0] if len(v) == 1 else jnp.concatenate(v) for name, v in joined.items()}


def _windows(recording: Recording) -> list[tuple[int, int]]:
    if recording.sampled is None:
        return [(recording.start, recording.stop)]
    return [(day, day + 1) for day in recording.sampled]


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
        return Backend("kernels", _fused)
    if name == "kernels":
        raise InputError(f"backend 'kernels' cannot be had here: {reason}")
    return Backend(
        "xla", integrate, f"Fused kernels cannot be had here ({reason}): plain XLA is used, which is slower."
    )
