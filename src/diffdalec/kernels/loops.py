"""The time loops: LLVM IR of the forward run and of its adjoint.

A block is one vector of lanes of one cell. The run is a table of pieces of consecutive days; a row holds the first day,
the day after the last, the number of the body (which outputs are recorded), and a pointer for each output. The forward run
keeps the state at the start of each piece; the adjoint takes the pieces in reverse, recomputes one with all that the way
back needs into a scratch that stays in cache, and then goes back through its days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .block import Block, Target, Value
from .emit import emit
from .graph import EXPENSIVE, Graph, Node, reachable

HEADER = 3  # columns of a row of the table before the pointers


@dataclass(frozen=True)
class Shape:
    """How many there are of each, and which drivers differ from lane to lane within a block."""

    states: int
    invariants: int
    lane_drivers: tuple[bool, ...]
    slots: int  # the most outputs that a body records

    @property
    def columns(self) -> int:
        return HEADER + self.slots


@dataclass(frozen=True)
class ForwardBody:
    """A day and what is recorded of it."""

    after: Sequence[Node]
    recorded: Sequence[Node]


@dataclass(frozen=True)
class AdjointBody:
    """A day and its adjoint; ``recorded`` is how many outputs have a cotangent."""

    after: Sequence[Node]
    state_cotangents: Sequence[Node]
    invariant_cotangents: Sequence[Node]
    recorded: int

    def tape(self) -> list[Node]:
        """What the way back reads instead of working it out again: results of expensive operations."""
        back = reachable([*self.state_cotangents, *self.invariant_cotangents])
        frontier = {a for n in back if n.cotangent for a in n.args if not a.cotangent}
        frontier |= {n for n in (*self.state_cotangents, *self.invariant_cotangents) if not n.cotangent}
        kept: list[Node] = []
        pending, seen = sorted(frontier, key=lambda n: n.index), set()
        while pending:
            node = pending.pop()
            if node in seen:
                continue
            seen.add(node)
            if node.vector and node.op in EXPENSIVE:
                kept.append(node)
            else:
                pending.extend(node.args)
        return sorted(kept, key=lambda n: n.index)


class Function:
    """A function on blocks whose body is one loop over days, being written."""

    def __init__(self, target: Target, shape: Shape) -> None:
        self.target, self.shape = target, shape
        self.head: list[str] = []
        self.block = Block(target)
        self.vector, self.element = target.vector, target.element
        self.bytes = target.width * target.size

    def pointers(self, source: str, name: str, count: int) -> None:
        """Load ``count`` pointers from an array of pointers."""
        for i in range(count):
            self.head += [
                f"  %{name}a{i} = getelementptr i64, ptr %{source}, i64 {i}",
                f"  %{name}{i} = load ptr, ptr %{name}a{i}",
            ]

    def load(self, lines: list[str], base: str, name: str, count: int) -> list[Value]:
        """Load ``count`` aligned vectors that follow one another."""
        for i in range(count):
            lines += [
                f"  %{name}p{i} = getelementptr i8, ptr %{base}, i64 {i * self.bytes}",
                f"  %{name}{i} = load {self.vector}, ptr %{name}p{i}, align {self.bytes}",
            ]
        return [Value(f"%{name}{i}", "f", True) for i in range(count)]

    def store(self, lines: list[str], base: str, name: str, values: Sequence[Value], offset: int = 0) -> None:
        """Store vectors one after the other."""
        for i, v in enumerate(values):
            lines += [
                f"  %{name}s{i} = getelementptr i8, ptr %{base}, i64 {(i + offset) * self.bytes}",
                f"  store {self.vector} {v.text}, ptr %{name}s{i}, align {self.bytes}",
            ]

    def drivers(self, needed: set[Node]) -> dict[Node, Value]:
        """The loads of the day's drivers, by the calendar."""
        lines = self.block.lines
        lines += [
            "  %calp = getelementptr i32, ptr %cal, i64 %t",
            "  %day32 = load i32, ptr %calp",
            "  %day = sext i32 %day32 to i64",
            "  %dayrow = mul i64 %day, %row",
        ]
        found = {}
        for node in sorted(needed, key=lambda n: n.index):
            i = node.param[1]
            if node.vector:
                lines += [f"  %dp{i} = getelementptr {self.element}, ptr %drv{i}, i64 %dayrow", *self.masked_load(f"d{i}", f"dp{i}")]
            else:
                lines += [
                    f"  %dp{i} = getelementptr {self.element}, ptr %drv{i}, i64 %day",
                    f"  %d{i} = load {self.element}, ptr %dp{i}",
                ]
            found[node] = Value(f"%d{i}", "f", node.vector)
        return found

    def masked_load(self, name: str, pointer: str, fill: str = "zeroinitializer") -> list[str]:
        return [
            f"  %{name} = call {self.vector} @llvm.masked.load.{vector_name(self.target)}.p0"
            f"(ptr align {self.target.size} %{pointer}, <{self.target.width} x i1> %mask, {self.vector} {fill})"
        ]

    def masked_store(self, value: Value, pointer: str) -> str:
        return (
            f"  call void @llvm.masked.store.{vector_name(self.target)}.p0({self.vector} {value.text}, "
            f"ptr align {self.target.size} %{pointer}, <{self.target.width} x i1> %mask)"
        )

    def values(self, nodes: Sequence[Node], env: dict[Node, Value]) -> list[Value]:
        return [self.block.splat(_as_float(self.block, env[n])) for n in nodes]


