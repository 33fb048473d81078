"""What the loops run: the day with what is recorded of it, and its adjoint with what that reads of the way there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .graph import EXPENSIVE, Node, reachable
from .linear import Tangents

HEADER = 3  # columns of a row of the table before the pointers


@dataclass(frozen=True)
class Shape:
    """How many there are of each, and which drivers differ from lane to lane within a block."""

    states: int
    invariants: int
    lane_drivers: tuple[bool, ...]
    slots: int  # pointers in a row: the most outputs that a body records; of tangents, three numbers for each output

    @property
    def columns(self) -> int:
        return HEADER + self.slots


@dataclass(frozen=True)
class ForwardBody:
    """A day and what is recorded of it."""

    after: Sequence[Node]
    recorded: Sequence[Node]
    summed: Sequence[bool]  # of what is recorded: whether its sum over the days is all that is kept


@dataclass(frozen=True)
class TangentBody(ForwardBody):
    """A day, what is recorded of it, and the tangents of both."""

    tangents: Tangents


@dataclass(frozen=True)
class AdjointBody:
    """A day and its adjoint; ``summed`` says of each output with a cotangent whether that is the same every day."""

    after: Sequence[Node]
    state_cotangents: Sequence[Node]
    invariant_cotangents: Sequence[Node]
    summed: Sequence[bool]

    def kept(self) -> list[Node]:
        """What the way back reads instead of working it out again.

        A value that it needs and that is no single cheap operation away from others that it reads: a spilled register
        would cost as much as the store, and the operation besides.
        """
        roots = [*self.state_cotangents, *self.invariant_cotangents]
        pending = [a for n in reachable(roots) if n.derivative for a in n.args if not a.derivative]
        pending += [n for n in roots if not n.derivative]
        needed: set[Node] = set()
        while pending:
            node = pending.pop()
            if node in needed or not _of_state(node):
                continue
            if node.boolean:
                pending.extend(node.args)
            else:
                needed.add(node)
        kept: set[Node] = set()
        for node in sorted(needed, key=lambda n: n.index):
            near = node.op not in EXPENSIVE and node.args
            if not near or not all(a in kept or not _of_state(a) for a in node.args):
                kept.add(node)
        return sorted(kept, key=lambda n: n.index)


def _of_state(node: Node) -> bool:
    """Whether a value depends on the state, or on lanes and days both, as no input does."""
    if node.op == "input":
        return node.param[0] == "state"
    return node.vector and not (node.args and all(_simple(a) for a in node.args) and node.op not in EXPENSIVE)


def _simple(node: Node) -> bool:
    return node.literal or (node.op == "input" and node.param[0] in ("driver", "invariant"))
