"""A run of which series are kept, as a function that can be compiled."""

from __future__ import annotations

from dataclasses import dataclass

import jax

from ..model import OUTPUTS, Drivers, Integrator, Parameters, Pools, Recording, StressFunction, run
from .backend import compiler_for


@dataclass(frozen=True)
class RecordedRun:
    """Runs the model over days and keeps the outputs ``daily`` of every day, and others ``on_days`` of the run."""

    daily: tuple[str, ...]
    sampled: tuple[str, ...]
    on_days: tuple[int, ...]
    beta: StressFunction
    integrate: Integrator

    def __call__(
        self, parameters: Parameters, pools: Pools, drivers: Drivers, days: jax.Array
    ) -> dict[str, jax.Array]:
        """Series by name, (days, *lanes), of a run over the ``days`` (n,) of the drivers."""
        length = days.shape[0]
        recordings = {name: Recording(OUTPUTS[name], 0, length) for name in self.daily}
        recordings |= {name: Recording(OUTPUTS[name], 0, length, self.on_days) for name in self.sampled}
        return run(parameters, pools, drivers, days, recordings, beta=self.beta, integrate=self.integrate)[1]

    def compiled(
        self, parameters: Parameters, pools: Pools, drivers: Drivers, days: jax.Array
    ) -> dict[str, jax.Array]:
        """The same by a compiled program, the one of the last call where shapes and settings are alike."""
        arguments = parameters, pools, drivers, days
        return compiler_for(self.integrate)(self, *arguments)(*arguments)
