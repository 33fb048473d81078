"""Arguments of the model that stand for any: what it takes is looked at, and no number of it counts."""

from __future__ import annotations

from dataclasses import fields
from typing import TypeVar

import jax.numpy as jnp

T = TypeVar("T")


def of_scalars(kind: type[T]) -> T:
    """An instance of a class of arrays, all of them scalars of one."""
    return kind(**{f.name: jnp.ones((), jnp.float32) for f in fields(kind)})  # type: ignore[arg-type]
