"""A run of the model: parameters and initial pools in, named daily series out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from functools import partial

import jax

from .forcing import Drivers
from .integrate import Integrator, Recording, integrate
from .parameters import Parameters
from .pools import Pools
from .step import Fluxes, prepare_coefficients, step
from .water import StressFunction, jarvis_stewart


def _flux(name: str) -> Callable[[Pools, Fluxes], jax.Array]:
    return lambda pools, fluxes: getattr(fluxes, name)


def _pool(name: str) -> Callable[[Pools, Fluxes], jax.Array]:
    return lambda pools, fluxes: getattr(pools, name)


OUTPUTS: dict[str, Callable[[Pools, Fluxes], jax.Array]] = {
    **{name: _flux(name) for name in ("gpp", "reco", "nee", "et", "lai", "beta", "npp")},
    **{f.name: _flux(f.name) for f in fields(Fluxes)},
    "runoff": _flux("runoff"),
    **{f.name: _pool(f.name) for f in fields(Pools)},
    "total_biomass": _pool("total_biomass"),
}
"""Every output by name. LAI and β are of the start of the day, pools of its end."""


def run(
    parameters: Parameters,
    initial: Pools,
    drivers: Drivers,
    calendar: jax.Array,
    recordings: Mapping[str, Recording],
    *,
    beta: StressFunction = jarvis_stewart,
    integrate: Integrator = integrate,
) -> tuple[Pools, dict[str, jax.Array]]:
    """Run the model over the days ``calendar`` (n,) of ``drivers`` (days, …); keep what ``recordings`` ask for.

    Fields of ``parameters`` and ``initial`` have the shape of the lanes, say (cells, members), against which the
    trailing axes of the drivers broadcast. Returns the final pools and the recorded series, (days recorded,
    *lanes).
    """
    coefficients = prepare_coefficients(parameters)
    return integrate(partial(step, beta=beta), coefficients, initial, drivers, calendar, recordings)


def simulate(
    parameters: Parameters,
    initial: Pools,
    drivers: Drivers,
    calendar: jax.Array,
    outputs: Iterable[str] = tuple(OUTPUTS),
    *,
    beta: StressFunction = jarvis_stewart,
    integrate: Integrator = integrate,
) -> dict[str, jax.Array]:
    """The named daily ``outputs`` of a whole run, each (n days, *lanes); see :data:`OUTPUTS`."""
    recordings = {name: Recording(OUTPUTS[name], 0, calendar.shape[0]) for name in outputs}
    return run(parameters, initial, drivers, calendar, recordings, beta=beta, integrate=integrate)[1]
