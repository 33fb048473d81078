"""The loop that takes the days of a piece forwards, as LLVM IR."""

from __future__ import annotations

from collections.abc import Sequence

from .block import Target, Value
from .bodies import AdjointBody, ForwardBody, Shape
from .emit import emit
from .function import SIGNATURE, Function, inputs
from .graph import Node, reachable


def day_loop(
    target: Target, shape: Shape, name: str, body: ForwardBody | AdjointBody, kept: Sequence[Node] | None
) -> tuple[str, set[str]]:
    """A function that takes the days of a piece forwards: recording, or filling the scratch with what is ``kept``."""
    f = Function(target, shape)
    recorded = list(body.recorded) if isinstance(body, ForwardBody) else []
    summed = list(body.summed) if isinstance(body, ForwardBody) else []
    nodes = reachable([*body.after, *recorded, *(kept or ())])
    f.pointers("drv", "drv", len(shape.lane_drivers))
    f.pointers("slots", "slot", len(recorded))
    invariants = f.load(f.head, "inv", "c", shape.invariants)
    f.load(f.head, "state", "s", shape.states)
    per_day = len(kept or ()) * f.bytes
    env = f.drivers(set(inputs(nodes, "driver")))
    env |= {n: invariants[n.param[1]] for n in inputs(nodes, "invariant")}
    states = [Value(f"%x{i}", "f", True) for i in range(shape.states)]
    env |= {n: states[n.param[1]] for n in inputs(nodes, "state")}
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
    phis = [
        f"  %x{i} = phi {f.vector} [ %s{i}, %entry ], [ {v.text}, %loop ]" for i, v in enumerate(after)
    ]
    ends: list[str] = []
    f.store(ends, "state", "e", after)
    for i, value in enumerate(f.values(recorded, env)):
        if not summed[i]:
            lines += [f"  %rp{i} = getelementptr i8, ptr %slot{i}, i64 %offset", f.masked_store(value, f"rp{i}")]
            continue
        # A piece is summed in a register and then added to the run's sum, so that float32 keeps its digits.
        total = f.block.op("fadd", Value(f"%sum{i}", "f", True), value)
        phis.append(f"  %sum{i} = phi {f.vector} [ zeroinitializer, %entry ], [ {total.text}, %loop ]")
        ends += f.masked_load(f"so{i}", f"slot{i}")
        ends.append(f"  %sn{i} = fadd {f.vector} %so{i}, {total.text}")
        ends.append(f.masked_store(Value(f"%sn{i}", "f", True), f"slot{i}"))
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
