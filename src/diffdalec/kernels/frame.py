"""The frame of a kernel, as LLVM IR: its arguments, the loop over blocks of lanes, the reading of the pieces' table.

A kernel takes an array of 64-bit words: pointers and numbers, see ``WORDS``; then a pointer for each driver, and the
elements between one cell and the next for each. Rows of lanes are contiguous over cells and, within a cell, members.
"""

from __future__ import annotations

from collections.abc import Sequence

from .block import Target
from .bodies import HEADER, Shape
from .function import vector_name

WORDS = (
    "calendar", "table", "rows", "members", "blocks", "lanes", "invariants", "states",
    "final", "boundaries", "invariant_cotangents", "state_cotangents",
    "directions", "invariant_tangents", "state_tangents", "final_tangents",
)  # fmt: skip
"""The first words of a kernel's arguments; pointers except ``rows``, ``members`` and ``blocks`` per cell, ``lanes``,
``directions``."""
FLUSH_DENORMALS = 0x9FC0  # MXCSR: exceptions masked, denormals are zero: as in XLA, and the same on every thread


def mask_type(target: Target) -> str:
    return f"<{target.width} x i1>"


def module(target, shape, parts, declarations, inner, buffers) -> str:
    vector, size, width = target.vector, target.size, target.width
    drivers = len(shape.lane_drivers)
    alignment = width * size
    iota = ", ".join(f"i64 {i}" for i in range(width))
    lines = [
        "define void @run(ptr %words, i64 %block0, i64 %block1) nounwind {",
        "entry:",
        *(f"  %{name} = alloca [{max(n, 1)} x {vector}], align {alignment}" for name, n in buffers.items()),
        f"  %drv = alloca [{max(drivers, 1)} x i64], align 8",
        f"  %slots = alloca [{max(shape.slots, 1)} x i64], align 8",
    ]
    for i, name in enumerate(WORDS):
        lines += [f"  %a{name} = getelementptr i64, ptr %words, i64 {i}", f"  %w{name} = load i64, ptr %a{name}"]
    lines += [
        "  %cal = inttoptr i64 %wcalendar to ptr",
        "  %table = inttoptr i64 %wtable to ptr",
        "  %lanes = add i64 %wlanes, 0",
    ]
    if target.x86:
        lines += [
            "  %old = alloca i32",
            "  %new = alloca i32",
            "  call void @llvm.x86.sse.stmxcsr(ptr %old)",
            f"  store i32 {FLUSH_DENORMALS}, ptr %new",
            "  call void @llvm.x86.sse.ldmxcsr(ptr %new)",
        ]
    lines += [
        "  %some = icmp slt i64 %block0, %block1",
        "  br i1 %some, label %cell, label %end",
        "cell:",
        "  %b = phi i64 [ %block0, %entry ], [ %bnext, %blockend ]",
        "  %icell = sdiv i64 %b, %wblocks",
        "  %within = srem i64 %b, %wblocks",
        f"  %member = mul i64 %within, {width}",
        "  %lane0 = mul i64 %icell, %wmembers",
        "  %lane = add i64 %lane0, %member",
        "  %left = sub i64 %wmembers, %member",
        f"  %lefts = insertelement <{width} x i64> poison, i64 %left, i64 0",
        f"  %leftv = shufflevector <{width} x i64> %lefts, <{width} x i64> poison, <{width} x i32> zeroinitializer",
        f"  %mask = icmp slt <{width} x i64> <{iota}>, %leftv",
        "  %block = add i64 %b, 0",
        *load_rows(target, "invariants", "inv", shape.invariants),
    ]
    for i, vector_driver in enumerate(shape.lane_drivers):
        at, stride = len(WORDS) + i, len(WORDS) + drivers + i
        lines += [
            f"  %dpa{i} = getelementptr i64, ptr %words, i64 {at}",
            f"  %dpw{i} = load i64, ptr %dpa{i}",
            f"  %dsa{i} = getelementptr i64, ptr %words, i64 {stride}",
            f"  %dsw{i} = load i64, ptr %dsa{i}",
            f"  %dof{i} = mul i64 {'%lane' if vector_driver else '%icell'}, %dsw{i}",
            f"  %dob{i} = mul i64 %dof{i}, {size}",
            f"  %dpx{i} = add i64 %dpw{i}, %dob{i}",
            f"  %dst{i} = getelementptr i64, ptr %drv, i64 {i}",
            f"  store i64 %dpx{i}, ptr %dst{i}",
        ]
    lines += [
        *inner,
        "  br label %blockend",
        "blockend:",
        "  %bnext = add i64 %b, 1",
        "  %bmore = icmp slt i64 %bnext, %block1",
        "  br i1 %bmore, label %cell, label %end",
        "end:",
        *(["  call void @llvm.x86.sse.ldmxcsr(ptr %old)"] if target.x86 else []),
        "  ret void",
        "}",
    ]
    name, mask = vector_name(target), mask_type(target)
    declared = sorted(
        declarations
        | {
            f"declare {vector} @llvm.masked.load.{name}.p0(ptr, {mask}, {vector})",
            f"declare void @llvm.masked.store.{name}.p0({vector}, ptr, {mask})",
        }
        | ({f"declare void @llvm.x86.sse.{x}mxcsr(ptr)" for x in ("st", "ld")} if target.x86 else set())
    )
    return "\n".join([*declared, "", *parts, "", *lines, ""])


