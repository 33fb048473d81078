"""Which compiler integrates the model: fused kernels where they can be had, else plain XLA."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache, partial

import jax
import jax.numpy as jnp

from .. import kernels
from ..errors import InputError
from ..kernels import gpu
from ..model import (
    STRESS_FUNCTIONS,
    Drivers,
    Integrator,
    Parameters,
    Pools,
    StressFunction,
    integrate,
    prepare_coefficients,
    step,
)
from .empty import of_scalars

BACKENDS = ("auto", "kernels", "gpu", "xla")


@dataclass(frozen=True)
class Backend:
    """A chosen integrator, its name, and a sentence where the choice fell on the slower one.

    ``asked_for`` is whether the user named it, so that no other may stand in for it.
    """

    name: str
    integrate: Integrator
    notice: str = ""
    asked_for: bool = False


@lru_cache(maxsize=16)  # one integrator per choice: compiled programs are found again by it
def choose_backend(name: str = "auto", threads: int | None = None) -> Backend:
    """The backend of a name: ``kernels``, ``gpu``, ``xla``, or ``auto``: the GPU where JAX runs on one, else kernels
    where this machine has them.

    ``threads`` for kernels; by default those of ``kernels.default_threads``. InputError for an unknown name, and for
    ``kernels`` or ``gpu`` on a machine that cannot have them.
    """
    if name not in BACKENDS:
        raise InputError(f"backend {name!r} is not known: expected one of {', '.join(BACKENDS)}")
    if name == "xla":
        return Backend("xla", integrate, asked_for=True)
    if name in ("auto", "gpu"):
        reason: str | None = gpu.gpu_available()
        if not reason:
            return Backend("gpu", gpu.integrate, asked_for=name == "gpu")
        if name == "gpu":
            raise InputError(f"backend 'gpu' cannot be had here: {reason}")
    reason = kernels.available()
    if not reason:
        fused: Integrator = kernels.integrate if threads is None else partial(kernels.integrate, threads=threads)
        return Backend("kernels", fused, asked_for=name == "kernels")
    if name == "kernels":
        raise InputError(f"backend 'kernels' cannot be had here: {reason}")
    return Backend(
        "xla", integrate, f"Fused kernels cannot be had here ({reason}): plain XLA is used, which is slower."
    )


def integrator_for(backend: Backend, beta: StressFunction) -> Integrator:
    """The integrator of a backend for the model with a water-stress function of the user's own.

    Where that holds an operation which kernels cannot take, plain XLA's with a warning that names it; InputError
    where the user asked for kernels.
    """
    if backend.name == "xla" or beta in STRESS_FUNCTIONS.values():  # ours are known to fit: a test sees to it
        return backend.integrate
    reason = _unsupported(beta)
    if not reason:
        return backend.integrate
    if backend.asked_for:
        raise InputError(f"backend {backend.name!r} cannot take the water-stress function {_name(beta)}: {reason}")
    warnings.warn(
        f"the water-stress function {_name(beta)} is integrated by plain XLA, which is slower: {reason}", stacklevel=3
    )
    return integrate


_LITTLE_CARE = (("xla_cpu_use_fusion_emitters", False), ("xla_backend_optimization_level", 0))
_SOME_CARE = (("xla_cpu_use_fusion_emitters", False), ("xla_backend_optimization_level", 1))
_AROUND_KERNELS = kernels.Compiler(_LITTLE_CARE, options_often=_SOME_CARE)
_PLAIN = kernels.Compiler()


def compiler_for(integrator: Integrator) -> kernels.Compiler:
    """What compiles the programs that hold an integrator, and those around them.

    What XLA makes around a fused kernel is a few hundred operations on one number per lane: compiled without care it
    is there in a fifth of the time. An iteration of a descent, whose matrices are larger, gets as much care as halves
    what it takes beside the kernel. A loop over days that XLA itself makes is compiled with all its care.
    """
    fused = integrator is kernels.integrate or getattr(integrator, "func", None) is kernels.integrate
    return _AROUND_KERNELS if fused else _PLAIN


def _name(beta: StressFunction) -> str:
    return getattr(beta, "__name__", repr(beta))


@lru_cache(maxsize=64)
def _unsupported(beta: StressFunction) -> str:
    parameters, pools, day = (of_scalars(kind) for kind in (Parameters, Pools, Drivers))

    def tried(parameters, pools, drivers):
        coefficients = prepare_coefficients(parameters)
        return kernels.unsupported(partial(step, beta=beta), coefficients, pools, drivers)

    drivers = jax.tree.map(lambda x: jnp.zeros(1, x.dtype), day)
    return tried(parameters, pools, drivers)
