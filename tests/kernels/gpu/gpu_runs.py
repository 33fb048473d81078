"""Interpreted GPU kernels compiled quickly: their programs are long, and run but once."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
from kernel_toys import Run, pool_step

from diffdalec.kernels.gpu import integrate

interpreted = partial(integrate, target="interpreter", block=8, chunk=60)
QUICK = {"xla_backend_optimization_level": 0, "xla_cpu_use_fusion_emitters": False}
compiled = partial(jax.jit, compiler_options=QUICK)


def value_and_gradient(run: Run, by, step=pool_step):
    """All that a run returns, a cost of it, and the cost's gradient."""

    def cost(constants, initial):
        final, recorded = by(step, constants, initial, run.drivers, run.calendar, run.recordings)
        parts = [jnp.sum(jnp.sin(x)) for x in (*jax.tree.leaves(final), *recorded.values())]
        return sum(parts), (final, recorded)

    return compiled(jax.value_and_grad(cost, (0, 1), has_aux=True))(run.constants, run.initial)