def load_rows(target: Target, word: str, buffer: str, count: int) -> list[str]:
    """Rows of lanes into a buffer of vectors; lanes beyond the cell's last repeat the block's first."""
    lines = [f"  %lp{buffer} = inttoptr i64 %w{word} to ptr"]
    vector, mask, width = target.vector, mask_type(target), target.width
    for i in range(count):
        n = f"{buffer}{i}"
        lines += [
            f"  %lr{n} = mul i64 %lanes, {i}",
            f"  %lo{n} = add i64 %lr{n}, %lane",
            f"  %la{n} = getelementptr {target.element}, ptr %lp{buffer}, i64 %lo{n}",
            f"  %l0{n} = load {target.element}, ptr %la{n}",
            f"  %li{n} = insertelement {vector} poison, {target.element} %l0{n}, i64 0",
            f"  %ls{n} = shufflevector {vector} %li{n}, {vector} poison, <{width} x i32> zeroinitializer",
            f"  %lv{n} = call {vector} @llvm.masked.load.{vector_name(target)}.p0"
            f"(ptr align {target.size} %la{n}, {mask} %mask, {vector} %ls{n})",
            f"  %lb{n} = getelementptr i8, ptr %{buffer}, i64 {i * width * target.size}",
            f"  store {vector} %lv{n}, ptr %lb{n}, align {width * target.size}",
        ]
    return lines


def store_rows(target: Target, word: str, buffer: str, count: int) -> list[str]:
    lines = [f"  %op{buffer} = inttoptr i64 %w{word} to ptr"]
    vector, mask, bytes_ = target.vector, mask_type(target), target.width * target.size
    for i in range(count):
        n = f"{buffer}{i}"
        lines += [
            f"  %or{n} = mul i64 %lanes, {i}",
            f"  %oo{n} = add i64 %or{n}, %lane",
            f"  %oa{n} = getelementptr {target.element}, ptr %op{buffer}, i64 %oo{n}",
            f"  %ob{n} = getelementptr i8, ptr %{buffer}, i64 {i * bytes_}",
            f"  %ov{n} = load {vector}, ptr %ob{n}, align {bytes_}",
            f"  call void @llvm.masked.store.{vector_name(target)}.p0"
            f"({vector} %ov{n}, ptr align {target.size} %oa{n}, {mask} %mask)",
        ]
    return lines


def row(target: Target, shape: Shape, pointers: int) -> list[str]:
    """Read a row of the table; its first ``pointers`` slots are pointers, which are moved to the block's first lane."""
    lines = [f"  %rowbase = mul i64 %r, {shape.columns}"]
    for i, name in enumerate(("first", "last", "body")):
        lines += [
            f"  %ri{name} = add i64 %rowbase, {i}",
            f"  %rp{name} = getelementptr i64, ptr %table, i64 %ri{name}",
            f"  %{name} = load i64, ptr %rp{name}",
        ]
    lines += [f"  %laneoff = mul i64 %lane, {target.size}"]
    for i in range(shape.slots):
        lines += [
            f"  %ti{i} = add i64 %rowbase, {HEADER + i}",
            f"  %tp{i} = getelementptr i64, ptr %table, i64 %ti{i}",
            f"  %tv{i} = load i64, ptr %tp{i}",
            f"  %tl{i} = add i64 %tv{i}, {'%laneoff' if i < pointers else 0}",
            f"  %ts{i} = getelementptr i64, ptr %slots, i64 {i}",
            f"  store i64 %tl{i}, ptr %ts{i}",
        ]
    return lines


def boundary(target: Target, shape: Shape) -> list[str]:
    """Where the state at the start of the piece is kept: (blocks, rows, states, width)."""
    return [
        "  %bi0 = mul i64 %block, %wrows",
        "  %bi1 = add i64 %bi0, %r",
        f"  %bi2 = mul i64 %bi1, {shape.states * target.width * target.size}",
        "  %bi3 = add i64 %wboundaries, %bi2",
        "  %boundary = inttoptr i64 %bi3 to ptr",
    ]


def copy(target: Target, count: int, source: str, destination: str, name: str) -> list[str]:
    """Copy vectors; the boundaries in memory are aligned as an element is."""
    lines = []
    for i in range(count):
        at = i * target.width * target.size
        lines += [
            f"  %{name}f{i} = getelementptr i8, ptr %{source}, i64 {at}",
            f"  %{name}v{i} = load {target.vector}, ptr %{name}f{i}, align {target.size}",
            f"  %{name}t{i} = getelementptr i8, ptr %{destination}, i64 {at}",
            f"  store {target.vector} %{name}v{i}, ptr %{name}t{i}, align {target.size}",
        ]
    return lines


def switch(calls: Sequence[Sequence[str]]) -> list[str]:
    cases = " ".join(f"i64 {k}, label %body{k}" for k in range(1, len(calls)))
    lines = [f"  switch i64 %body, label %body0 [ {cases} ]"]
    for k, body in enumerate(calls):
        lines += [f"body{k}:", *body, "  br label %rowend"]
    return lines
