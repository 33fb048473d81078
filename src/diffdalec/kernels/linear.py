"""The linear part of a day's tangents as weighted sums, with as few terms as elimination finds.

Each tangent of the day is a weighted sum of earlier ones; weights are values of the day itself, so that they are worked
out once for all directions. A tangent that is not asked for is eliminated, its terms put into the sums that use it,
where that leaves fewer terms (Markowitz's rule).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .graph import Graph, Node

Terms = dict[Node, Node]
"""Weights by the tangent that they multiply."""


@dataclass(frozen=True)
class Tangents:
    """Sums in order of evaluation; ``roots`` are asked for (None: zero), inputs or sums.

    A sum is pairs of a tangent and its weight: tangents in order of evaluation, but those whose weight is 1 are last.
    """

    sums: dict[Node, list[tuple[Node, Node]]]
    roots: list[Node | None]

    def weights(self) -> list[Node]:
        """Each weight once, in order of evaluation."""
        found = {weight for terms in self.sums.values() for _, weight in terms}
        return sorted(found, key=lambda n: n.index)


def linear(graph: Graph, roots: Sequence[Node]) -> Tangents:
    """The tangents ``roots`` as sums; new weights are nodes of ``graph``."""
    wanted = [node if node.derivative else None for node in roots]
    sums: dict[Node, Terms] = {}
    pending = [node for node in wanted if node is not None]
    while pending:
        node = pending.pop()
        if node not in sums and node.op != "input":
            sums[node] = _terms(graph, node)
            pending.extend(sums[node])
    _eliminate(graph, sums, {node for node in wanted if node is not None})
    found = {node: _pairs(graph, terms) for node, terms in sorted(sums.items(), key=lambda item: item[0].index)}
    return Tangents(found, wanted)


def _pairs(graph: Graph, terms: Terms) -> list[tuple[Node, Node]]:
    """Terms with a weight of one and a rest as two: a slow pool keeps all but a little of itself each day, and the sum
    of one and that little, rounded, would be wrong by the same every day."""
    small, whole = [], []
    for x in sorted(terms, key=lambda n: n.index):
        rest, unit = _unit(graph, terms[x])
        if rest is not None:
            small.append((x, rest))
        if unit is not None:
            whole.append((x, unit))
    return small + whole


def _unit(graph: Graph, weight: Node) -> tuple[Node | None, Node | None]:
    """A weight as a rest and a unit: 1, −1, or a choice of that and zero. None is zero."""
    if weight.literal and abs(weight.param) == 1.0:
        return None, weight
    if weight.op in ("add", "sub"):
        a, b = weight.args
        rest, unit = _unit(graph, a)
        if unit is not None:
            signed = graph.make("neg", b) if weight.op == "sub" else b
            return signed if rest is None else graph.make(weight.op, rest, b), unit
        rest, unit = _unit(graph, b)
        if unit is not None:
            signed = graph.make("neg", unit) if weight.op == "sub" else unit
            return a if rest is None else graph.make(weight.op, a, rest), signed
    if weight.op == "select":
        predicate, *cases = weight.args
        parts = [(None, None) if _is_zero(case) else _unit(graph, case) for case in cases]
        if any(unit is not None for _, unit in parts):
            zero = graph.literal(0.0)
            rest, unit = (
                graph.make("select", predicate, *(p[i] or zero for p in parts))
                if any(p[i] is not None for p in parts)
                else None
                for i in (0, 1)
            )
            return rest, unit
    return weight, None


def _terms(graph: Graph, node: Node) -> Terms:
    """A node of a linear program as a sum of its arguments. What does not depend on a tangent is zero."""
    one = graph.literal(1.0)
    if node.op == "neg":
        return {node.args[0]: graph.literal(-1.0)}
    if node.op == "mul":
        x, y = node.args
        return {x: y} if x.derivative else {y: x}
    if node.op == "div":
        return {node.args[0]: graph.make("div", one, node.args[1])}
    if node.op == "select":
        predicate, yes, no = node.args
        zero = graph.literal(0.0)
        parts = [(yes, graph.make("select", predicate, one, zero)), (no, graph.make("select", predicate, zero, one))]
    elif node.op in ("add", "sub"):
        parts = [(node.args[0], one), (node.args[1], one if node.op == "add" else graph.literal(-1.0))]
    else:
        raise AssertionError(f"the tangent {node.op!r} is not linear")
    terms: Terms = {}
    for x, weight in parts:
        if x.derivative:
            terms[x] = plus(graph, terms[x], weight) if x in terms else weight
    return terms


def _eliminate(graph: Graph, sums: dict[Node, Terms], kept: set[Node]) -> None:
    users: dict[Node, set[Node]] = {}
    for node, terms in sums.items():
        for x in terms:
            users.setdefault(x, set()).add(node)

    def gain(node: Node) -> int:
        before = len(sums[node]) + len(users[node])
        new = sum(x not in sums[user] for user in users[node] for x in sums[node])
        return before - new

    while True:
        candidates = [(gain(node), -node.index, node) for node in sums if node not in kept]
        best = max(candidates, key=lambda c: c[:2], default=None)
        if best is None or best[0] <= 0:
            return
        node = best[2]
        terms = sums.pop(node)
        for user in sorted(users.pop(node), key=lambda n: n.index):
            factor = sums[user].pop(node)
            for x, weight in terms.items():
                product = times(graph, factor, weight)
                sums[user][x] = plus(graph, sums[user][x], product) if x in sums[user] else product
                users[x].add(user)
        for x in terms:
            users[x].discard(node)


def times(graph: Graph, a: Node, b: Node) -> Node:
    """A product of weights. A choice of a literal stays a choice, so that what was not chosen may be infinite."""
    for x, y in ((a, b), (b, a)):
        if x.literal and x.param == 0.0:
            return x
        if x.op == "select" and any(_is_choice(case) for case in x.args[1:]):
            predicate, yes, no = x.args
            return graph.make("select", predicate, times(graph, yes, y), times(graph, no, y))
    return graph.make("mul", a, b)


def _is_choice(node: Node) -> bool:
    """Whether a value is a literal or chosen among literals, as the derivative of a maximum is."""
    return node.literal or (node.op == "select" and all(_is_choice(case) for case in node.args[1:]))


def plus(graph: Graph, a: Node, b: Node) -> Node:
    """A sum of weights; those of a choice's two sides become one choice."""
    if a.op == b.op == "select" and a.args[0] is b.args[0]:
        for i in (1, 2):
            if _is_zero(a.args[i]) and _is_zero(b.args[3 - i]):
                cases = (b.args[i], a.args[3 - i]) if i == 1 else (a.args[3 - i], b.args[i])
                return graph.make("select", a.args[0], *cases)
    return graph.make("add", a, b)


def _is_zero(node: Node) -> bool:
    return node.literal and node.param == 0.0
