"""Libraries of the extra ``products``, imported where a file needs them."""

from __future__ import annotations

import importlib
from types import ModuleType

from diffdalec.errors import InputError


def library(name: str, wanted_for: str) -> ModuleType:
    """The module ``name``. Raises InputError that names the extra where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = name.partition(".")[0]
        raise InputError(
            f'{wanted_for} needs the library {package}, which is not installed: pip install "diffdalec[products]".'
        ) from error
