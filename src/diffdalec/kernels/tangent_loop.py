"""The loop that takes tangents through the days of a piece, a group of directions at a time, as LLVM IR.

The day's own values are not worked out here: the weights of its :class:`~.linear.Tangents` are in the scratch, one load
for all directions of the group. A term whose invariant's tangent is zero in the whole group is jumped over, since most
directions of a Jacobian move few invariants.
"""

from __future__ import annotations

from collections.abc import Sequence

from .block import Target, Value
from .bodies import Shape, TangentBody
from .emit import emit
from .function import Function, constant, inputs
from .graph import Node, reachable

GIVEN = (
    "ptr %from, ptr %to, ptr %move, ptr %inv, ptr %drv, ptr %cal, i64 %first, i64 %last, ptr %slots, i64 %row, "
    "ptr %scratch, ptr %still"
)
"""Where the group's tangents of the state come from and go to, those of the invariants; then as for the day's loop.
``still`` is room for the tangents of the invariants."""


def stored(body: TangentBody) -> list[Node]:
    """The weights that the scratch holds: those that are neither the same every day nor a driver."""
    weights = body.tangents.weights()
    return [n for n in weights if not constant(n) and (n.op != "input" or n.param[0] == "state")]


def tangent_loop(
    target: Target, shape: Shape, name: str, body: TangentBody, directions: int
) -> tuple[str, set[str]]:
    """A function that takes a group of ``directions`` through the days of a piece; ``slots`` are moved along."""
    f = Function(target, shape)
    kept, sums = stored(body), body.tangents.sums
    place = {node: i for i, node in enumerate(kept)}
    recorded = len(body.recorded)
    group = range(directions)
    lines = f.block.lines
    f.pointers("drv", "drv", len(shape.lane_drivers))
    invariants = f.load(f.head, "inv", "c", shape.invariants)
    _load_group(f, "from", "s", shape.states, directions)
    _moved_invariants(f, directions)
    slots = shape.slots // 3
    for i in range(recorded):
        for what, at in (("slot", slots + i), ("step", 2 * slots + i)):
            f.head += [
                f"  %{what}a{i} = getelementptr i64, ptr %slots, i64 {at}",
                f"  %{what}{i} = load i64, ptr %{what}a{i}",
            ]
        for g in group:
            f.head += [
                f"  %at{i}x{g} = mul i64 %step{i}, {g}",
                f"  %slot{i}x{g} = inttoptr i64 %slot{i} to ptr",
                f"  %out{i}x{g} = getelementptr i8, ptr %slot{i}x{g}, i64 %at{i}x{g}",
            ]

    # What weights are made of and the scratch does not hold, ahead of the jumps.
    nodes = [n for n in reachable(body.tangents.weights(), leaves=kept) if n not in place]
    env = f.drivers(set(inputs(nodes, "driver")))
    env |= {n: invariants[n.param[1]] for n in inputs(nodes, "invariant")}
    emit(f.block, nodes, env)
    weights = {n: f.values([n], env)[0] for n in nodes if not n.boolean}
    values: dict[Node, list[Value]] = {
        n: [Value(f"%x{g}_{n.param[1]}", "f", True) for g in group]
        for n in _tangent_inputs(body)
        if n.param[1] < shape.states
    }
    label, zero = "loop", f.block.constant(0.0, "f", True)

    def weight(node: Node) -> Value:
        if node not in place:
            return weights[node]
        pointer = f.block.name()
        lines.append(f"  {pointer} = getelementptr i8, ptr %here, i64 {place[node] * f.bytes}")
        return f.block.add(f"load {f.vector}, ptr {pointer}, align {f.bytes}", "f", True)

    def add(totals: Sequence[Value | None], node: Node, terms: Sequence[Value]) -> list[Value]:
        if node.literal and abs(node.param) == 1.0:
            return [_signed(f, total, x, node.param) for total, x in zip(totals, terms, strict=True)]
        w = weight(node)
        return [
            f.block.op("fmul", w, x) if total is None else f.block.fma(w, x, total)
            for total, x in zip(totals, terms, strict=True)
        ]

    for node, terms in sums.items():
        totals: list[Value | None] = [None] * directions
        for x, factor in terms:
            if x.op != "input" or x.param[1] < shape.states:
                totals = list(add(totals, factor, values[x]))
                continue
            i, here = x.param[1] - shape.states, f.block.name()[1:]
            known = [total or zero for total in totals]
            lines += [f"  br i1 %moves{i}, label %{here}y, label %{here}n", f"{here}y:"]
            more = add(known, factor, [_invariant_tangent(f, i, g, directions) for g in group])
            lines += [f"  br label %{here}n", f"{here}n:"]
            totals = [
                f.block.add(f"phi {f.vector} [ {a.text}, %{here}y ], [ {b.text}, %{label} ]", "f", True)
                for a, b in zip(more, known, strict=True)
            ]
            label = f"{here}n"
        values[node] = [total or zero for total in totals]
    for x in sorted(_tangent_inputs(body), key=lambda n: n.index):
        if x.param[1] >= shape.states and x in body.tangents.roots:
            values[x] = [_invariant_tangent(f, x.param[1] - shape.states, g, directions) for g in group]
    after = [[zero] * directions if x is None else values[x] for x in body.tangents.roots]
    for i, found in enumerate(after[shape.states :]):
        for g, value in enumerate(found):
            if body.summed[i]:
                lines += f.masked_load(f"so{i}x{g}", f"out{i}x{g}")
                total = f.block.op("fadd", Value(f"%so{i}x{g}", "f", True), value)
                lines.append(f.masked_store(total, f"out{i}x{g}"))
                continue
            lines += [
                f"  %rp{i}x{g} = getelementptr i8, ptr %out{i}x{g}, i64 %offset",
                f.masked_store(value, f"rp{i}x{g}"),
            ]
    phis = [
        f"  %x{g}_{i} = phi {f.vector} [ %s{g}_{i}, %entry ], [ {after[i][g].text}, %{label} ]"
        for g in group
        for i in range(shape.states)
    ]
    ends = _store_group(f, "to", after[: shape.states])
    text = [
        f"define internal void @{name}({GIVEN}, <{target.width} x i1> %mask) noinline nounwind {{",
        "entry:",
        *f.head,
        f"  %stride = mul i64 %row, {target.size}",
        "  br label %loop",
        "loop:",
        f"  %t = phi i64 [ %first, %entry ], [ %tnext, %{label} ]",
        f"  %offset = phi i64 [ 0, %entry ], [ %offsetnext, %{label} ]",
        f"  %here = phi ptr [ %scratch, %entry ], [ %herenext, %{label} ]",
        *phis,
        *lines,
        f"  %herenext = getelementptr i8, ptr %here, i64 {len(kept) * f.bytes}",
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


def _tangent_inputs(body: TangentBody) -> set[Node]:
    tangents = body.tangents
    found = {x for terms in tangents.sums.values() for x, _ in terms if x.op == "input"}
    return found | {x for x in tangents.roots if x is not None and x.op == "input"}


def _signed(f: Function, total: Value | None, x: Value, sign: float) -> Value:
    if total is None:
        return x if sign > 0 else f.block.op("fneg", x)
    return f.block.op("fadd" if sign > 0 else "fsub", total, x)


def _address(f: Function, base: str, name: str, index: int) -> str:
    """Lines that make ``%name`` the address of a row of lanes."""
    return (
        f"  %{name}o = mul i64 %row, {index * f.target.size}\n"
        f"  %{name} = getelementptr i8, ptr %{base}, i64 %{name}o"
    )


def _load_group(f: Function, base: str, name: str, count: int, directions: int) -> None:
    """``%name{g}_{i}``: row i of direction g."""
    for g in range(directions):
        for i in range(count):
            one = f"{name}{g}_{i}"
            f.head += [_address(f, base, f"{one}p", g * count + i), *f.masked_load(one, f"{one}p")]


def _store_group(f: Function, base: str, values: Sequence[Sequence[Value]]) -> list[str]:
    lines = []
    for i, found in enumerate(values):
        for g, value in enumerate(found):
            name = f"e{g}_{i}"
            lines += [_address(f, base, name, g * len(values) + i), f.masked_store(value, name)]
    return lines


def _moved_invariants(f: Function, directions: int) -> None:
    """Copy the invariants' tangents next to one another, and see which of them are not zero: ``%moves{i}``."""
    n, width = f.shape.invariants, f.target.width
    _load_group(f, "move", "m", n, directions)
    for i in range(n):
        lines, some = f.head, []
        for g in range(directions):
            name = f"m{g}_{i}"
            lines += [
                f"  %{name}t = getelementptr i8, ptr %still, i64 {(i * directions + g) * f.bytes}",
                f"  store {f.vector} %{name}, ptr %{name}t, align {f.bytes}",
                f"  %{name}u = fcmp une {f.vector} %{name}, zeroinitializer",
            ]
            some.append(f"%{name}u")
        total = some[0]
        for g, other in enumerate(some[1:], start=1):
            lines.append(f"  %mo{i}_{g} = or <{width} x i1> {total}, {other}")
            total = f"%mo{i}_{g}"
        lines += [
            f"  %mb{i} = bitcast <{width} x i1> {total} to i{width}",
            f"  %moves{i} = icmp ne i{width} %mb{i}, 0",
        ]


def _invariant_tangent(f: Function, i: int, g: int, directions: int) -> Value:
    pointer = f.block.name()
    f.block.lines.append(f"  {pointer} = getelementptr i8, ptr %still, i64 {(i * directions + g) * f.bytes}")
    return f.block.add(f"load {f.vector}, ptr {pointer}, align {f.bytes}", "f", True)


def direction_loop(
    target: Target, shape: Shape, name: str, groups: Sequence[tuple[int, str]]
) -> str:
    """A function that takes all directions through a piece, in the largest groups that fit, by the functions named."""
    given = GIVEN.replace("ptr %from, ptr %to, ptr %move", "ptr %from0, ptr %to0, ptr %move0")
    lines = [
        f"define internal void @{name}({given}, i64 %directions, <{target.width} x i1> %mask) noinline nounwind {{",
        "entry:",
        f"  %states = mul i64 %row, {shape.states * target.size}",
        f"  %invariants = mul i64 %row, {shape.invariants * target.size}",
        f"  br label %try{groups[0][0]}",
    ]
    slots = shape.slots // 3
    before, done = "entry", "0"
    for k, (size, function) in enumerate(groups):
        after = f"try{groups[k + 1][0]}" if k + 1 < len(groups) else "end"
        n = str(size)
        lines += [
            f"try{n}:",
            f"  %d{n} = phi i64 [ {done}, %{before} ], [ %next{n}, %go{n} ]",
            f"  %next{n} = add i64 %d{n}, {n}",
            f"  %fits{n} = icmp sle i64 %next{n}, %directions",
            f"  br i1 %fits{n}, label %go{n}, label %{after}",
            f"go{n}:",
        ]
        for pointer, step in (("from", "states"), ("to", "states"), ("move", "invariants")):
            lines += [
                f"  %{pointer}o{n} = mul i64 %d{n}, %{step}",
                f"  %{pointer}{n} = getelementptr i8, ptr %{pointer}0, i64 %{pointer}o{n}",
            ]
        arguments = ", ".join(
            part.replace("%from", f"%from{n}").replace("%to", f"%to{n}").replace("%move", f"%move{n}")
            for part in GIVEN.split(", ")
        )
        lines.append(f"  call void @{function}({arguments}, <{target.width} x i1> %mask)")
        for i in range(slots):
            lines += [
                f"  %sp{n}_{i} = getelementptr i64, ptr %slots, i64 {slots + i}",
                f"  %sv{n}_{i} = load i64, ptr %sp{n}_{i}",
                f"  %tp{n}_{i} = getelementptr i64, ptr %slots, i64 {2 * slots + i}",
                f"  %tv{n}_{i} = load i64, ptr %tp{n}_{i}",
                f"  %tm{n}_{i} = mul i64 %tv{n}_{i}, {n}",
                f"  %sn{n}_{i} = add i64 %sv{n}_{i}, %tm{n}_{i}",
                f"  store i64 %sn{n}_{i}, ptr %sp{n}_{i}",
            ]
        lines.append(f"  br label %try{n}")
        before, done = f"try{n}", f"%d{n}"
    return "\n".join([*lines, "end:", "  ret void", "}"])
