"""What a program is made of, in words that are the same in every process: by them a compiled program is found again."""

from __future__ import annotations

import dataclasses
import hashlib
import sys
from enum import Enum
from functools import cache, partial
from pathlib import Path
from types import FunctionType
from typing import Any

import jax
import numpy as np

PACKAGE = __name__.partition(".")[0]


class Undescribed(ValueError):
    """Something that a program is made of has no name by which another process would know it."""


def described(thing: Any) -> str:
    """A text that tells all that a program takes from a value: the values of settings, the shapes of arrays.

    Dataclasses, containers, numbers and text are told by what they hold, functions and classes of this package by their
    name, since :func:`source_mark` tells their code; arrays by shape and type, as they are a program's data.
    Undescribed for anything else: a function of the user's own may change between two processes.
    """
    if thing is None or isinstance(thing, bool | int | float | str | bytes | np.dtype):
        return repr(thing)
    if isinstance(thing, Enum):
        return f"{_name(type(thing))}.{thing.name}"
    if isinstance(thing, jax.Array | np.ndarray | np.generic | jax.ShapeDtypeStruct):
        return f"{thing.dtype}{thing.shape}{'~' if getattr(thing, 'weak_type', False) else ''}"
    if isinstance(thing, type):
        return _name(thing)
    if isinstance(thing, tuple | list):
        return f"{type(thing).__name__}({', '.join(map(described, thing))})"
    if isinstance(thing, dict):
        return f"{{{', '.join(f'{key!r}: {described(thing[key])}' for key in sorted(thing))}}}"
    if dataclasses.is_dataclass(thing):
        parts = (f"{f.name}={described(getattr(thing, f.name))}" for f in dataclasses.fields(thing))
        return f"{_name(type(thing))}({', '.join(parts)})"
    if isinstance(thing, partial):
        return f"partial({described(thing.func)}, {described(thing.args)}, {described(thing.keywords)})"
    if isinstance(getattr(thing, "__wrapped__", thing), FunctionType):
        return _name(thing)
    raise Undescribed(f"a {type(thing).__name__}")


def _name(thing: Any) -> str:
    """Module and name of a function or class of this package."""
    module, name = thing.__module__, thing.__qualname__
    if module.partition(".")[0] not in (PACKAGE, "builtins") or "<" in name:
        raise Undescribed(f"{module}.{name}")
    return f"{module}.{name}"


@cache
def source_mark() -> str:
    """A mark of this package's code and of what compiles it."""
    digest = hashlib.sha256()
    folder = Path(sys.modules[PACKAGE].__file__ or "").parent
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder)}\0".encode())
        digest.update(path.read_bytes())
    for library in ("jax", "jaxlib", "numpy", "optax", "llvmlite"):
        digest.update(f"{library} {getattr(sys.modules.get(library), '__version__', '')}\0".encode())
    return digest.hexdigest()
