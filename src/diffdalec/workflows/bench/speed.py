"""Member-days per second of the whole cost: forward, value-and-gradient, and of the run's Jacobian, by backend."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ... import kernels
from ...calibration import lane_keys
from ...cells.backend import choose_backend
from ...cells.problem import problem
from ...cells.space import Cost, search_space, split_values
from ...config import Experiment, load_experiment
from ...cost import Problem
from ...harmonise.run_calendar import RunCalendar
from ...model import OUTPUTS, Recording, prepare_coefficients, step
from ...variables import FAST_STREAMS
from ..calibrate import experiment_calendar, stand_data
from ..demo import synthetic_stand
from .child import in_child

LEAST_SECONDS = 0.5
"""A function is timed again and again for so long, and at least as often as asked for; the fastest time counts."""
JACOBIAN_MEMBERS = 16
"""Jacobians are measured up to this batch: plain XLA's hold every direction's trajectory at once."""


@dataclass(frozen=True)
class Measurement:
    """What was measured of ``function``: forward and gradient of the whole cost, jacobian of what it compares.

    ``seconds`` of the fastest call, ``compile_seconds`` of the first beyond that, ``rate`` in member-days per second,
    ``temporary_bytes`` of the gradient's program where XLA tells them. ``threads`` is how many cores the process had.
    """

    function: str
    backend: str
    members: int
    years: int
    threads: int
    seconds: float
    rate: float
    compile_seconds: float
    temporary_bytes: int | None


@dataclass(frozen=True)
class _Case:
    experiment: Experiment
    calendar: RunCalendar
    problem: Problem
    z: jax.Array

    @property
    def days(self) -> int:
        return len(self.calendar.days)


def speed_on(
    threads: Sequence[int], batches: Sequence[int], years: Sequence[int], repeats: int, backends: Sequence[str]
) -> list[Measurement]:
    """:func:`measure_speed` with each number of threads, in processes that see no other cores."""
    found: list[Measurement] = []
    for number in threads:
        arguments = {"batches": batches, "years": years, "repeats": repeats, "backends": backends}
        found += [Measurement(**m) for m in in_child(__name__, "speed_here", arguments, threads=number)]
    return found


def speed_here(batches: list[int], years: list[int], repeats: int, backends: list[str]) -> list[dict[str, Any]]:
    """:func:`measure_speed` in this process, as dictionaries; says on standard error what is measured."""
    found = measure_speed(batches, years, repeats, backends, say=lambda text: print(text, file=sys.stderr))
    return [asdict(m) for m in found]


def measure_speed(
    batches: Sequence[int],
    years: Sequence[int],
    repeats: int,
    backends: Sequence[str] = ("kernels", "xla"),
    say: Callable[[str], None] = lambda text: None,
) -> list[Measurement]:
    """Time the cost of the synthetic stand with all its terms, each batch and length with each backend in turn.

    ``say`` is told what is being measured.
    """
    ds, curve, _ = synthetic_stand()
    threads = kernels.default_threads()
    found: list[Measurement] = []
    for length in years:
        for members in batches:
            experiment = load_experiment("growth_curve", simulation={"years": length}, members=members)
            calendar = experiment_calendar(ds, experiment)
            stand = problem(stand_data(ds, [experiment], curve), [experiment], calendar)
            space = search_space(experiment.initial_pools, experiment.optimiser.transform)
            keys = lane_keys(0, [("bench", m) for m in range(members)])
            z = jnp.moveaxis(jax.vmap(lambda k, space=space: space.draw(k, 1)[0])(keys), 0, 1)
            for name in backends:
                backend = choose_backend(name)
                say(f"{backend.name}, {members} members, {length} years, {threads} threads")
                case = _Case(experiment, calendar, replace(stand, integrate=backend.integrate), z)
                for what, function in _functions(case, backend.name).items():
                    seconds, first = _timed(function, case, repeats)
                    rate = members * case.days / seconds
                    memory = _temporary_bytes(function, case) if what == "gradient" else None
                    found.append(
                        Measurement(what, backend.name, members, length, threads, seconds, rate, first, memory)
                    )
    return found


def _functions(case: _Case, backend: str) -> dict[str, Callable[[jax.Array, Problem], Any]]:
    """What is timed of a case, by name."""
    e = case.experiment
    cost = Cost(search_space(e.initial_pools, e.optimiser.transform))

    def total(z, stand):
        return jnp.sum(cost(z, stand))

    found: dict[str, Callable] = {"forward": cost, "gradient": jax.value_and_grad(total)}
    if case.z.shape[1] <= JACOBIAN_MEMBERS:
        found["jacobian"] = partial(_jacobian, case, backend == "kernels")
    return found


def _jacobian(case: _Case, fused: bool, z: jax.Array, stand: Problem):
    """Daily fast streams of the last pass and biomass at the end of each year, and all their derivatives by z."""
    space = search_space(case.experiment.initial_pools, case.experiment.optimiser.transform)
    recordings = {name: Recording(OUTPUTS[name], case.calendar.observed_from, case.days) for name in FAST_STREAMS}
    ends = tuple(case.calendar.year_ends.tolist())
    recordings["total_biomass"] = Recording(OUTPUTS["total_biomass"], 0, case.days, ends)

    def arguments(z):
        parameters, pools = split_values(space.physical(z))
        return prepare_coefficients(parameters), pools

    directions = jnp.broadcast_to(jnp.eye(z.shape[0])[:, :, None], (z.shape[0], *z.shape))
    day = partial(step, beta=stand.beta)
    if fused:
        (constants, initial), push = jax.linearize(arguments, z)
        dots = jax.vmap(push)(directions)
        return kernels.tangents(day, constants, initial, stand.drivers, stand.calendar, recordings, *dots)[2:]

    def values(z):
        return stand.integrate(day, *arguments(z), stand.drivers, stand.calendar, recordings)[1]

    return jax.vmap(lambda dot: jax.jvp(values, (z,), (dot,)), out_axes=(None, 0))(directions)


def _timed(function, case: _Case, repeats: int) -> tuple[float, float]:
    """The fastest of the timed calls [s], and what the first took beyond that [s]."""
    began = time.perf_counter()
    program = jax.jit(function)
    jax.block_until_ready(program(case.z, case.problem))  # kernels compile at their first call
    first = time.perf_counter() - began
    seconds: list[float] = []
    while len(seconds) < repeats or sum(seconds) < LEAST_SECONDS:
        began = time.perf_counter()
        jax.block_until_ready(program(case.z, case.problem))
        seconds.append(time.perf_counter() - began)
    fastest = float(np.min(seconds))
    return fastest, max(first - fastest, 0.0)


def _temporary_bytes(function, case: _Case) -> int | None:
    memory = jax.jit(function).lower(case.z, case.problem).compile().memory_analysis()
    return None if memory is None else int(memory.temp_size_in_bytes)
