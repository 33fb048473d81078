"""Numbers as the model's arrays."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np


def as_array(values: Any, dtype: Any = None) -> jax.Array:
    """Numbers as an array of a type. NumPy casts them: with ``jnp.asarray`` JAX compiles a program for every shape."""
    return jax.device_put(np.asarray(values, dtype))
