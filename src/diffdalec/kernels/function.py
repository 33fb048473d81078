"""What the time loops have in common: a function on a block of lanes whose body is one loop over days."""

from __future__ import annotations

from collections.abc import Sequence

from .block import Block, Target, Value
from .bodies import Shape
from .graph import Node

SIGNATURE = "ptr %state, ptr %inv, ptr %drv, ptr %cal, i64 %first, i64 %last, ptr %slots, i64 %row"


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
        return [self.block.splat(as_float(self.block, env[n])) for n in nodes]


def constant(node: Node) -> bool:
    """Whether a value is the same every day."""
    if node.op == "input":
        return node.param[0] == "invariant"
    return node.literal or (bool(node.args) and all(constant(a) for a in node.args))


def as_float(block: Block, x: Value) -> Value:
    if x.kind != "b":
        return x
    return block.select(x, block.constant(1.0, "f", x.vector), block.constant(0.0, "f", x.vector))


def vector_name(target: Target) -> str:
    return f"v{target.width}f{target.bits}"


def inputs(nodes: Sequence[Node], kind: str) -> list[Node]:
    return [n for n in nodes if n.op == "input" and n.param[0] == kind]
