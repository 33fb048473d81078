"""Where a response bends: a continuous line of two slopes, its breakpoint, and a test against one slope.

The response to a predictor is the trait less what predictors of other clusters do: y − base − Σ φk over those k, with
SHAP values φ from models that had not seen the cell. What correlated predictors do together stays whole, since how SHAP
splits it among them means nothing; and the trait keeps its own scatter, so that intervals and the test are not those of
a smooth model's own curve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .settings import AttributionSettings

TRIALS = 91
"""Places that are tried, evenly between the 5th and the 95th percentile of the predictor."""

LEAST_SIDE = 10
"""Least number of cells on either side of a breakpoint."""


@dataclass(frozen=True)
class Breakpoint:
    """The fit a + b·x + c·max(x − ψ, 0): ψ, the slopes b below and b + c above, with intervals over resampled tiles.

    ``p_value`` of the test against a straight line; ``r2_linear``, ``r2_quadratic`` and ``r2_segmented`` say how much
    of the response's variance a line, a parabola and the bent line fit: a smooth curve is not a straight line either.
    ``at_edge``: the best place is the first or the last that was tried, and so none within the predictor's range.
    """

    position: float
    low: float
    high: float
    slope_below: float
    slope_above: float
    change: float
    change_low: float
    change_high: float
    p_value: float
    r2_linear: float
    r2_quadratic: float
    r2_segmented: float
    at_edge: bool


def find_breakpoint(
    x: np.ndarray, response: np.ndarray, tile: np.ndarray, settings: AttributionSettings
) -> Breakpoint | None:
    """The breakpoint of ``response`` (n,) against ``x`` (n,); None where x does not spread enough to try any place.

    Intervals: percentiles over resampled tiles (with replacement, all cells of a tile together). Test: the place exists
    only where there is a bend, so the statistic is the greatest studentised score of the added slope over all places
    (Davies 1987), and its distribution under one slope is found by flipping the signs of the residuals of whole
    tiles (wild bootstrap, Rademacher weights); p = (1 + times exceeded)/(1 + resamples).
    """
    low, high = np.quantile(x, [0.05, 0.95])
    trial = np.linspace(low, high, TRIALS)
    below = np.searchsorted(np.sort(x), trial)
    trial = np.unique(trial[(below >= LEAST_SIDE) & (x.size - below >= LEAST_SIDE)])
    if trial.size < 3 or np.unique(x).size < 10:
        return None
    scale, centre = float(np.ptp(x)), float(x.mean())
    z, places = (x - centre) / scale, (trial - centre) / scale
    spread = float(response.std())
    if spread == 0:
        return None
    y = (response - response.mean()) / spread
    hinge = np.maximum(z[:, None] - places, 0.0)
    tile = np.unique(tile, return_inverse=True)[1].reshape(-1)
    gram, cross, square = _sums(z, hinge, y, tile)
    rng = np.random.default_rng((settings.seed, 78))
    number = int(tile.max()) + 1
    drawn = rng.multinomial(number, np.full(number, 1.0 / number), size=settings.bootstrap)
    weights = np.vstack([np.ones((1, number)), drawn])
    best, slopes, error = _fits(gram, cross, square, weights)
    position = trial[best]
    unit = spread / scale
    quantiles = settings.quantiles
    ends, changes = np.quantile(position[1:], quantiles), np.quantile(unit * slopes[1:, 2], quantiles)
    return Breakpoint(
        position=float(position[0]),
        low=float(ends[0]),
        high=float(ends[1]),
        slope_below=float(unit * slopes[0, 1]),
        slope_above=float(unit * (slopes[0, 1] + slopes[0, 2])),
        change=float(unit * slopes[0, 2]),
        change_low=float(changes[0]),
        change_high=float(changes[1]),
        p_value=_p_value(z, hinge, y, tile, settings),
        r2_linear=_r2(np.stack([np.ones_like(z), z], axis=1), y),
        r2_quadratic=_r2(np.stack([np.ones_like(z), z, z**2], axis=1), y),
        r2_segmented=float(1.0 - error[0] / np.sum(y**2)),
        at_edge=bool(best[0] in (0, trial.size - 1)),
    )


def _sums(z: np.ndarray, hinge: np.ndarray, y: np.ndarray, tile: np.ndarray) -> tuple[np.ndarray, ...]:
    """By tile t: the normal equations' matrix (t, place, 3, 3) and right side (t, place, 3), and Σy² (t,)."""
    number, places = int(tile.max()) + 1, hinge.shape[1]

    def by_tile(values: np.ndarray) -> np.ndarray:
        out = np.zeros((number, *values.shape[1:]))
        np.add.at(out, tile, values)
        return out

    gram, cross = np.zeros((number, places, 3, 3)), np.zeros((number, places, 3))
    one = np.ones_like(z)
    columns = [one[:, None], z[:, None], hinge]
    for i, a in enumerate(columns):
        cross[:, :, i] = by_tile(a * y[:, None])
        for j, b in enumerate(columns[: i + 1]):
            gram[:, :, i, j] = gram[:, :, j, i] = by_tile(a * b)
    return gram, cross, by_tile(y**2)


