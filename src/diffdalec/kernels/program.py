"""Whole kernels, as LLVM IR: the loops over blocks of lanes and over the pieces of a run.

A block is one vector of lanes of one cell. The run is a table of pieces of consecutive days; a row holds the first
day, the day after the last, the number of the body (which outputs are recorded), and a pointer for each output. The
forward run keeps the state at the start of each piece; the adjoint takes the pieces in reverse, recomputes one
with all that the way back needs into a scratch that stays in cache, and then goes back through its days.
"""

from __future__ import annotations

from collections.abc import Sequence

from .back_loop import back_loop
from .block import Target
from .bodies import AdjointBody, ForwardBody, Shape, TangentBody
from .day_loop import day_loop
from .frame import boundary, copy, load_rows, mask_type, module, row, store_rows, switch
from .tangent_loop import direction_loop, stored, tangent_loop


def forward_kernel(target: Target, shape: Shape, bodies: Sequence[ForwardBody]) -> str:
    """IR of ``run(words, first block, after the last)``: final states and recordings; boundaries unless that is 0."""
    parts, declarations = [], set()
    for k, body in enumerate(bodies):
        text, needed = day_loop(target, shape, f"forward{k}", body, None)
        parts.append(text)
        declarations |= needed
    given = "ptr %state, ptr %inv, ptr %drv, ptr %cal, i64 %first, i64 %last, ptr %slots, i64 %lanes"
    calls = [[f"  call void @forward{k}({given}, {mask_type(target)} %mask)"] for k in range(len(bodies))]
    inner = [
        *load_rows(target, "states", "state", shape.states),
        "  br label %rowstart",
        "rowstart:",
        "  %r = phi i64 [ 0, %cell ], [ %rnext, %rowend ]",
        *row(target, shape, shape.slots),
        "  %keep = icmp ne i64 %wboundaries, 0",
        "  br i1 %keep, label %store, label %run",
        "store:",
        *boundary(target, shape),
        *copy(target, shape.states, "state", "boundary", "k"),
        "  br label %run",
        "run:",
        *switch(calls),
        "rowend:",
        "  %rnext = add i64 %r, 1",
        "  %rmore = icmp slt i64 %rnext, %wrows",
        "  br i1 %rmore, label %rowstart, label %rowsdone",
        "rowsdone:",
        *store_rows(target, "final", "state", shape.states),
    ]
    buffers = {"state": shape.states, "inv": shape.invariants}
    return module(target, shape, parts, declarations, inner, buffers)


def adjoint_kernel(target: Target, shape: Shape, bodies: Sequence[AdjointBody], chunk: int) -> str:
    """IR of ``run(words, first block, after the last)``: cotangents of invariants and initial states."""
    parts, declarations, calls, scratch = [], set(), [], 0
    common = "ptr %inv, ptr %drv, ptr %cal, i64 %first, i64 %last, ptr %slots, i64 %lanes, ptr %scratch"
    mask = f"{mask_type(target)} %mask"
    for k, body in enumerate(bodies):
        kept = body.kept()
        for text, needed in (
            day_loop(target, shape, f"again{k}", body, kept),
            back_loop(target, shape, f"back{k}", body, kept),
        ):
            parts.append(text)
            declarations |= needed
        calls.append(
            [
                f"  call void @again{k}(ptr %state, {common}, {mask})",
                f"  call void @back{k}(ptr %cot, {common}, ptr %part, ptr %grad, ptr %carry, {mask})",
            ]
        )
        scratch = max(scratch, len(kept) * chunk)
    inner = [
        *load_rows(target, "final", "cot", shape.states),
        *[
            line
            for i in range(shape.invariants)
            for buffer in ("grad", "carry")
            for line in (
                f"  %z{buffer}{i} = getelementptr i8, ptr %{buffer}, i64 {i * target.width * target.size}",
                f"  store {target.vector} zeroinitializer, ptr %z{buffer}{i}, align {target.width * target.size}",
            )
        ],
        "  %rlast = sub i64 %wrows, 1",
        "  br label %rowstart",
        "rowstart:",
        "  %r = phi i64 [ %rlast, %cell ], [ %rnext, %rowend ]",
        *row(target, shape, shape.slots),
        *boundary(target, shape),
        *copy(target, shape.states, "boundary", "state", "k"),
        *switch(calls),
        "rowend:",
        "  %rnext = sub i64 %r, 1",
        "  %rmore = icmp sge i64 %rnext, 0",
        "  br i1 %rmore, label %rowstart, label %rowsdone",
        "rowsdone:",
        *store_rows(target, "invariant_cotangents", "grad", shape.invariants),
        *store_rows(target, "state_cotangents", "cot", shape.states),
    ]
    buffers = {
        "state": shape.states, "inv": shape.invariants, "cot": shape.states, "scratch": scratch,
        "grad": shape.invariants, "part": shape.invariants, "carry": shape.invariants,
    }  # fmt: skip
    return module(target, shape, parts, declarations, inner, buffers)


def tangent_kernel(
    target: Target, shape: Shape, bodies: Sequence[TangentBody], chunk: int, groups: Sequence[int]
) -> str:
    """IR of ``run(words, first block, after the last)``: as the forward kernel, and the tangents of all that.

    Each piece is run once, with the weights of the tangents into a scratch; the directions follow it in ``groups``.
    """
    parts, declarations, calls, scratch = [], set(), [], 0
    common = "ptr %inv, ptr %drv, ptr %cal, i64 %first, i64 %last, ptr %slots, i64 %lanes, ptr %scratch"
    mask = f"{mask_type(target)} %mask"
    for k, body in enumerate(bodies):
        kept = stored(body)
        names = [(g, f"tangents{k}by{g}") for g in groups]
        texts = [day_loop(target, shape, f"day{k}", body, kept)]
        texts += [tangent_loop(target, shape, name, body, g) for g, name in names]
        for text, needed in texts:
            parts.append(text)
            declarations |= needed
        parts.append(direction_loop(target, shape, f"directions{k}", names))
        calls.append(
            [
                f"  call void @day{k}(ptr %state, {common}, {mask})",
                f"  call void @directions{k}(ptr %tfrom, ptr %tto, ptr %tmove, {common}, ptr %still, "
                f"i64 %wdirections, {mask})",
            ]
        )
        scratch = max(scratch, len(kept) * chunk)
    inner = [
        *load_rows(target, "states", "state", shape.states),
        f"  %tlane = mul i64 %lane, {target.size}",
    ]
    for name, word in (("start", "state_tangents"), ("to", "final_tangents"), ("move", "invariant_tangents")):
        inner += [f"  %t{name}w = add i64 %w{word}, %tlane", f"  %t{name} = inttoptr i64 %t{name}w to ptr"]
    inner += [
        "  br label %rowstart",
        "rowstart:",
        "  %r = phi i64 [ 0, %cell ], [ %rnext, %rowend ]",
        "  %tfrom = phi ptr [ %tstart, %cell ], [ %tto, %rowend ]",
        *row(target, shape, shape.slots // 3 * 2),
        *switch(calls),
        "rowend:",
        "  %rnext = add i64 %r, 1",
        "  %rmore = icmp slt i64 %rnext, %wrows",
        "  br i1 %rmore, label %rowstart, label %rowsdone",
        "rowsdone:",
        *store_rows(target, "final", "state", shape.states),
    ]
    buffers = {
        "state": shape.states, "inv": shape.invariants, "scratch": scratch,
        "still": shape.invariants * max(groups),
    }  # fmt: skip
    return module(target, shape, parts, declarations, inner, buffers)
