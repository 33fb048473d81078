"""A whole calibration of many lanes: screened starts, descent, best point, status; resumable."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .adam import AdamSettings, Descent, descend, start_descent
from .checkpoint import CheckpointFile
from .space import SearchSpace
from .starts import CostFunction, screened_starts

CHECKPOINTS_OF_HISTORY = 200
REPORT_SECONDS = 0.5
SAVE_SECONDS = 15.0

Progress = Callable[[int, int, np.ndarray], None]
"""Called with (iteration, iterations, best cost of each lane (*lanes))."""


@dataclass(frozen=True)
class Calibration:
    """The outcome. ``values`` by name and ``cost``, ``failed_at`` have the shape of the lanes; ``history`` (points, *lanes)
    is the best cost so far at ``iterations`` (points,). ``failed_at`` is −1 for a lane that stayed finite."""

    values: dict[str, np.ndarray]
    cost: np.ndarray
    failed_at: np.ndarray
    iterations: np.ndarray
    history: np.ndarray


def calibrate_lanes(
    cost: CostFunction,
    data: Any,
    space: SearchSpace,
    keys: jax.Array,
    shape: tuple[int, ...],
    settings: AdamSettings,
    *,
    candidates: int = 1,
    dtype=jnp.float32,
    progress: Progress | None = None,
    checkpoint: CheckpointFile | None = None,
) -> Calibration:
    """Calibrate lanes of ``shape``, each with its own key of ``keys`` (prod(shape),).

    Failure is a value (``failed_at``), not an exception, and no lane is drawn again. With a ``checkpoint`` the state is
    written every quarter of a minute and on interrupt, and a run that finds one goes on from it.
    """
    saved = checkpoint.read() if checkpoint else None
    if saved is None:
        z = screened_starts(cost, data, space, keys, shape, candidates, dtype)
        state, history = start_descent(z, settings), []
    else:
        state, history = _restore(saved, start_descent(jnp.zeros((len(space.dimensions), *shape), dtype), settings))
    iterate = descend(cost, settings)
    points = set(np.unique(np.linspace(1, settings.iterations, CHECKPOINTS_OF_HISTORY).astype(int)))

    reported = written = time.monotonic()
    try:
        for iteration in range(int(state.iteration) + 1, settings.iterations + 1):
            state = iterate(state, data)
            if iteration in points:
                history.append((iteration, np.asarray(state.best_cost)))
            now = time.monotonic()
            if progress and (now - reported > REPORT_SECONDS or iteration == settings.iterations):
                progress(iteration, settings.iterations, np.asarray(state.best_cost))
                reported = now
            if checkpoint and now - written > SAVE_SECONDS:
                checkpoint.write(_snapshot(state, history))
                written = time.monotonic()
    except KeyboardInterrupt:
        if checkpoint:
            checkpoint.write(_snapshot(state, history))
        raise
    if checkpoint:
        checkpoint.write(_snapshot(state, history))
    return Calibration(
        values={name: np.asarray(value) for name, value in space.physical(state.best_z).items()},
        cost=np.asarray(state.best_cost),
        failed_at=np.asarray(state.failed_at),
        iterations=np.array([iteration for iteration, _ in history]),
        history=np.stack([best for _, best in history]),
    )


def _snapshot(state: Descent, history: list[tuple[int, np.ndarray]]) -> dict[str, np.ndarray]:
    leaves = {f"leaf_{i}": np.asarray(leaf) for i, leaf in enumerate(jax.tree.leaves(state))}
    points = np.array([iteration for iteration, _ in history], dtype=int)
    best = np.stack([b for _, b in history]) if history else np.zeros((0, *state.best_cost.shape))
    return {**leaves, "history_iterations": points, "history_best": best}


def _restore(arrays: dict[str, np.ndarray], like: Descent) -> tuple[Descent, list[tuple[int, np.ndarray]]]:
    leaves, structure = jax.tree.flatten(like)
    restored = [jnp.asarray(arrays[f"leaf_{i}"], leaf.dtype) for i, leaf in enumerate(leaves)]
    history = [(int(i), best) for i, best in zip(arrays["history_iterations"], arrays["history_best"], strict=True)]
    return jax.tree.unflatten(structure, restored), history
