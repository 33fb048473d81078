"""Where a result comes from: versions, machine, time, configuration and the hash of the input."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import yaml

LIBRARIES = ("jax", "jaxlib", "numpy", "optax", "xarray", "zarr")
"""Libraries whose versions can change a number."""

ATTRIBUTES = (
    "diffdalec_version",
    "created",
    "configuration",
    "configuration_sha256",
    "input_sha256",
    "versions",
    "machine",
)
"""Root attributes of a store that say where it comes from."""


def provenance(configuration: Mapping[str, Any], input_sha256: str) -> dict[str, str]:
    """Root attributes of a store; all are strings.

    ``configuration`` holds everything that was set, in plain types (numbers, strings, lists, mappings);
    ``input_sha256`` is the hash of the site file, or of what stands for it.
    """
    text = yaml.safe_dump(dict(configuration), sort_keys=False, allow_unicode=True)
    return {
        "diffdalec_version": _version("diffdalec"),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "configuration": text,
        "configuration_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "input_sha256": input_sha256,
        "versions": json.dumps(versions()),
        "machine": machine(),
    }


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that can change a number."""
    return {"python": platform.python_version()} | {name: _version(name) for name in LIBRARIES}


def machine() -> str:
    """The processor's name and how many of its cores this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return f"{_processor()}, {cores} core{'s' if cores > 1 else ''}, {platform.system()} {platform.machine()}"


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text(errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name" and value.strip():
                return value.strip()
    return platform.processor() or "unknown processor"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
