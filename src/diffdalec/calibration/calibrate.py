"""A whole calibration of many lanes: screened starts, descents one after the other, best point, status; resumable."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .checkpoint import CheckpointFile
from .descent import Descent, DescentSettings, Iteration, Start
from .programs import Compile, just_in_time
from .space import Physical, SearchSpace
from .starts import CANDIDATES_AT_ONCE, CostFunction, cheapest, screened_starts

CHECKPOINTS_OF_HISTORY = 200
REPORT_SECONDS = 0.5
SAVE_SECONDS = 15.0
FORWARD_RUN = 0.25
"""What a forward run costs beside a gradient: measured with the kernels, 107 years, 16 and 128 lanes."""

Progress = Callable[[int, int, np.ndarray], None]
"""Called with (iteration, iterations, best cost of each lane (*lanes)), counted over all stages; the cost is that of
the stage in work."""


@dataclass(frozen=True)
class Stage:
    """A descent of a calibration: from the ``starts`` cheapest points so far of each lane, on the cost with ``data``.

    All stages but the last are rehearsals on something cheaper than what is calibrated, e.g. on a shorter run: they
    look for the right valley where that costs little. ``share`` is what a gradient costs beside one of the last stage.
    """

    data: Any
    starts: int
    settings: DescentSettings
    share: float = 1.0


@dataclass(frozen=True)
class Calibration:
    """The outcome. ``values`` by name, ``cost`` and ``failed_starts`` have the shape of the lanes; ``history``
    (points, *lanes) is the best cost so far in the last stage at ``iterations`` (points,), counted over all stages.
    ``failed_starts`` counts the starts of a lane's last stage whose cost or gradient became non-finite; where all of
    them failed at once the cost is infinite. ``gradient_equivalents`` is what a lane has cost in gradients of the last
    stage, screening and rehearsals included."""

    values: dict[str, np.ndarray]
    cost: np.ndarray
    failed_starts: np.ndarray
    iterations: np.ndarray
    history: np.ndarray
    gradient_equivalents: float


@dataclass(frozen=True)
class _Point:
    """Where a calibration is: which stage, the state of its descent, the history of the last stage so far."""

    stage: int
    state: Descent
    history: list[tuple[int, np.ndarray]]


def calibrate_lanes(
    cost: CostFunction,
    stages: Sequence[Stage],
    space: SearchSpace,
    keys: jax.Array,
    shape: tuple[int, ...],
    *,
    candidates: int = 1,
    dtype=jnp.float32,
    compile: Compile = just_in_time,
    progress: Progress | None = None,
    checkpoint: CheckpointFile | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Calibration:
    """Calibrate lanes of ``shape``, each with its own key of ``keys`` (prod(shape), 2).

    Each lane draws ``candidates`` points and descends from the cheapest of them side by side, stage after stage; it is
    the best of its starts of the last stage: a cost surface with several basins is searched in all of them, and one
    lane never sees another's.
    Failure is a value (``failed_starts``), not an exception, and no lane is drawn again. With a ``checkpoint`` the
    state is written every quarter of a minute and on interrupt, and a run that finds one goes on from it.
    ``compile`` makes programs of all functions. ``should_stop`` is asked at every iteration and
    ends the calibration as an interrupt would (KeyboardInterrupt).
    """
    lengths = [stage.settings.iterations for stage in stages]
    begins = np.cumsum([0, *lengths])
    last = len(stages) - 1
    points = set(np.unique(np.linspace(1, lengths[last], CHECKPOINTS_OF_HISTORY).astype(int)))
    saved = checkpoint.read() if checkpoint else None

    def started(z: np.ndarray, stage: Stage) -> Descent:
        return compile(Start(stage.settings), z)(z)

    if saved is None:
        first = stages[0]
        z = screened_starts(
            cost, first.data, space, keys, shape,
            candidates=candidates, starts=first.starts, dtype=dtype, compile=compile,
        )  # fmt: skip
        point = _Point(0, started(z, first), [])
    else:
        stage = stages[int(saved["stage"])]
        like = started(np.zeros((len(space.dimensions), stage.starts, *shape), dtype), stage)
        point = _restored(saved, like)
    reported = written = time.monotonic()
    try:
        while True:
            number, state = point.stage, point.state
            iterate = compile(Iteration(cost, stages[number].settings), state, stages[number].data)
            for iteration in range(int(state.iteration) + 1, lengths[number] + 1):
                if should_stop():
                    raise KeyboardInterrupt
                state = iterate(state, stages[number].data)
                if number == last and iteration in points:
                    point.history.append((int(begins[number]) + iteration, _best(state)))
                point = _Point(number, state, point.history)
                now, finished = time.monotonic(), number == last and iteration == lengths[last]
                if progress and (now - reported > REPORT_SECONDS or finished):
                    progress(int(begins[number]) + iteration, int(begins[-1]), _best(state))
                    reported = now
                if checkpoint and now - written > SAVE_SECONDS:
                    checkpoint.write(_snapshot(point))
                    written = time.monotonic()
            if number == last:
                break
            following = stages[number + 1]
            z = cheapest(np.asarray(state.best_z), np.asarray(state.best_cost), following.starts)
            point = _Point(number + 1, started(z, following), [])
    except KeyboardInterrupt:
        if checkpoint:
            checkpoint.write(_snapshot(point))
        raise
    if checkpoint:
        checkpoint.write(_snapshot(point))
    state = point.state
    best_z = cheapest(np.asarray(state.best_z), np.asarray(state.best_cost), 1).squeeze(axis=1)
    return Calibration(
        values={name: np.asarray(value) for name, value in compile(Physical(space), best_z)(best_z).items()},
        cost=_best(state),
        failed_starts=np.sum(np.asarray(state.failed_at) >= 0, axis=0),
        iterations=np.array([iteration for iteration, _ in point.history]),
        history=np.stack([best for _, best in point.history]),
        gradient_equivalents=gradient_equivalents(stages, candidates),
    )


def programs_needed(
    cost: CostFunction, stages: Sequence[Stage], space: SearchSpace, shape: tuple[int, ...], candidates: int, dtype
) -> list[tuple[Callable, tuple]]:
    """The programs that :func:`calibrate_lanes` will spend its time in, for ``Compile.ahead``."""

    def points(number: int) -> jax.ShapeDtypeStruct:
        return jax.ShapeDtypeStruct((len(space.dimensions), number, *shape), dtype)

    found: list[tuple[Callable, tuple]] = []
    if candidates > stages[0].starts:
        found.append((cost, (points(min(candidates, CANDIDATES_AT_ONCE)), stages[0].data)))
    for stage in stages:
        state = jax.eval_shape(Start(stage.settings), points(stage.starts))
        found.append((Iteration(cost, stage.settings), (state, stage.data)))
    return found


def gradient_equivalents(stages: Sequence[Stage], candidates: int) -> float:
    """What a lane costs in gradients of the last stage; where ``candidates`` are screened each is a forward run."""
    screened = candidates if candidates > stages[0].starts else 0
    screening = FORWARD_RUN * screened * stages[0].share
    return screening + sum(stage.share * stage.starts * stage.settings.iterations for stage in stages)


def _best(state: Descent) -> np.ndarray:
    """The best cost so far of each lane, over its starts."""
    return np.min(np.asarray(state.best_cost), axis=0)


def _snapshot(point: _Point) -> dict[str, np.ndarray]:
    leaves = {f"leaf_{i}": np.asarray(leaf) for i, leaf in enumerate(jax.tree.leaves(point.state))}
    iterations = np.array([iteration for iteration, _ in point.history], dtype=int)
    empty = np.zeros((0, *point.state.best_cost.shape[1:]))
    best = np.stack([b for _, b in point.history]) if point.history else empty
    return {**leaves, "stage": np.array(point.stage), "history_iterations": iterations, "history_best": best}


def _restored(arrays: dict[str, np.ndarray], like: Descent) -> _Point:
    leaves, structure = jax.tree.flatten(like)
    restored = [arrays[f"leaf_{i}"].astype(leaf.dtype) for i, leaf in enumerate(leaves)]
    history = [(int(i), best) for i, best in zip(arrays["history_iterations"], arrays["history_best"], strict=True)]
    return _Point(int(arrays["stage"]), jax.device_put(jax.tree.unflatten(structure, restored)), history)
