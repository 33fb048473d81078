"""diffdalec: a differentiable DALEC that learns where boreal forests put their carbon, and how long they keep it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .config import Experiment, load_experiment
    from .errors import InputError
    from .harmonise.growth_curve import GrowthCurve
    from .harmonise.growth_fit import fit_growth_curve
    from .readers import open_site
    from .workflows.calibrate import calibrate
    from .workflows.simulate import forward, simulate

# Imported when first used: ``diffdalec --help`` must not wait for jax.
_HOMES = {
    "Experiment": "config",
    "GrowthCurve": "harmonise.growth_curve",
    "InputError": "errors",
    "calibrate": "workflows.calibrate",
    "fit_growth_curve": "harmonise.growth_fit",
    "forward": "workflows.simulate",
    "load_experiment": "config",
    "open_site": "readers",
    "simulate": "workflows.simulate",
}

__all__ = [
    "Experiment",
    "GrowthCurve",
    "InputError",
    "calibrate",
    "fit_growth_curve",
    "forward",
    "load_experiment",
    "open_site",
    "simulate",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
