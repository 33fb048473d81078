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
    """The outcome. ``values`` by name, ``cost`` and ``failed_starts`` have the shape of the lanes; ``history``
    (points, *lanes) is the best cost so far at ``iterations`` (points,). ``failed_starts`` counts the starts of a
    lane whose cost or gradient became non-finite; where all of them failed at once the cost is infinite."""

    values: dict[str, np.ndarray]
    cost: np.ndarray
    failed_starts: np.ndarray
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
    starts: int = 1,
    dtype=jnp.float32,
    progress: Progress | None = None,
    checkpoint: CheckpointFile | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Calibration:
    """Calibrate lanes of ``shape``, each with its own key of ``keys`` (prod(shape),).

    Each lane draws ``candidates`` points, descends from the ``starts`` cheapest of them side by side, and is the
    best of these: a cost surface with several basins is searched in all of them, and one lane never sees another's.
    Failure is a value (``failed_starts``), not an exception, and no lane is drawn again. With a ``checkpoint`` the
    state is written every quarter of a minute and on interrupt, and a run that finds one goes on from it.
    ``should_stop`` is asked at every iteration and ends the calibration as an interrupt would (KeyboardInterrupt):
    for runs in threads.
    """
    saved = checkpoint.read() if checkpoint else None
    history: list[tuple[int, np.ndarray]] = []
    if saved is None:
        z = screened_starts(cost, data, space, keys, shape, candidates=candidates, starts=starts, dtype=dtype)
        state = start_descent(z, settings)
    else:
        like = start_descent(jnp.zeros((len(space.dimensions), starts, *shape), dtype), settings)
        state, history = _restore(saved, like)
    iterate = descend(cost, settings)
    points = set(np.unique(np.linspace(1, settings.iterations, CHECKPOINTS_OF_HISTORY).astype(int)))

    reported = written = time.monotonic()
    try:
        for iteration in range(int(state.iteration) + 1, settings.iterations + 1):
            if should_stop():
                raise KeyboardInterrupt
            state = iterate(state, data)
            if iteration in points:
                history.append((iteration, _best(state)))
            now = time.monotonic()
            if progress and (now - reported > REPORT_SECONDS or iteration == settings.iterations):
                progress(iteration, settings.iterations, _best(state))
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
    chosen = jnp.argmin(state.best_cost, axis=0)
    best_z = jnp.take_along_axis(state.best_z, chosen[None, None], axis=1)[:, 0]
    return Calibration(
        values={name: np.asarray(value) for name, value in space.physical(best_z).items()},
        cost=_best(state),
        failed_starts=np.sum(np.asarray(state.failed_at) >= 0, axis=0),
        iterations=np.array([iteration for iteration, _ in history]),
        history=np.stack([best for _, best in history]),
    )


def _best(state: Descent) -> np.ndarray:
    """The best cost so far of each lane, over its starts."""
    return np.min(np.asarray(state.best_cost), axis=0)


def _snapshot(state: Descent, history: list[tuple[int, np.ndarray]]) -> dict[str, np.ndarray]:
    leaves = {f"leaf_{i}": np.asarray(leaf) for i, leaf in enumerate(jax.tree.leaves(state))}
    points = np.array([iteration for iteration, _ in history], dtype=int)
    best = np.stack([b for _, b in history]) if history else np.zeros((0, *state.best_cost.shape[1:]))
    return {**leaves, "history_iterations": points, "history_best": best}


def _restore(arrays: dict[str, np.ndarray], like: Descent) -> tuple[Descent, list[tuple[int, np.ndarray]]]:
    leaves, structure = jax.tree.flatten(like)
    restored = [jnp.asarray(arrays[f"leaf_{i}"], leaf.dtype) for i, leaf in enumerate(leaves)]
    history = [(int(i), best) for i, best in zip(arrays["history_iterations"], arrays["history_best"], strict=True)]
    return jax.tree.unflatten(structure, restored), history
