"""Bounded least-squares fit of a Chapman–Richards curve to stands of known age and biomass."""

from __future__ import annotations

import numpy as np
from scipy.optimize import OptimizeResult, least_squares

from ..errors import InputError
from .growth_curve import GrowthCurve, biomass_unit, chapman_richards

NAMES = ("bmax", "k", "p")
MINIMUM_POINTS = 4
"""Three parameters and one degree of freedom: fewer give no standard error."""

LARGEST_ASYMPTOTE = 10.0
"""Upper bound of bmax, in multiples of the largest biomass seen."""
RATE_BOUNDS = (5e-4, 0.5)
"""Bounds of k [yr-1]: 95 % of the asymptote after 6,000 and after 6 years (p = 1)."""
SHAPE_BOUNDS = (0.3, 6.0)
"""Bounds of p: below 1 growth never accelerates; above 6 a stand would stand still for decades."""

REACHED = 0.5
"""Share of bmax that the curve must reach at the oldest stand for the asymptote to count as seen."""

_STARTS = [(b, k, p) for b in (1.0, 3.0) for k in (0.01, 0.03, 0.08) for p in (1.2, 4.0)]


def fit_growth_curve(
    age, biomass, unit: str, *, root_shoot: float | None = None, sd=None, source: str = "growth table"
) -> GrowthCurve:
    """The Chapman–Richards curve of least squares through stands of ``age`` [yr] and ``biomass`` [``unit``].

    ``age`` and ``biomass`` are 1-D of equal length; ``sd`` (a number or one per stand, in ``unit``) weights
    the stands and sets the scale of the standard errors, which otherwise comes from the scatter around the
    curve (n − 3 degrees of freedom). The best of several starts is kept, inside the bounds of this module.
    ``notes`` of the curve say what the data do not identify. InputError (which names ``source``) for fewer
    than four stands, ages that are all the same, or values that are negative or not finite.
    """
    unit = biomass_unit(unit)
    age, biomass, weight = _checked(age, biomass, sd, source)
    lower = np.array([1e-3 * biomass.max(), RATE_BOUNDS[0], SHAPE_BOUNDS[0]])
    upper = np.array([LARGEST_ASYMPTOTE * biomass.max(), RATE_BOUNDS[1], SHAPE_BOUNDS[1]])
    best = _best_fit(age, biomass, weight, lower, upper)
    errors = _standard_errors(best, absolute=sd is not None)
    residuals = biomass - chapman_richards(age, *best.x)
    spread = float(np.sum((biomass - biomass.mean()) ** 2))
    return GrowthCurve(
        **dict(zip(NAMES, map(float, best.x), strict=True)),
        unit=unit,
        root_shoot=root_shoot,
        standard_errors=dict(zip(NAMES, errors, strict=True)),
        r2=1.0 - float(np.sum(residuals**2)) / spread if spread > 0 else float("nan"),
        n=age.size,
        notes=_notes(best.x, errors, lower, upper, age.max(), unit),
    )


def _checked(age, biomass, sd, source: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    age, biomass = (np.asarray(values, dtype=float).ravel() for values in (age, biomass))
    if age.size != biomass.size:
        raise InputError(
            f"{source}: {age.size} ages but {biomass.size} values of biomass, expected one per stand"
        )
    for name, values in (("age", age), ("biomass", biomass)):
        if not np.all(np.isfinite(values)):
            raise InputError(
                f"{source}: {name} has {np.sum(~np.isfinite(values))} missing values, expected none"
            )
        if np.any(values < 0):
            raise InputError(f"{source}: {name} {values.min():g} is negative, expected 0 or more")
    if age.size < MINIMUM_POINTS:
        raise InputError(
            f"{source}: {age.size} stands, expected at least {MINIMUM_POINTS} to fit three parameters"
        )
    if np.ptp(age) == 0:
        raise InputError(f"{source}: all {age.size} stands are {age[0]:g} years old, expected different ages")
    if biomass.max() == 0:
        raise InputError(f"{source}: biomass is 0 at every age, expected some stand with biomass")
    sigma = np.broadcast_to(1.0 if sd is None else np.asarray(sd, dtype=float), age.shape)
    if not np.all(np.isfinite(sigma) & (sigma > 0)):
        raise InputError(f"{source}: sd holds values that are missing or not above 0, expected one per stand")
    return age, biomass, 1.0 / sigma


def _best_fit(age, biomass, weight, lower, upper) -> OptimizeResult:
    def residuals(x):
        return weight * (chapman_richards(age, *x) - biomass)

    scale = np.array([biomass.max(), 0.03, 2.0])
    fits = [
        least_squares(
            residuals,
            np.clip((b * biomass.max(), k, p), lower * 1.001, upper * 0.999),
            bounds=(lower, upper),
            x_scale=scale,
        )
        for b, k, p in _STARTS
    ]
    return min(fits, key=lambda fit: fit.cost)


def _standard_errors(fit: OptimizeResult, *, absolute: bool) -> list[float]:
    """Square roots of the diagonal of s² (JᵀJ)⁻¹; infinite where the data do not determine a parameter."""
    _, singular, rows = np.linalg.svd(fit.jac, full_matrices=False)
    if singular[-1] <= np.finfo(float).eps * fit.jac.shape[0] * singular[0]:
        return [float("inf")] * 3
    variance = 1.0 if absolute else 2.0 * fit.cost / (fit.jac.shape[0] - len(NAMES))
    return [float(value) for value in np.sqrt(variance * np.sum((rows.T / singular) ** 2, axis=1))]


def _notes(values, errors, lower, upper, oldest: float, unit: str) -> tuple[str, ...]:
    notes = []
    for name, value, error, low, high in zip(NAMES, values, errors, lower, upper, strict=True):
        bound = next((edge for edge in (low, high) if abs(value - edge) <= 1e-3 * edge), None)
        if bound is not None:
            notes.append(f"{name} ended at its bound {bound:.4g}: the data do not identify it")
        elif not error <= value:
            notes.append(
                f"{name} is not identified: its standard error {error:.3g} exceeds its value {value:.3g}"
            )
    reached = chapman_richards(oldest, *values) / values[0]
    if reached < REACHED:
        notes.append(
            f"the asymptote is not identified: at the oldest age, {oldest:g} yr, the curve has reached only "
            f"{100 * reached:.0f} % of bmax = {values[0]:.4g} {unit}; do not use it beyond that age"
        )
    return tuple(notes)
