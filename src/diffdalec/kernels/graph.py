"""Straight-line programs as graphs of values: equal values are one node, and literals are folded.

A node is a scalar of the day (the same for all lanes) or a vector of lanes; it holds floats or booleans.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, eq=False)
class Node:
    """A value: ``op`` of ``args``; ``param`` is a literal's number or an input's (kind, index)."""

    op: str
    args: tuple[Node, ...]
    param: Any
    boolean: bool
    vector: bool
    derivative: bool  # depends on a cotangent or a tangent
    index: int  # order of creation, which is an order of evaluation

    @property
    def literal(self) -> bool:
        return self.op == "literal"


COMPARISONS = {"eq", "ne", "lt", "le", "gt", "ge", "is_finite"}
LOGIC = {"and", "or", "xor", "not"}
EXPENSIVE = {"div", "sqrt", "exp", "log", "log1p", "expm1", "tanh", "logistic", "pow", "sin", "cos"}
"""Operations that cost more than a store and a load."""


@dataclass
class Graph:
    """All nodes of a program, each once."""

    nodes: dict[tuple, Node] = field(default_factory=dict)

    def literal(self, value: float | bool) -> Node:
        boolean = isinstance(value, bool)
        number = value if boolean else float(value)
        # The sign of zero and NaN are told apart by their text, which equality does not do.
        return self._node("literal", (), number, boolean, False, False, repr(number))

    def input(self, kind: str, index: int, vector: bool = True) -> Node:
        return self._node("input", (), (kind, index), False, vector, kind in ("cotangent", "tangent"), (kind, index))

    def make(self, op: str, *args: Node) -> Node:
        """The node of ``op`` on ``args``, simplified where that changes no bit of the result."""
        simple = self._simplified(op, args)
        if simple is not None:
            return simple
        boolean = op in COMPARISONS or op in LOGIC or (op == "select" and args[1].boolean)
        vector = any(a.vector for a in args)
        derivative = any(a.derivative for a in args)
        return self._node(op, args, None, boolean, vector, derivative, tuple(a.index for a in args))

    def _node(self, op, args, param, boolean, vector, derivative, key) -> Node:
        found = self.nodes.get((op, boolean, key))
        if found is None:
            found = Node(op, args, param, boolean, vector, derivative, len(self.nodes))
            self.nodes[op, boolean, key] = found
        return found

    def _simplified(self, op: str, args: tuple[Node, ...]) -> Node | None:
        if op == "neg":
            (x,) = args
            if x.op == "neg":
                return x.args[0]
            return self.literal(-x.param) if x.literal else None
        if op == "select":
            predicate, yes, no = args
            if yes is no:
                return yes
            return (yes if predicate.param else no) if predicate.literal else None
        if len(args) != 2:
            return None
        a, b = args
        if a.literal and b.literal and op in ("add", "sub", "mul"):
            value = {"add": a.param + b.param, "sub": a.param - b.param, "mul": a.param * b.param}[op]
            return self.literal(value)
        if op == "mul":
            for one, other in ((a, b), (b, a)):
                if one.literal and abs(one.param) == 1.0:
                    return other if one.param == 1.0 else self.make("neg", other)
        elif op == "div":
            return self._quotient(a, b)
        elif op == "add":
            for zero, other in ((a, b), (b, a)):
                if zero.literal and zero.param == 0.0:
                    return other
            if b.op == "neg":
                return self.make("sub", a, b.args[0])
            if a.op == "neg":
                return self.make("sub", b, a.args[0])
        elif op == "sub":
            if b.literal and b.param == 0.0:
                return a
            if b.op == "neg":
                return self.make("add", a, b.args[0])
        return None

    def _quotient(self, a: Node, b: Node) -> Node | None:
        """Quotients of literals, also behind selects: the derivative of a maximum is a share of 1, ½ or 0."""
        if b.literal and b.param == 1.0:
            return a
        if a.literal and b.literal and b.param != 0.0 and math.isfinite(a.param):
            return self.literal(a.param / b.param)
        if a.op == "select" and all(x.literal for x in a.args[1:]):
            if b.literal or (b.op == "select" and all(x.literal and x.param != 0.0 for x in b.args[1:])):
                predicate, yes, no = a.args
                return self.make("select", predicate, self.make("div", yes, b), self.make("div", no, b))
            return None
        if a.literal and b.op == "select" and all(x.literal and x.param != 0.0 for x in b.args[1:]):
            if a.param == 0.0:
                return a
            predicate, yes, no = b.args
            return self.make("select", predicate, self.make("div", a, yes), self.make("div", a, no))
        return None


def reachable(roots: Iterable[Node], leaves: Iterable[Node] = ()) -> list[Node]:
    """The nodes needed to work out ``roots``, in order of evaluation, without looking beyond ``leaves``."""
    stop = set(leaves)
    seen: dict[Node, None] = {}
    pending = list(roots)
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        seen[node] = None
        if node not in stop:
            pending.extend(node.args)
    return sorted(seen, key=lambda n: n.index)