def _as_float(block: Block, x: Value) -> Value:
    if x.kind != "b":
        return x
    return block.select(x, block.constant(1.0, "f", x.vector), block.constant(0.0, "f", x.vector))


def vector_name(target: Target) -> str:
    return f"v{target.width}f{target.bits}"


def _inputs(nodes: Sequence[Node], kind: str) -> list[Node]:
    return [n for n in nodes if n.op == "input" and n.param[0] == kind]


def _phis(names: str, count: int, of: str, start: str, next_: str, other: str) -> list[str]:
    return [
        f"  %{names}{i} = phi {of} [ %{start}{i}, %entry ], [ {next_.format(i=i)}, %{other} ]" for i in range(count)
    ]


SIGNATURE = "ptr %state, ptr %inv, ptr %drv, ptr %cal, i64 %first, i64 %last, ptr %slots, i64 %row"


def day_loop(
    target: Target, shape: Shape, name: str, body: ForwardBody | AdjointBody, tape: Sequence[Node] | None
) -> tuple[str, set[str]]:
    """A function that takes the days of a piece forwards: recording, or with a ``tape`` filling the scratch."""
    f = Function(target, shape)
    recorded = [] if tape is not None or isinstance(body, AdjointBody) else list(body.recorded)
    nodes = reachable([*body.after, *recorded, *(tape or ())])
    f.pointers("drv", "drv", len(shape.lane_drivers))
    f.pointers("slots", "slot", len(recorded))
    invariants = f.load(f.head, "inv", "c", shape.invariants)
    f.load(f.head, "state", "s", shape.states)
    per_day = (shape.states + len(tape or ())) * f.bytes
    env = f.drivers(set(_inputs(nodes, "driver")))
    env |= {n: invariants[n.param[1]] for n in _inputs(nodes, "invariant")}
    states = [Value(f"%x{i}", "f", True) for i in range(shape.states)]
    env |= {n: states[n.param[1]] for n in _inputs(nodes, "state")}
    emit(f.block, nodes, env)
    after = f.values(body.after, env)
    lines = f.block.lines
    if tape is not None:
        f.store(lines, "here", "ts", states)
        f.store(lines, "here", "tt", f.values(tape, env), shape.states)
    for i, value in enumerate(f.values(recorded, env)):
        lines += [f"  %rp{i} = getelementptr i8, ptr %slot{i}, i64 %offset", f.masked_store(value, f"rp{i}")]
    phis = [
        f"  %x{i} = phi {f.vector} [ %s{i}, %entry ], [ {v.text}, %loop ]" for i, v in enumerate(after)
    ]
    ends: list[str] = []
    f.store(ends, "state", "e", after)
    scratch = ", ptr %scratch" if tape is not None else ""
    here = (
        ["  %here = phi ptr [ %scratch, %entry ], [ %herenext, %loop ]", *phis] if tape is not None else phis
    )
    step = [f"  %herenext = getelementptr i8, ptr %here, i64 {per_day}"] if tape is not None else []
    text = [
        f"define internal void @{name}({SIGNATURE}{scratch}, <{target.width} x i1> %mask) noinline nounwind {{",
        "entry:",
        *f.head,
        f"  %stride = mul i64 %row, {target.size}",
        "  br label %loop",
        "loop:",
        "  %t = phi i64 [ %first, %entry ], [ %tnext, %loop ]",
        "  %offset = phi i64 [ 0, %entry ], [ %offsetnext, %loop ]",
        *here,
        *lines,
        *step,
        "  %tnext = add nsw i64 %t, 1",
        "  %offsetnext = add i64 %offset, %stride",
        "  %more = icmp slt i64 %tnext, %last",
        "  br i1 %more, label %loop, label %done",
        "done:",
        *ends,
        "  ret void",
        "}",
    ]
    return "\n".join(text), f.block.declarations


