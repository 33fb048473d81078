"""Numbers as the model's arrays."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def as_array(values: Any, dtype: Any = None) -> jax.Array:
    """Numbers as an array of a type. NumPy casts them: JAX would compile a program for every shape."""
    return jnp.asarray(np.asarray(values, dtype))
