"""A stream compared as the run goes, so that no daily output is stored: all that is kept is a sum of squared errors.

The same comparison as an operator and a target make of a recorded series, day by day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np

from .operators import Daily, WindowMean
from .target import Target


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class DayOfStream:
    """What a day is compared with; each (days of the data, …), and elementwise.

    Where ``compared`` is 1, the mean so far is compared with ``values``. ``share`` is what the day contributes to
    the mean of its window, and ``carried`` is 0 on the last day of a window, else 1; both are None where each
    day is a window of its own.
    """

    values: jax.Array
    compared: jax.Array
    share: jax.Array | None = None
    carried: jax.Array | None = None

    def squared_error(self, mean_before: jax.Array | None, today: jax.Array) -> tuple[jax.Array | None, jax.Array]:
        """The mean of the window after the day, and the day's squared error.

        From the model's output of the day and the mean before it (None where each day is a window of its own).
        """
        if self.share is None or self.carried is None or mean_before is None:
            return None, self.compared * (today - self.values) ** 2
        mean = mean_before + self.share * today
        return self.carried * mean, self.compared * (mean - self.values) ** 2


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Comparison:
    """A stream compared on days ``start`` … ``stop`` − 1 of the run, and the ``scale`` its errors are judged by."""

    day: DayOfStream
    scale: jax.Array
    output: str = field(metadata={"static": True})
    start: int = field(metadata={"static": True})
    stop: int = field(metadata={"static": True})

    @property
    def windowed(self) -> bool:
        """Whether means of windows are compared, which the run must carry along."""
        return self.day.share is not None


def compared_in_run(operator: Daily | WindowMean, target: Target, data_days: np.ndarray, length: int) -> Comparison:
    """An operator and its target (n, 1) as a comparison in the run.

    ``data_days`` (stop − start,) are the days of the data, of which there are ``length``, that the operator's days of
    the run take: each at most once.
    """
    values, valid = (np.asarray(x).reshape(-1) for x in (target.values, target.valid))

    def on_data_days(of_run: np.ndarray, elsewhere: float) -> Any:
        found = np.full(length, elsewhere)
        found[data_days] = of_run
        return jax.device_put(found.astype(target.values.dtype))

    if isinstance(operator, Daily):
        day = DayOfStream(on_data_days(values, 0.0), on_data_days(valid, 0.0))
    else:
        index, weights = np.asarray(operator.index), np.asarray(operator.weights).squeeze(axis=-1)
        run_days = operator.stop - operator.start
        share, carried, compared, mean = np.zeros(run_days), np.ones(run_days), np.zeros(run_days), np.zeros(run_days)
        inside = index < run_days
        share[index[inside]] = (weights / np.maximum(weights.sum(axis=1, keepdims=True), 1.0))[inside]
        last = np.max(np.where(inside, index, -1), axis=1)
        carried[last], compared[last], mean[last] = 0.0, valid, values
        # Earlier passes of a cycled run begin with a mean of 0, as the last one does.
        carried[-1] = 0.0
        day = DayOfStream(
            on_data_days(mean, 0.0), on_data_days(compared, 0.0), on_data_days(share, 0.0), on_data_days(carried, 1.0)
        )
    scale = jax.device_put(np.asarray(target.scale).reshape(()))
    return Comparison(day, scale, operator.output, operator.start, operator.stop)
