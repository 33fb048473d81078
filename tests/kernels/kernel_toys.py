"""Small steps and runs that the tests of the kernels share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from diffdalec.model import integrate as xla_integrate
from diffdalec.model.integrate import Recording


def pool_step(state, day, constants):
    """A pool with a limited loss, a second one fed by it, and a count of wet days that only drivers move."""
    factor = jnp.exp(0.1 * day["warmth"])
    loss = jnp.minimum(state["fast"], constants["rate"] * state["fast"] * factor / (1.0 + day["rain"]))
    short = loss > state["slow"]
    share = jnp.where(short, state["slow"] / jnp.where(short, loss, 1.0), 1.0)
    fast = state["fast"] - loss + constants["gain"] / constants["scale"]
    slow = jnp.maximum(state["slow"] + share * loss - jnp.sqrt(state["slow"] + 0.01) * 0.1, 0.0)
    wet = state["wet"] + jnp.where(day["rain"] > 0.5, 1.0, 0.0)
    return {"fast": fast, "slow": slow, "wet": wet}, {"loss": loss, "share": share}


RECORDINGS = {
    "loss": Recording(lambda state, out: out["loss"], 0, 130),
    "slow": Recording(lambda state, out: state["slow"], 70, 90),
    "both": Recording(lambda state, out: out["share"] * state["fast"], 129, 130),
}


@dataclass(frozen=True)
class Run:
    """The arguments of a run after the step."""

    constants: Any
    initial: Any
    drivers: Any
    calendar: Any
    recordings: Any

    def by(self, integrate, step=pool_step, **settings):
        return integrate(
            step, self.constants, self.initial, self.drivers, self.calendar, self.recordings, **settings
        )


def pool_run(lanes=(5,), dtype=jnp.float32, driver_shape=(), seed=0) -> Run:
    """130 days on a calendar that cycles 40 days; lanes differ in constants and initial state."""
    random = np.random.default_rng(seed)

    def draw(low, high, shape):
        return jnp.asarray(random.uniform(low, high, shape), dtype)

    return Run(
        {"rate": draw(0.05, 0.4, lanes), "gain": draw(0.0, 1.0, lanes), "scale": jnp.asarray(2.0, dtype)},
        {"fast": draw(0.5, 3.0, lanes), "slow": draw(0.0, 0.5, lanes), "wet": jnp.zeros(lanes, dtype)},
        {"warmth": draw(-10, 10, (40, *driver_shape)), "rain": draw(0, 1, (40, *driver_shape))},
        jnp.arange(130) % 40,
        RECORDINGS,
    )


def value_and_gradient(run: Run, integrate, step=pool_step, **settings):
    """All that a run returns, a cost of it, and the cost's gradient, compiled."""

    def cost(constants, initial):
        final, recorded = integrate(
            step, constants, initial, run.drivers, run.calendar, run.recordings, **settings
        )
        parts = [jnp.sum(jnp.sin(x)) for x in (*jax.tree.leaves(final), *recorded.values())]
        return sum(parts), (final, recorded)

    return jax.jit(jax.value_and_grad(cost, (0, 1), has_aux=True))(run.constants, run.initial)


__all__ = ["RECORDINGS", "Run", "pool_run", "pool_step", "value_and_gradient", "xla_integrate"]
