"""The optional packages of the ``cluster`` extra."""

from __future__ import annotations

from importlib.util import find_spec

from ...errors import InputError


def require(package: str) -> None:
    """Raise :class:`InputError`, naming the extra, where ``package`` is not installed."""
    if find_spec(package) is None:
        raise InputError(
            f'this scheduler needs {package}, which is not installed: pip install "diffdalec[cluster]", '
            "or use --scheduler serial."
        )
