"""The loop that takes the days of a piece backwards, with the cotangents, as LLVM IR."""

from __future__ import annotations

from collections.abc import Sequence

from .block import Target, Value
from .bodies import AdjointBody, Shape
from .emit import emit
from .function import SIGNATURE, Function, constant, inputs
from .graph import Node, reachable

HELD_LINES = 40  # lines of code over which the way back holds a value that it can read again


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
    f.pointers("slots", "slot", len(body.summed))
    invariants = f.load(f.head, "inv", "c", shape.invariants)
    f.load(f.head, "state", "s", shape.states)
    zero = f.block.constant(0.0, "f", True)
    f.store(f.head, "part", "z", [zero] * shape.invariants)
    per_day = len(kept) * f.bytes
    env = f.drivers({n for n in nodes if n.op == "input" and n.param[0] == "driver"})
    env |= {n: invariants[n.param[1]] for n in inputs(nodes, "invariant")}
    cotangents = [Value(f"%a{i}", "f", True) for i in range(shape.states)]
    for i, summed in enumerate(body.summed):
        offset = "0" if summed else "%offset"
        lines += [f"  %rp{i} = getelementptr i8, ptr %slot{i}, i64 {offset}", *f.masked_load(f"r{i}", f"rp{i}")]
        cotangents.append(Value(f"%r{i}", "f", True))
    env |= {n: cotangents[n.param[1]] for n in inputs(nodes, "cotangent")}
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
            if not top.derivative and not constant(top):
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
        if node.derivative:
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
