"""Nodes of a graph as instructions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

from . import transcendental
from .block import Block, Value
from .graph import Node


def emit(block: Block, nodes: Iterable[Node], values: dict[Node, Value]) -> None:
    """Append the instructions of ``nodes``, in order of evaluation; ``values`` has the inputs and receives the rest."""
    for node in nodes:
        if node in values:
            continue
        if node.literal:
            values[node] = block.constant(node.param, "b" if node.boolean else "f", False)
        else:
            values[node] = OPERATIONS[node.op](block, *(values[a] for a in node.args))


def _zero(b: Block, x: Value) -> Value:
    return b.constant(0.0, "f", x.vector)


def _is_literal(x: Value) -> bool:
    return not x.text.startswith("%")


def _extreme(how: str) -> Callable[[Block, Value, Value], Value]:
    """max or min that NaN passes through. "c beats x, else x" is one instruction and keeps x where x is NaN."""

    def rule(b: Block, x: Value, y: Value) -> Value:
        if _is_literal(y):
            x, y = y, x
        x, y = b.align(x, y)
        better = b.select(b.compare(how, x, y), x, y)
        return better if _is_literal(x) else b.select(b.compare("uno", x, x), x, better)

    return rule


def _sign(b: Block, x: Value) -> Value:
    one = b.intrinsic("copysign", b.constant(1.0, "f", x.vector), x)
    # Zero and NaN are their own sign.
    return b.select(b.compare("one", x, _zero(b, x)), one, x)


def _is_finite(b: Block, x: Value) -> Value:
    return b.compare("olt", b.intrinsic("fabs", x), b.constant(math.inf, "f", x.vector))


def _round(b: Block, x: Value) -> Value:
    return b.intrinsic("round", x)


def _comparison(how: str) -> Callable[[Block, Value, Value], Value]:
    def rule(b: Block, x: Value, y: Value) -> Value:
        if x.kind == "b":
            different = b.integer("xor", x, y)
            return different if how == "une" else _not(b, different)
        return b.compare(how, x, y)

    return rule


def _not(b: Block, x: Value) -> Value:
    return b.integer("xor", x, b.constant(True, "b", x.vector))


def _float(name: str) -> Callable[..., Value]:
    return lambda b, *args: b.op(name, *args)


def _intrinsic(name: str) -> Callable[..., Value]:
    return lambda b, *args: b.intrinsic(name, *args)


def _logic(name: str) -> Callable[[Block, Value, Value], Value]:
    return lambda b, x, y: b.integer(name, x, y)


OPERATIONS: Mapping[str, Callable[..., Value]] = {
    "add": _float("fadd"),
    "sub": _float("fsub"),
    "mul": _float("fmul"),
    "div": _float("fdiv"),
    "neg": _float("fneg"),
    "max": _extreme("ogt"),
    "min": _extreme("olt"),
    "abs": _intrinsic("fabs"),
    "sqrt": _intrinsic("sqrt"),
    "floor": _intrinsic("floor"),
    "ceil": _intrinsic("ceil"),
    "round": _round,
    "roundeven": _intrinsic("roundeven"),
    "sin": _intrinsic("sin"),
    "cos": _intrinsic("cos"),
    "sign": _sign,
    "is_finite": _is_finite,
    "exp": transcendental.exp,
    "expm1": transcendental.expm1,
    "log": transcendental.log,
    "log1p": transcendental.log1p,
    "tanh": transcendental.tanh,
    "logistic": transcendental.logistic,
    "pow": transcendental.power,
    "select": lambda b, p, yes, no: b.select(p, yes, no),
    "eq": _comparison("oeq"),
    "ne": _comparison("une"),
    "lt": _comparison("olt"),
    "le": _comparison("ole"),
    "gt": _comparison("ogt"),
    "ge": _comparison("oge"),
    "and": _logic("and"),
    "or": _logic("or"),
    "xor": _logic("xor"),
    "not": _not,
}
"""How each operation of a graph becomes instructions."""
