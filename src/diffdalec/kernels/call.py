"""Calls of compiled kernels from XLA, by its foreign function interface.

XLA hands a call frame (xla/ffi/api/c_api.h, version 0.x) whose buffers are read here by offset, in words of 8 bytes;
nothing is copied, and the interpreter's lock is free while the kernel runs.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import jax

from .kernel_call import KernelCall

_EXTENSION, _API, _STAGE = 1, 2, 4
_ARGUMENT_COUNT, _ARGUMENTS, _RESULT_COUNT, _RESULTS = 7, 9, 12, 14
_FRAME_WORDS = 21
_EXECUTE = 3
_BUFFER_DATA = 3
_METADATA = 1  # type of the extension that asks for the version
_API_VERSION = (0, 3)
_ERROR_CREATE = 6  # word of XLA_FFI_Api
_INTERNAL = 13

_HANDLER = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)
_registered: dict[str, Any] = {}
_lock = threading.Lock()
_watching = threading.local()  # a thread sees what it registers itself


def register(call: KernelCall) -> None:
    """Let XLA make a call by its name; once per name, however often it is asked for."""
    name = call.name
    for calls in getattr(_watching, "all", ()):
        calls[name] = call
    with _lock:
        if name not in _registered:
            _registered[name] = _handler(call.function())
            jax.ffi.register_ffi_target(name, jax.ffi.pycapsule(_registered[name]), platform="cpu")


def _handler(run: Callable[[list[int], list[int]], None]) -> Any:
    """What XLA calls, for a call of (addresses of the arguments, addresses of the results)."""

    def handler(address: int) -> int | None:
        frame = (ctypes.c_int64 * _FRAME_WORDS).from_address(address)
        try:
            if frame[_EXTENSION] and _answer_metadata(frame[_EXTENSION]):
                return None
            if frame[_STAGE] & 0xFFFFFFFF != _EXECUTE:
                return None
            run(
                _addresses(frame[_ARGUMENT_COUNT], frame[_ARGUMENTS]),
                _addresses(frame[_RESULT_COUNT], frame[_RESULTS]),
            )
        except BaseException as error:
            return _error(frame[_API], f"{type(error).__name__}: {error}")
        return None

    return _HANDLER(handler)


@contextmanager
def registered_calls() -> Iterator[dict[str, KernelCall]]:
    """Collects by name what this thread registers inside, new or known."""
    calls: dict[str, KernelCall] = {}
    before = getattr(_watching, "all", ())
    _watching.all = (*before, calls)
    try:
        yield calls
    finally:
        _watching.all = before


def _answer_metadata(extension: int) -> bool:
    words = (ctypes.c_int64 * 4).from_address(extension)
    if words[1] & 0xFFFFFFFF != _METADATA:
        return False
    # Metadata: its size, then the version: size, extension, major and minor as 32 bits, then traits.
    metadata = words[3]
    version = (ctypes.c_int32 * 2).from_address(metadata + 24)
    version[0], version[1] = _API_VERSION
    return True


def _addresses(count: int, array: int) -> list[int]:
    buffers = (ctypes.c_int64 * count).from_address(array) if count else ()
    return [(ctypes.c_int64 * 4).from_address(b)[_BUFFER_DATA] for b in buffers]


def _error(api: int, message: str) -> int:
    text = ctypes.create_string_buffer(message.encode())
    fields = (ctypes.c_int64 * 4)(32, 0, ctypes.addressof(text), _INTERNAL)
    create = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)((ctypes.c_int64 * 16).from_address(api)[_ERROR_CREATE])
    return create(ctypes.addressof(fields))
