"""DALEC with Jarvis–Stewart water stress: equations, the daily step, integration, derived traits. JAX only."""

from .forcing import Drivers, Forcing, Site, prepare_drivers
from .integrate import Integrator, Recording, integrate
from .parameters import PARAMETERS, UNIDENTIFIABLE, Parameters
from .pools import CARBON_POOLS, INITIAL_POOLS, LIVING_POOLS, Pools
from .simulate import OUTPUTS, run, simulate
from .step import Coefficients, Fluxes, prepare_coefficients, step
from .tables import Quantity
from .traits import Traits, effective_lifespan, residence_time, traits
from .water import STRESS_FUNCTIONS, StressFunction, jarvis_stewart, no_stress

__all__ = [
    "CARBON_POOLS",
    "INITIAL_POOLS",
    "LIVING_POOLS",
    "OUTPUTS",
    "PARAMETERS",
    "STRESS_FUNCTIONS",
    "UNIDENTIFIABLE",
    "Coefficients",
    "Drivers",
    "Fluxes",
    "Forcing",
    "Integrator",
    "Parameters",
    "Pools",
    "Quantity",
    "Recording",
    "Site",
    "StressFunction",
    "Traits",
    "effective_lifespan",
    "integrate",
    "jarvis_stewart",
    "no_stress",
    "prepare_coefficients",
    "prepare_drivers",
    "residence_time",
    "run",
    "simulate",
    "step",
    "traits",
]
