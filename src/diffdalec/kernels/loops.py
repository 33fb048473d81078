"""The time loops: LLVM IR of the forward run and of its adjoint.

A block is one vector of lanes of one cell. The run is a table of pieces of consecutive days; a row holds the first
day, the day after the last, the number of the body (which outputs are recorded), and a pointer for each output. The
forward run keeps the state at the start of each piece; the adjoint takes the pieces in reverse, recomputes one
with all that the way back needs into a scratch that stays in cache, and then goes back through its days.
"""

from __future__ import annotations

from collections.abc import Sequence

from .block import Block, Target, Value
from .bodies import AdjointBody, ForwardBody, Shape
from .emit import emit
from .graph import Node, reachable

HELD_LINES = 40  # lines of code over which the way back holds a value that it can read again


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

    def store(self, lines: list[str], base: str, name: str, values: Sequence[Value]) -> None:
        """Store vectors one after the other."""
        for i, v in enumerate(values):
            lines += [
                f"  %{name}s{i} = getelementptr i8, ptr %{base}, i64 {i * self.bytes}",
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
                lines += [
                    f"  %dp{i} = getelementptr {self.element}, ptr %drv{i}, i64 %dayrow",
                    *self.masked_load(f"d{i}", f"dp{i}"),
                ]
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


def _constant(node: Node) -> bool:
    """Whether a value is the same every day."""
    if node.op == "input":
        return node.param[0] == "invariant"
    return node.literal or (bool(node.args) and all(_constant(a) for a in node.args))


def _as_float(block: Block, x: Value) -> Value:
    if x.kind != "b":
        return x
    return block.select(x, block.constant(1.0, "f", x.vector), block.constant(0.0, "f", x.vector))


def vector_name(target: Target) -> str:
    return f"v{target.width}f{target.bits}"


def _inputs(nodes: Sequence[Node], kind: str) -> list[Node]:
    return [n for n in nodes if n.op == "input" and n.param[0] == kind]


SIGNATURE = "ptr %state, ptr %inv, ptr %drv, ptr %cal, i64 %first, i64 %last, ptr %slots, i64 %row"


def day_loop(
    target: Target, shape: Shape, name: str, body: ForwardBody | AdjointBody, kept: Sequence[Node] | None
) -> tuple[str, set[str]]:
    """A function that takes the days of a piece forwards: recording, or filling the scratch with what is ``kept``."""
    f = Function(target, shape)
    recorded = list(body.recorded) if isinstance(body, ForwardBody) else []
    nodes = reachable([*body.after, *recorded, *(kept or ())])
    f.pointers("drv", "drv", len(shape.lane_drivers))
    f.pointers("slots", "slot", len(recorded))
    invariants = f.load(f.head, "inv", "c", shape.invariants)
    f.load(f.head, "state", "s", shape.states)
    per_day = len(kept or ()) * f.bytes
    env = f.drivers(set(_inputs(nodes, "driver")))
    env |= {n: invariants[n.param[1]] for n in _inputs(nodes, "invariant")}
    states = [Value(f"%x{i}", "f", True) for i in range(shape.states)]
    env |= {n: states[n.param[1]] for n in _inputs(nodes, "state")}
    lines = f.block.lines
    place = {node: i for i, node in enumerate(kept or ())}
    for node in nodes:
        emit(f.block, [node], env)
        if node in place:
            # Stored as soon as it is known, so that it need not stay in a register.
            (value,) = f.values([node], env)
            pointer = f.block.name()
            lines += [
                f"  {pointer} = getelementptr i8, ptr %here, i64 {place[node] * f.bytes}",
                f"  store {f.vector} {value.text}, ptr {pointer}, align {f.bytes}",
            ]
    after = f.values(body.after, env)
    for i, value in enumerate(f.values(recorded, env)):
        lines += [f"  %rp{i} = getelementptr i8, ptr %slot{i}, i64 %offset", f.masked_store(value, f"rp{i}")]
    phis = [
        f"  %x{i} = phi {f.vector} [ %s{i}, %entry ], [ {v.text}, %loop ]" for i, v in enumerate(after)
    ]
    ends: list[str] = []
    f.store(ends, "state", "e", after)
    scratch = ", ptr %scratch" if kept is not None else ""
    here = (
        ["  %here = phi ptr [ %scratch, %entry ], [ %herenext, %loop ]", *phis] if kept is not None else phis
    )
    step = [f"  %herenext = getelementptr i8, ptr %here, i64 {per_day}"] if kept is not None else []
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


def back_loop(
    target: Target, shape: Shape, name: str, body: AdjointBody, kept: Sequence[Node]
) -> tuple[str, set[str]]:
    """A function that takes the days of a piece backwards, from the scratch: cotangents of state and invariants.

    Values are worked out just before they are used, and each cotangent of an invariant is added to its total in memory
    as soon as it is known: registers are what the loop is short of.
    """
    f = Function(target, shape)
    lines = f.block.lines
    roots = [*body.state_cotangents, *body.invariant_cotangents]
    nodes = reachable(roots, leaves=kept)
    f.pointers("drv", "drv", len(shape.lane_drivers))
    f.pointers("slots", "slot", body.recorded)
    invariants = f.load(f.head, "inv", "c", shape.invariants)
    f.load(f.head, "state", "s", shape.states)
    zero = f.block.constant(0.0, "f", True)
    f.store(f.head, "part", "z", [zero] * shape.invariants)
    per_day = len(kept) * f.bytes
    env = f.drivers({n for n in nodes if n.op == "input" and n.param[0] == "driver"})
    env |= {n: invariants[n.param[1]] for n in _inputs(nodes, "invariant")}
    cotangents = [Value(f"%a{i}", "f", True) for i in range(shape.states)]
    for i in range(body.recorded):
        lines += [f"  %rp{i} = getelementptr i8, ptr %slot{i}, i64 %offset", *f.masked_load(f"r{i}", f"rp{i}")]
        cotangents.append(Value(f"%r{i}", "f", True))
    env |= {n: cotangents[n.param[1]] for n in _inputs(nodes, "cotangent")}
    place = {node: i for i, node in enumerate(kept)}
    fresh: dict[Node, int] = {}

    def fetch(node: Node) -> None:
        """Read a value from the scratch."""
        pointer = f.block.name()
        lines.append(f"  {pointer} = getelementptr i8, ptr %here, i64 {place[node] * f.bytes}")
        env[node] = f.block.add(f"load {f.vector}, ptr {pointer}, align {f.bytes}", "f", True)

    def work_out(node: Node) -> None:
        pending = [node]
        while pending:
            top = pending[-1]
            if top in env:
                pending.pop()
                continue
            if top in place:
                fetch(top)
            else:
                missing = [a for a in top.args if a not in env]
                if missing:
                    pending.extend(missing)
                    continue
                emit(f.block, [top], env)
            if not top.cotangent and not _constant(top):
                fresh[top] = len(lines)
            pending.pop()

    def forget() -> None:
        """Values of a while ago are read or worked out again when next needed: holding them would spill registers."""
        old = [n for n, line in fresh.items() if len(lines) - line > HELD_LINES]
        if not old:
            return
        for node in old:
            del fresh[node], env[node]
        lines.append('  call void asm sideeffect "", "~{memory}"()')

    totals: dict[Node, list[int]] = {}
    for i, node in enumerate(body.invariant_cotangents):
        if not (node.literal and node.param == 0.0):
            totals.setdefault(node, []).append(i)

    def add_to_totals(node: Node) -> None:
        for i in totals.pop(node, ()):
            (value,) = f.values([node], env)
            lines.extend(
                (
                    f"  %qp{i} = getelementptr i8, ptr %part, i64 {i * f.bytes}",
                    f"  %q{i} = load {f.vector}, ptr %qp{i}, align {f.bytes}",
                )
            )
            total = f.block.op("fadd", Value(f"%q{i}", "f", True), value)
            lines.append(f"  store {f.vector} {total.text}, ptr %qp{i}, align {f.bytes}")

    for node in nodes:
        if node.cotangent:
            forget()
            work_out(node)
            add_to_totals(node)
    for node in (*list(totals), *body.state_cotangents):
        work_out(node)
        add_to_totals(node)
    before = f.values(body.state_cotangents, env)
    phis = [f"  %a{i} = phi {f.vector} [ %s{i}, %entry ], [ {v.text}, %loop ]" for i, v in enumerate(before)]
    ends: list[str] = []
    f.store(ends, "state", "e", before)
    f.block.lines = ends
    _add_compensated(f)
    f.block.lines = lines
    text = [
        f"define internal void @{name}({SIGNATURE}, ptr %scratch, ptr %part, ptr %grad, ptr %carry, "
        f"<{target.width} x i1> %mask) noinline nounwind {{",
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
        *lines,
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


def _add_compensated(f: Function) -> None:
    """Add a piece's totals to the run's, with what rounding drops carried along: 40,000 days in float32 need it."""
    n, b = f.shape.invariants, f.block
    parts = f.load(b.lines, "part", "pt", n)
    sums = f.load(b.lines, "grad", "pg", n)
    carries = f.load(b.lines, "carry", "pc", n)
    added = [b.op("fsub", x, c) for x, c in zip(parts, carries, strict=True)]
    totals = [b.op("fadd", x, y) for x, y in zip(sums, added, strict=True)]
    dropped = [
        b.op("fsub", b.op("fsub", t, x), y) for t, x, y in zip(totals, sums, added, strict=True)
    ]
    f.store(b.lines, "grad", "tg", totals)
    f.store(b.lines, "carry", "tc", dropped)
