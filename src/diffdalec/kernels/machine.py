"""The host's LLVM target, compilation, and the cache of compiled code on disk."""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .block import Target

try:
    import llvmlite
    import llvmlite.binding as llvm
except ImportError as error:  # the reason is told by available()
    llvm, _reason = None, str(error)
else:
    _reason = ""


def available() -> str | None:
    """None where kernels can be compiled, else a sentence saying why not."""
    if llvm is None:
        return f"the fused kernels need llvmlite, which cannot be imported: {_reason}"
    if platform.machine().lower() not in ("x86_64", "amd64", "arm64", "aarch64"):
        return f"the fused kernels are made for x86-64 and ARM64, not for {platform.machine()}"
    return None


def default_threads() -> int:
    """The cores that this process may use; fewer where ``OMP_NUM_THREADS`` says so, as other libraries have it."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    limit = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    return max(1, min(cores, int(limit))) if limit.isdigit() else cores


@cache
def _host() -> tuple[str, str, dict[str, bool]]:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features()
    return llvm.get_host_cpu_name(), features.flatten(), dict(features)


def host_target(bits: int, members: int) -> Target:
    """The target for floats of ``bits``, with vectors no wider than ``members`` lanes of a cell have use for."""
    _, _, features = _host()
    x86 = platform.machine().lower() in ("x86_64", "amd64")
    avx512 = x86 and all(features.get(f, False) for f in ("avx512f", "avx512vl", "avx512dq"))
    native = (512 if avx512 else 256 if x86 and features.get("avx2", False) else 128) // bits
    least = 256 // bits if avx512 else native
    width = native
    while width // 2 >= max(least, members):
        width //= 2
    return Target(bits, width, avx512, x86)


def cache_folder(of: str = "kernels") -> Path:
    """Where compiled code is kept: ``diffdalec/kernels``, or of another kind, in the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or (os.environ.get("LOCALAPPDATA") if os.name == "nt" else None)
    return (Path(base) if base else Path.home() / ".cache") / "diffdalec" / of


def processor_key() -> str:
    """A short name of the processor and what it can do, the same on like machines; of the system's where LLVM is not
    there to ask."""
    parts = _host()[:2] if llvm is not None else (platform.machine(), platform.node())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class _Loaded:
    """A kernel's function, its code, and LLVM's engine, which must live as long."""

    function: Any
    code: bytes
    engine: Any


_SIGNATURE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)
_loaded: dict[str, _Loaded] = {}
_lock = threading.Lock()


def key_of(ir: str) -> str:
    """The key of a kernel: its program, the processor and the compiler."""
    cpu, features, _ = _host()
    parts = (ir, cpu, features, llvmlite.__version__, str(llvm.llvm_version_info), llvm.get_process_triple())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def compiled(ir: str) -> str:
    """The key of a kernel that is now compiled, or found in memory or on disk."""
    key = key_of(ir)
    with _lock:
        if key not in _loaded:
            path = cache_folder() / f"{key}.o"
            code = read_if_there(path)
            if code is None:
                code = _compile(ir)
                write_whole(path, code)
            _loaded[key] = _load(code)
    return key


def function_of(key: str) -> Callable[[int, int, int], None]:
    """The function ``run(words, first block, after the last)`` of a kernel that is compiled or loaded."""
    return _loaded[key].function


def object_code(key: str) -> bytes:
    """What :func:`load` takes of a kernel that is compiled or loaded."""
    return _loaded[key].code


def load(key: str, code: bytes) -> None:
    """Have a kernel that was compiled for this processor by another process."""
    with _lock:
        if key not in _loaded:
            _loaded[key] = _load(code)


def _machine():
    cpu, features, _ = _host()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    return target.create_target_machine(
        cpu=cpu, features=features, opt=3, reloc="pic", codemodel="jitdefault", jit=True
    )


def _compile(ir: str) -> bytes:
    machine = _machine()
    module = llvm.parse_assembly(ir)
    module.triple = llvm.get_process_triple()
    module.data_layout = str(machine.target_data)
    module.verify()
    tuning = llvm.create_pipeline_tuning_options(speed_level=2)
    tuning.loop_vectorization = tuning.slp_vectorization = tuning.loop_unrolling = False
    builder = llvm.create_pass_builder(machine, tuning)
    builder.getModulePassManager().run(module, builder)
    return machine.emit_object(module)


def _load(code: bytes) -> _Loaded:
    machine = _machine()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return _Loaded(_SIGNATURE(engine.get_function_address("run")), code, engine)


def read_if_there(path: Path) -> bytes | None:
    """A file's content; None where there is none, or no longer: another process may have pruned it."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def write_whole(path: Path, code: bytes) -> None:
    """Write whole or not at all: several processes may compile the same. Without a folder nothing is kept."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(code)
        os.replace(name, path)
    except OSError:
        return
