"""A measurement in a process of its own: on so many cores, with caches of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from ...errors import InputError

_CHILD = """
import importlib, json, os, sys
cores, module, function, arguments = json.loads(sys.argv[1])
if cores is not None:
    os.sched_setaffinity(0, cores)
sys.stdout, results = sys.stderr, sys.stdout
found = getattr(importlib.import_module(module), function)(**arguments)
results.write(json.dumps(found))
"""


def in_child(
    module: str,
    function: str,
    arguments: Mapping[str, Any],
    *,
    threads: int | None = None,
    environment: Mapping[str, str] | None = None,
) -> Any:
    """What ``function`` of ``module`` returns, called in a new process; arguments and result are JSON.

    With ``threads`` the process has so many cores and sees no others. InputError where there are not so many, or the
    system cannot limit them; CalledProcessError where the process failed.
    """
    text = json.dumps([None if threads is None else _cores(threads), module, function, dict(arguments)])
    command = [sys.executable, "-c", _CHILD, text]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env={**os.environ, **(environment or {})})
    return json.loads(done.stdout)


def _cores(number: int) -> list[int]:
    if not hasattr(os, "sched_getaffinity"):
        raise InputError("threads can be limited on Linux only: run the benchmark without --threads")
    every = sorted(os.sched_getaffinity(0))
    if not 1 <= number <= len(every):
        raise InputError(f"the benchmark is asked for {number} threads, but this process may use {len(every)} cores")
    return every[:number]
