"""How the functions of a calibration become programs: what compiles them is handed in, and just-in-time by default."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

import jax


class Compile(Protocol):
    """Makes programs of functions for certain arguments, pytrees of arrays.

    The functions are frozen dataclasses whose fields are settings, so that equal ones share a program. All that changes
    from stand to stand is in their arguments. One whose ``runs_often`` is true is worth more of a compiler's time.
    """

    def __call__(self, function: Callable, *arguments: Any) -> Callable:
        """The program of ``function`` for arguments like these."""

    def ahead(self, *requests: tuple[Callable, tuple]) -> None:
        """Make the programs of (function, arguments) now; shapes will do as arguments."""


class _JustInTime:
    """JAX's own compilation at the first call."""

    def __call__(self, function: Callable, *arguments: Any) -> Callable:
        return _jitted(function)

    def ahead(self, *requests: tuple[Callable, tuple]) -> None:
        """Nothing: what is called is compiled then."""


just_in_time: Compile = _JustInTime()


@lru_cache(maxsize=64)
def _jitted(function: Callable) -> Callable:
    return jax.jit(function)
