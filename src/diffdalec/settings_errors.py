"""A settings file that cannot be used -> one sentence that names the key, what was found and the nearest known key."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from pydantic import BaseModel, ValidationError


def sentence(error: ValidationError, models: Iterable[type[BaseModel]]) -> str:
    """The first problem of a validation in one clause; ``models`` are the classes whose keys a file may hold."""
    problems = error.errors()
    first = next((p for p in problems if p["type"] == "extra_forbidden"), problems[0])  # a typo leaves a gap, too
    where = ".".join(str(part) for part in first["loc"] if part != "[key]")
    if first["type"] == "extra_forbidden":
        known = sorted({name for model in models for name in model.model_fields})
        return f"unknown key {where!r}{nearest(str(first['loc'][-1]), known)}"
    message = first["msg"].removeprefix("Value error, ")
    found = "" if first["type"] == "missing" or isinstance(first["input"], dict) else f", found {first['input']!r}"
    return f"{where}: {message[0].lower() + message[1:]}{found}" if where else message


def nearest(word: str, known: Iterable[str]) -> str:
    """`` (did you mean …?)`` with the nearest known word, or nothing where none is near."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" (did you mean {close[0]!r}?)" if close else ""
