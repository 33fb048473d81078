"""Traced steps are remembered: most programs of a calibration hold the same one, and its adjoint is slow to derive."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jax
import numpy as np

from .graph import Node
from .trace import DayProgram

REMEMBERED = 32

_programs: dict[tuple, DayProgram] = {}


def day_program(day: Callable, n_state: int, n_drivers: int, n_constants: int, dtype: np.dtype) -> DayProgram:
    """A step on scalars of ``dtype`` as a program: one that reads the same as another is the same object."""
    one = jax.ShapeDtypeStruct((), dtype)
    closed = jax.make_jaxpr(day)([one] * n_state, [one] * n_drivers, [one] * n_constants)
    text = str(closed.jaxpr)
    if closed.consts or "0x" in text:  # what it closes over, or an object, does not show in the text
        return DayProgram(closed, n_state, n_drivers, n_constants)
    key = (text, n_state, n_drivers, n_constants)
    if key not in _programs:
        while len(_programs) >= REMEMBERED:
            _programs.pop(next(iter(_programs)))
        _programs[key] = DayProgram(closed, n_state, n_drivers, n_constants)
    return _programs[key]


@lru_cache(maxsize=REMEMBERED)
def forward_nodes(program: DayProgram, dtype: Any, lane_drivers: tuple[bool, ...]) -> list[Node]:
    """:meth:`DayProgram.forward`, remembered."""
    return program.forward(dtype, lane_drivers)


@lru_cache(maxsize=2 * REMEMBERED)
def adjoint_nodes(
    program: DayProgram, dtype: Any, lane_drivers: tuple[bool, ...], recorded: tuple[int, ...]
) -> tuple[list[Node], list[Node], list[Node]]:
    """:meth:`DayProgram.adjoint`, remembered."""
    return program.adjoint(dtype, lane_drivers, recorded)
