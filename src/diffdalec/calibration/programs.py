"""How the functions of a calibration become programs: what compiles them is handed in, and just-in-time by default."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jax

Compile = Callable[..., Callable]
"""``compile(function, *arguments)``: the program of a function for arguments like these, pytrees of arrays.

The functions are frozen dataclasses whose fields are settings, so that equal ones share a program. All that changes
from stand to stand is in their arguments."""


def just_in_time(function: Callable, *arguments: Any) -> Callable:
    """JAX's own compilation at the first call."""
    return _jitted(function)


@lru_cache(maxsize=64)
def _jitted(function: Callable) -> Callable:
    return jax.jit(function)
