"""Files of text that are there whole or not at all, and numbers in JSON that every reader takes."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np


def write_text(path: str | os.PathLike[str], text: str) -> Path:
    """Write ``text`` as UTF-8 beside ``path`` and rename it; the folder is made. The path."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.writing-{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(target)
    return target


def write_json(path: str | os.PathLike[str], content: Mapping[str, Any]) -> Path:
    """Write ``content`` as strict JSON: NaN and infinity are null, NumPy's numbers and arrays plain ones. The path."""
    return write_text(path, json.dumps(_plain(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _plain(value: Any) -> Any:
    """The same structure in JSON's own types."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
