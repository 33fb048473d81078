"""Nodes of a graph on blocks of lanes, as JAX operations that Pallas can lower for a GPU."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..graph import Node


def work_out(nodes: Iterable[Node], values: dict[Node, Any], dtype: np.dtype) -> None:
    """Work out ``nodes``, in order of evaluation; ``values`` has the inputs and receives the rest.

    Values are blocks of lanes, numbers of the day, or literals; numbers broadcast.
    """
    for node in nodes:
        if node in values:
            continue
        if node.literal:
            values[node] = np.bool_(node.param) if node.boolean else dtype.type(node.param)
        else:
            values[node] = OPERATIONS[node.op](*(values[a] for a in node.args))


def block(value: Any, lanes: int, dtype: np.dtype) -> jax.Array:
    """A value as a block of lanes of numbers."""
    return jnp.broadcast_to(jnp.asarray(value), (lanes,)).astype(dtype)


def _maximum(x: Any, y: Any) -> Any:
    # NaN passes through, which the GPU's own maximum does not let it.
    if isinstance(x, np.number):
        x, y = y, x
    if isinstance(y, np.number):
        return jnp.where(x < y, y, x)
    return jnp.where((x > y) | (x != x), x, y)


def _minimum(x: Any, y: Any) -> Any:
    if isinstance(x, np.number):
        x, y = y, x
    if isinstance(y, np.number):
        return jnp.where(x > y, y, x)
    return jnp.where((x < y) | (x != x), x, y)


def _sign(x: Any) -> Any:
    one = jnp.ones_like(x)
    return jnp.where(x > 0, one, jnp.where(x < 0, -one, x))


def _is_finite(x: Any) -> Any:
    return jnp.abs(x) < np.inf


def _round(x: Any) -> Any:
    """To the nearest whole number, halves away from zero."""
    whole = jnp.floor(jnp.abs(x))
    return _sign(x) * jnp.where(jnp.abs(x) - whole >= 0.5, whole + 1, whole)


def _round_even(x: Any) -> Any:
    whole = jnp.floor(x)
    over = x - whole
    odd = whole != 2 * jnp.floor(0.5 * whole)
    return jnp.where((over > 0.5) | ((over == 0.5) & odd), whole + 1, whole)


def _logistic(x: Any) -> Any:
    return 1 / (1 + jnp.exp(-x))


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "add": jnp.add,
    "sub": jnp.subtract,
    "mul": jnp.multiply,
    "div": jnp.divide,
    "neg": jnp.negative,
    "max": _maximum,
    "min": _minimum,
    "abs": jnp.abs,
    "sqrt": jnp.sqrt,
    "floor": jnp.floor,
    "ceil": jnp.ceil,
    "round": _round,
    "roundeven": _round_even,
    "sin": jnp.sin,
    "cos": jnp.cos,
    "sign": _sign,
    "is_finite": _is_finite,
    "exp": jnp.exp,
    "expm1": jnp.expm1,
    "log": jnp.log,
    "log1p": jnp.log1p,
    "tanh": jnp.tanh,
    "logistic": _logistic,
    "pow": jnp.power,
    "select": jnp.where,
    "eq": jnp.equal,
    "ne": jnp.not_equal,
    "lt": jnp.less,
    "le": jnp.less_equal,
    "gt": jnp.greater,
    "ge": jnp.greater_equal,
    "and": jnp.logical_and,
    "or": jnp.logical_or,
    "xor": jnp.logical_xor,
    "not": jnp.logical_not,
}
"""How each operation of a graph is written for Pallas."""