def _fits(
    gram: np.ndarray, cross: np.ndarray, square: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each weighting (b, t) of tiles: the best place's index (b,), its coefficients (b, 3), its error (b,)."""
    best, slopes = np.zeros(len(weights), dtype=int), np.zeros((len(weights), 3))
    error = np.zeros(len(weights))
    ridge = 1e-9 * np.eye(3)  # a resample may leave no cell on one side of a place
    for index, w in enumerate(weights):
        g, c = np.tensordot(w, gram, 1), np.tensordot(w, cross, 1)
        found = np.linalg.solve(g + ridge * w.sum(), c[..., None])[..., 0]
        errors = w @ square - np.sum(found * c, axis=-1)
        best[index] = errors.argmin()
        slopes[index], error[index] = found[best[index]], errors[best[index]]
    return best, slopes, error


def _p_value(
    z: np.ndarray, hinge: np.ndarray, y: np.ndarray, tile: np.ndarray, settings: AttributionSettings
) -> float:
    """The test against one slope, see :func:`find_breakpoint`."""
    line = np.stack([np.ones_like(z), z], axis=1)
    both = np.linalg.lstsq(line, np.column_stack([hinge, y]), rcond=None)[0]
    away, residual = hinge - line @ both[:, :-1], y - line @ both[:, -1]
    score = np.zeros((int(tile.max()) + 1, hinge.shape[1]))
    np.add.at(score, tile, away * residual[:, None])
    size = np.sqrt(np.sum(score**2, axis=0))
    usable = size > 1e-12 * max(float(size.max()), 1e-300)
    if not usable.any():
        return 1.0  # the line fits to the last digit
    score, size = score[:, usable], size[usable]
    signs = np.random.default_rng((settings.seed, 79)).choice((-1.0, 1.0), (settings.bootstrap, len(score)))
    found = float(np.max(np.abs(score.sum(axis=0)) / size))
    under = np.max(np.abs(signs @ score) / size, axis=1)
    return float((1 + np.sum(under >= found * (1 - 1e-12))) / (1 + settings.bootstrap))


def _r2(design: np.ndarray, y: np.ndarray) -> float:
    found = np.linalg.lstsq(design, y, rcond=None)[0]
    return float(1.0 - np.sum((y - design @ found) ** 2) / np.sum(y**2))


def holm(p_values: np.ndarray) -> np.ndarray:
    """Holm's (1979) adjusted p values of several tests, in their order; NaN stays and does not count."""
    out = np.full(p_values.shape, np.nan)
    known = np.flatnonzero(np.isfinite(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    factors = np.arange(order.size, 0, -1)
    out[order] = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1.0)
    return out
