"""JAX's elementwise primitives as nodes of a graph, and the evaluation of a traced program in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .graph import Graph, Node

CALLS = {"pjit": "jaxpr", "jit": "jaxpr", "closed_call": "call_jaxpr", "core_call": "call_jaxpr"}
"""Primitives that call a program, and the parameter that holds it."""
CUSTOM_CALLS = {
    "custom_jvp_call": "call_jaxpr",
    "custom_vjp_call": "call_jaxpr",
    "checkpoint": "jaxpr",
    "remat2": "jaxpr",
}
"""The same with a derivative of their own, which differentiation must see before the program is taken apart."""


class UnsupportedStep(NotImplementedError):
    """A step function that the kernels cannot take; the message says what in it."""


def _power(graph: Graph, x: Node, exponent: int) -> Node:
    """A whole power by repeated squaring."""
    if exponent < 0:
        return graph.make("div", graph.literal(1.0), _power(graph, x, -exponent))
    result, square = None, x
    while exponent:
        if exponent & 1:
            result = square if result is None else graph.make("mul", result, square)
        exponent >>= 1
        if exponent:
            square = graph.make("mul", square, square)
    return graph.literal(1.0) if result is None else result


def _convert(graph: Graph, params: dict, x: Node) -> Node:
    target = np.dtype(params["new_dtype"])
    if target == np.bool_:
        return x if x.boolean else graph.make("ne", x, graph.literal(0.0))
    if x.boolean:
        return graph.make("select", x, graph.literal(1.0), graph.literal(0.0))
    if target.kind != "f" and not x.literal:
        raise UnsupportedStep(f"the step converts a value to {target}; kernels hold floats and booleans only")
    return x


def _clamp(graph: Graph, params: dict, low: Node, x: Node, high: Node) -> Node:
    return graph.make("min", high, graph.make("max", low, x))


def _select(graph: Graph, params: dict, predicate: Node, *cases: Node) -> Node:
    if len(cases) != 2 or not predicate.boolean:
        raise UnsupportedStep("the step selects among more than two cases; kernels take a boolean choice of two")
    return graph.make("select", predicate, cases[1], cases[0])


def _round(graph: Graph, params: dict, x: Node) -> Node:
    return graph.make("roundeven" if int(params["rounding_method"]) == 1 else "round", x)


def _same(graph: Graph, params: dict, x: Node) -> Node:
    return x


def _plain(op: str) -> Callable[..., Node]:
    return lambda graph, params, *args: graph.make(op, *args)


Rule = Callable[..., Node]
RULES: dict[str, Rule] = {
    **{
        name: _plain(name)
        for name in (
            "add", "sub", "mul", "div", "neg", "max", "min", "abs", "sign", "floor", "ceil", "sqrt",
            "exp", "log", "log1p", "expm1", "tanh", "logistic", "pow", "sin", "cos",
            "eq", "ne", "lt", "le", "gt", "ge", "is_finite", "and", "or", "xor", "not",
        )
    },
    "add_any": _plain("add"),
    "square": lambda graph, params, x: graph.make("mul", x, x),
    "rsqrt": lambda graph, params, x: graph.make("div", graph.literal(1.0), graph.make("sqrt", x)),
    "exp2": lambda graph, params, x: graph.make("exp", graph.make("mul", x, graph.literal(float(np.log(2.0))))),
    "integer_pow": lambda graph, params, x: _power(graph, x, params["y"]),
    "select_n": _select,
    "clamp": _clamp,
    "round": _round,
    "convert_element_type": _convert,
    **dict.fromkeys(
        ("stop_gradient", "copy", "copy_p", "broadcast_in_dim", "reshape", "squeeze", "optimization_barrier"),
        _same,
    ),
}  # fmt: skip
"""How each primitive that the kernels know becomes a node."""


def check(name: str, shape: Sequence[int]) -> None:
    """Raise where a primitive of the step is unknown, or works on more than scalars."""
    if name not in RULES:
        raise UnsupportedStep(f"the step uses the primitive {name!r}, which the kernels do not know")
    if tuple(shape) != ():
        raise UnsupportedStep(f"the step is not elementwise: {name!r} in it makes an array of shape {tuple(shape)}")


def literal(graph: Graph, value: Any) -> Node:
    """A literal or constant of a traced program, which must be a single number."""
    array = np.asarray(value)
    if array.size != 1:
        raise UnsupportedStep(f"the step holds an array of shape {array.shape}; pass it in the constants instead")
    return graph.literal(array.item() if array.dtype != np.bool_ else bool(array.item()))


def evaluate(graph: Graph, jaxpr: Any, consts: Sequence[Any], inputs: Sequence[Node]) -> list[Node]:
    """The outputs of a traced program on ``inputs``, calls taken apart."""
    env: dict[Any, Node] = {v: literal(graph, c) for v, c in zip(jaxpr.constvars, consts, strict=True)}
    env |= dict(zip(jaxpr.invars, inputs, strict=True))

    def read(atom: Any) -> Node:
        return literal(graph, atom.val) if hasattr(atom, "val") else env[atom]

    for eqn in jaxpr.eqns:
        name, args = eqn.primitive.name, [read(a) for a in eqn.invars]
        inner = eqn.params.get((CALLS | CUSTOM_CALLS).get(name, ""))
        if inner is not None:
            closed = inner if hasattr(inner, "consts") else None
            outs = evaluate(graph, closed.jaxpr if closed else inner, closed.consts if closed else (), args)
        else:
            check(name, eqn.outvars[0].aval.shape)
            outs = [RULES[name](graph, eqn.params, *args)]
        env |= dict(zip(eqn.outvars, outs, strict=True))
    return [read(v) for v in jaxpr.outvars]
