"""LLVM IR of straight-line arithmetic: a builder of instructions on scalars and on vectors of lanes."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Target:
    """What the code is made for: bits of a float (32 or 64), lanes of a vector, whether AVX-512 is there."""

    bits: int
    width: int
    avx512: bool
    x86: bool

    @property
    def element(self) -> str:
        return "float" if self.bits == 32 else "double"

    @property
    def vector(self) -> str:
        return f"<{self.width} x {self.element}>"

    @property
    def size(self) -> int:
        return self.bits // 8

    @property
    def dtype(self) -> np.dtype:
        return np.dtype(f"f{self.size}")


@dataclass(frozen=True)
class Value:
    """An SSA value or constant: its text, its kind and whether it is a vector.

    Kinds: f a float of the target, i an integer as wide, b a boolean, d a double, l an integer as wide as that.
    """

    text: str
    kind: str
    vector: bool


FLAGS = "contract nsz"  # fused multiply-add; nothing that changes what NaN and infinity do


@dataclass
class Block:
    """Instructions of a function, in order."""

    target: Target
    prefix: str = "v"
    lines: list[str] = field(default_factory=list)
    declarations: set[str] = field(default_factory=set)
    splats: dict[str, Value] = field(default_factory=dict)
    count: int = 0

    def type(self, kind: str, vector: bool) -> str:
        bits = self.target.bits
        scalar = {"f": self.target.element, "i": f"i{bits}", "l": "i64", "b": "i1", "d": "double"}[kind]
        return f"<{self.target.width} x {scalar}>" if vector else scalar

    def name(self) -> str:
        self.count += 1
        return f"%{self.prefix}{self.count}"

    def add(self, instruction: str, kind: str, vector: bool) -> Value:
        name = self.name()
        self.lines.append(f"  {name} = {instruction}")
        return Value(name, kind, vector)

    def constant(self, value: float | bool, kind: str, vector: bool) -> Value:
        scalar = self.type(kind, False)
        if kind == "b":
            text = "true" if value else "false"
        elif kind in "il":
            text = str(int(value))
        else:
            number = float(np.float32(value)) if kind == "f" and self.target.bits == 32 else float(value)
            text = f"0x{struct.unpack('>Q', struct.pack('>d', number))[0]:016X}"
        return Value(f"splat ({scalar} {text})" if vector else text, kind, vector)

    def splat(self, x: Value) -> Value:
        """A scalar as a vector."""
        if x.vector:
            return x
        if not x.text.startswith("%"):
            return Value(f"splat ({self.type(x.kind, False)} {x.text})", x.kind, True)
        if x.text not in self.splats:
            scalar, vector, width = self.type(x.kind, False), self.type(x.kind, True), self.target.width
            one = self.add(f"insertelement {vector} poison, {scalar} {x.text}, i64 0", x.kind, True)
            zeros = f"<{width} x i32> zeroinitializer"
            self.splats[x.text] = self.add(
                f"shufflevector {vector} {one.text}, {vector} poison, {zeros}", x.kind, True
            )
        return self.splats[x.text]

    def align(self, *values: Value) -> list[Value]:
        """The values, all vectors if one is."""
        return [self.splat(v) for v in values] if any(v.vector for v in values) else list(values)

    def op(self, name: str, *values: Value, flags: str = FLAGS) -> Value:
        """A float instruction: fadd, fsub, fmul, fdiv, fneg."""
        args = self.align(*values)
        kind, vector = args[0].kind, args[0].vector
        return self.add(f"{name} {flags} {self.type(kind, vector)} {', '.join(a.text for a in args)}", kind, vector)

    def integer(self, name: str, *values: Value) -> Value:
        """An integer or boolean instruction: add, sub, shl, ashr, and, or, xor."""
        args = self.align(*values)
        kind, vector = args[0].kind, args[0].vector
        return self.add(f"{name} {self.type(kind, vector)} {', '.join(a.text for a in args)}", kind, vector)

    def compare(self, how: str, a: Value, b: Value) -> Value:
        a, b = self.align(a, b)
        word = "icmp" if a.kind in "il" else "fcmp"
        return self.add(f"{word} {how} {self.type(a.kind, a.vector)} {a.text}, {b.text}", "b", a.vector)

    def select(self, predicate: Value, yes: Value, no: Value) -> Value:
        p, a, b = self.align(predicate, yes, no)
        of, kind = self.type("b", p.vector), self.type(a.kind, a.vector)
        return self.add(f"select {of} {p.text}, {kind} {a.text}, {kind} {b.text}", a.kind, a.vector)

    def cast(self, how: str, x: Value, kind: str) -> Value:
        return self.add(f"{how} {self.type(x.kind, x.vector)} {x.text} to {self.type(kind, x.vector)}", kind, x.vector)

    def intrinsic(self, name: str, *values: Value) -> Value:
        """An overloaded float intrinsic of LLVM, such as ``sqrt`` or ``floor``."""
        args = self.align(*values)
        kind, vector = args[0].kind, args[0].vector
        letter = "f64" if kind == "d" or self.target.bits == 64 else "f32"
        full = f"llvm.{name}.{f'v{self.target.width}' if vector else ''}{letter}"
        of = self.type(kind, vector)
        self.declarations.add(f"declare {of} @{full}({', '.join([of] * len(args))})")
        flags = "" if name == "copysign" else FLAGS + " "  # the sign of a zero is what it is asked for
        return self.add(f"call {flags}{of} @{full}({', '.join(f'{of} {a.text}' for a in args)})", kind, vector)

    def fma(self, a: Value, b: Value, c: Value) -> Value:
        """a · b + c, fused where the machine can."""
        return self.intrinsic("fmuladd", a, b, c)
