"""Compiled programs with the kernels in them, found again by what they are made of: in memory and, if asked, on disk.

XLA's own cache is asked for a program that is already traced, and tracing a calibration takes longer than all that
comes after it. Here a program is found before anything is traced.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import threading
import warnings
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import jax
import jax.numpy as jnp
from jax.experimental.serialize_executable import deserialize_and_load, serialize
from jax.stages import Compiled

from .call import register, registered_calls
from .description import Undescribed, described, source_mark
from .kernel_call import KernelCall
from .machine import available, default_threads, load, object_code, processor_key, read_if_there, write_whole

IN_MEMORY = 128
"""Programs held at most; a calibration has ten."""

_programs: dict[Hashable, Compiled] = {}
_needs: WeakKeyDictionary[Compiled, int] = WeakKeyDictionary()
_lock = threading.Lock()
_kept_in: list[Path] = []


def keep_programs(folder: Path | None) -> None:
    """Keep what this process compiles from now on in a folder, and look there first; None to keep nothing."""
    _kept_in[:] = [] if folder is None else [folder]


@dataclass(frozen=True)
class Compiler:
    """Compiles functions of arrays for arguments of certain shapes, with XLA's ``options`` by name.

    Those of a function whose ``runs_often`` is true are ``options_often``.
    """

    options: tuple[tuple[str, bool | int], ...] = ()
    options_often: tuple[tuple[str, bool | int], ...] = ()

    def options_of(self, function: Callable) -> tuple[tuple[str, bool | int], ...]:
        return self.options_often if getattr(function, "runs_often", False) else self.options

    def __call__(self, function: Callable, *arguments: Any) -> Compiled:
        """The program of ``function`` for arguments like these: pytrees of arrays.

        ``function`` is hashable, and equal to another only where it does the same. Its program is kept on disk where
        :func:`~diffdalec.kernels.description.described` can tell what it is.
        """
        key = self._key(function, arguments)
        with _lock:
            if key not in _programs:
                path = self._path(function, arguments)
                _remember(key, _read(path, arguments) or _Lowered(self, function, arguments).compiled(path))
            return _programs[key]

    def ahead(self, *requests: tuple[Callable, tuple]) -> None:
        """Make the programs of several (function, arguments) now, side by side: XLA compiles one while the next is
        traced. Arguments may be shapes (``jax.ShapeDtypeStruct``) in place of arrays.
        """
        wanted = {self._key(function, arguments): (function, arguments) for function, arguments in requests}
        wanted = {key: request for key, request in wanted.items() if key not in _programs}
        paths = {key: self._path(*request) for key, request in wanted.items()}
        with ThreadPoolExecutor(default_threads()) as pool:
            kept = {key: pool.submit(_read, paths[key], arguments) for key, (_, arguments) in wanted.items()}
            compiling = {}
            for key, (function, arguments) in wanted.items():
                found = kept[key].result()
                if found is None:
                    compiling[key] = pool.submit(_Lowered(self, function, arguments).compiled, paths[key])
                else:
                    _remember(key, found)
            for key, program in compiling.items():
                _remember(key, program.result())

    def memory(self, function: Callable, *arguments: Any) -> int:
        """Bytes that the program takes beside its arguments; 0 where XLA does not tell."""
        program = self(function, *arguments)
        if program not in _needs:  # XLA takes its time to tell
            analysis = program.memory_analysis()
            _needs[program] = 0 if analysis is None else analysis.temp_size_in_bytes + analysis.output_size_in_bytes
        return _needs[program]

    def _key(self, function: Callable, arguments: tuple) -> Hashable:
        leaves, structure = jax.tree.flatten(arguments)
        kinds = tuple((x.shape, x.dtype, bool(getattr(x, "weak_type", False))) for x in leaves)
        return self, function, structure, kinds, jax.config.read("jax_enable_x64"), default_threads()

    def _path(self, function: Callable, arguments: tuple) -> Path | None:
        """Where the program is kept; None where it cannot be.

        What XLA has found in a cache of its own can be run, but what it then writes of it cannot be loaded again
        ("Function not found"; jaxlib 0.10.2).
        """
        if not _kept_in or available() is not None or jax.default_backend() != "cpu":
            return None
        if jax.config.values["jax_compilation_cache_dir"] is not None:
            return None
        try:
            made_of = described((function, arguments, self.options_of(function)))
        except Undescribed:
            return None
        settings = {name: value for name, value in jax.config.values.items() if "cache" not in name}
        around = (settings, jax.config.read("jax_enable_x64"), default_threads(), os.environ.get("XLA_FLAGS"))
        text = f"{made_of}\n{around}\n{source_mark()}\n{processor_key()}"
        return _kept_in[0] / f"{hashlib.sha256(text.encode()).hexdigest()}.program"


def _remember(key: Hashable, program: Compiled) -> None:
    while len(_programs) >= IN_MEMORY:
        _programs.pop(next(iter(_programs)))
    _programs[key] = program


class _Lowered:
    """A function traced for its arguments, with the calls of kernels in it."""

    def __init__(self, compiler: Compiler, function: Callable, arguments: tuple) -> None:
        with registered_calls() as self.calls:
            options = dict(compiler.options_of(function))
            self.lowered = jax.jit(_named(function), compiler_options=options).lower(*arguments)

    def compiled(self, path: Path | None) -> Compiled:
        """The program, which is then also kept at ``path``."""
        program = self.lowered.compile()
        if path is not None:
            write_whole(path, _packed(program, self.calls))
        return program


def _named(function: Callable) -> Callable:
    """The function under the name that profiles show of its program."""

    def program(*arguments: Any) -> Any:
        return function(*arguments)

    program.__name__ = getattr(function, "__name__", type(function).__name__)
    return program


@dataclass(frozen=True)
class _Kept:
    """A program as it lies on disk: XLA's part, the calls and the code of its kernels, and an output's structure."""

    program: bytes
    calls: tuple[KernelCall, ...]
    kernels: dict[str, bytes]
    output: Any


def _packed(program: Any, calls: dict[str, KernelCall]) -> bytes:
    payload, _, out_tree = serialize(program)
    output = jax.tree.unflatten(out_tree, range(out_tree.num_leaves))
    codes = {call.kernel: object_code(call.kernel) for call in calls.values()}
    body = pickle.dumps(_Kept(payload, tuple(calls.values()), codes, output))
    return hashlib.sha256(body).digest() + body


def _read(path: Path | None, arguments: tuple) -> Compiled | None:
    content = None if path is None else read_if_there(path)
    if content is None:
        return None
    mark, body = content[:32], content[32:]
    if hashlib.sha256(body).digest() != mark:
        warnings.warn(f"{path}: the compiled program kept there is damaged; it is compiled anew", stacklevel=5)
        return None
    kept: _Kept = pickle.loads(body)
    for key, code in kept.kernels.items():
        load(key, code)
    for call in kept.calls:
        register(call)
    _find_lapack()
    in_tree = jax.tree.structure((arguments, {}))
    return deserialize_and_load(kept.program, in_tree, jax.tree.structure(kept.output))


@cache
def _find_lapack() -> None:
    """Have JAX look LAPACK's functions up, as it does when a program that calls them is lowered, not when it is loaded:
    called unfound they end the process.
    """
    jax.jit(jnp.linalg.qr).lower(jax.ShapeDtypeStruct((1, 1), jnp.float32))