def back_loop(target: Target, shape: Shape, name: str, body: AdjointBody, tape: Sequence[Node]) -> tuple[str, set[str]]:
    """A function that takes the days of a piece backwards, from the scratch: cotangents of state and invariants."""
    f = Function(target, shape)
    roots = [*body.state_cotangents, *body.invariant_cotangents]
    nodes = reachable(roots, leaves=tape)
    f.pointers("drv", "drv", len(shape.lane_drivers))
    f.pointers("slots", "slot", body.recorded)
    invariants = f.load(f.head, "inv", "c", shape.invariants)
    f.load(f.head, "state", "s", shape.states)
    f.load(f.head, "grad", "g", shape.invariants)
    per_day = (shape.states + len(tape)) * f.bytes
    env = f.drivers(set(_inputs(nodes, "driver")))
    env |= {n: invariants[n.param[1]] for n in _inputs(nodes, "invariant")}
    lines = f.block.lines
    states = f.load(lines, "here", "x", shape.states)
    env |= {n: states[n.param[1]] for n in _inputs(nodes, "state")}
    taped = len(tape)
    for i, node in enumerate(tape):
        at = (shape.states + i) * f.bytes
        lines += [
            f"  %yp{i} = getelementptr i8, ptr %here, i64 {at}",
            f"  %y{i} = load {f.vector}, ptr %yp{i}, align {f.bytes}",
        ]
        env[node] = Value(f"%y{i}", "f", True)
    cotangents = [Value(f"%a{i}", "f", True) for i in range(shape.states)]
    for i in range(body.recorded):
        lines += [f"  %rp{i} = getelementptr i8, ptr %slot{i}, i64 %offset", *f.masked_load(f"r{i}", f"rp{i}")]
        cotangents.append(Value(f"%r{i}", "f", True))
    env |= {n: cotangents[n.param[1]] for n in _inputs(nodes, "cotangent")}
    emit(f.block, nodes, env)
    before = f.values(body.state_cotangents, env)
    totals, phis = [], []
    for i, node in enumerate(body.invariant_cotangents):
        if node.literal and node.param == 0.0:
            continue
        (value,) = f.values([node], env)
        total = f.block.op("fadd", Value(f"%q{i}", "f", True), value)
        phis.append(f"  %q{i} = phi {f.vector} [ %g{i}, %entry ], [ {total.text}, %loop ]")
        totals.append((i, total))
    phis += [f"  %a{i} = phi {f.vector} [ %s{i}, %entry ], [ {v.text}, %loop ]" for i, v in enumerate(before)]
    ends: list[str] = []
    f.store(ends, "state", "e", before)
    for i, total in totals:
        ends += [
            f"  %qe{i} = getelementptr i8, ptr %grad, i64 {i * f.bytes}",
            f"  store {f.vector} {total.text}, ptr %qe{i}, align {f.bytes}",
        ]
    text = [
        f"define internal void @{name}({SIGNATURE}, ptr %scratch, ptr %grad, <{target.width} x i1> %mask) noinline nounwind {{",
        "entry:",
        *f.head,
        f"  %stride = mul i64 %row, {target.size}",
        "  %days = sub i64 %last, %first",
        "  %lastday = sub i64 %days, 1",
        "  %offset0 = mul i64 %lastday, %stride",
        f"  %back0 = mul i64 %lastday, {per_day}",
        "  %here0 = getelementptr i8, ptr %scratch, i64 %back0",
        "  %t0 = sub i64 %last, 1",
        "  br label %loop",
        "loop:",
        "  %t = phi i64 [ %t0, %entry ], [ %tnext, %loop ]",
        "  %offset = phi i64 [ %offset0, %entry ], [ %offsetnext, %loop ]",
        "  %here = phi ptr [ %here0, %entry ], [ %herenext, %loop ]",
        *phis,
        *f.block.lines,
        f"  %herenext = getelementptr i8, ptr %here, i64 {-per_day}",
        "  %tnext = sub nsw i64 %t, 1",
        "  %offsetnext = sub i64 %offset, %stride",
        "  %more = icmp sge i64 %tnext, %first",
        "  br i1 %more, label %loop, label %done",
        "done:",
        *ends,
        "  ret void",
        "}",
    ]
    return "\n".join(text), f.block.declarations
