"""Radiation at the top of the atmosphere: what a day could receive at most, and the latitude that says so."""

from __future__ import annotations

import numpy as np

SOLAR_CONSTANT = 1361.0
"""[W m-2] (Kopp and Lean 2011)."""


def _sun(day_of_year) -> tuple[np.ndarray, np.ndarray]:
    """Declination [rad] and inverse squared relative distance of the sun (Spencer 1971, Fourier series)."""
    angle = 2.0 * np.pi * (np.asarray(day_of_year, dtype=np.float64) - 1.0) / 365.25
    declination = (
        0.006918
        - 0.399912 * np.cos(angle)
        + 0.070257 * np.sin(angle)
        - 0.006758 * np.cos(2 * angle)
        + 0.000907 * np.sin(2 * angle)
        - 0.002697 * np.cos(3 * angle)
        + 0.00148 * np.sin(3 * angle)
    )
    distance = (
        1.00011
        + 0.034221 * np.cos(angle)
        + 0.00128 * np.sin(angle)
        + 0.000719 * np.cos(2 * angle)
        + 0.000077 * np.sin(2 * angle)
    )
    return declination, distance


def _sunset_angle(latitude: float, declination: np.ndarray) -> np.ndarray:
    phi = np.deg2rad(np.clip(latitude, -89.99, 89.99))
    return np.arccos(np.clip(-np.tan(phi) * np.tan(declination), -1.0, 1.0))


def daylight_fraction(latitude: float, day_of_year) -> np.ndarray:
    """Part of the day between sunrise and sunset [-], 0 in polar night and 1 in polar day."""
    return _sunset_angle(latitude, _sun(day_of_year)[0]) / np.pi


def potential_radiation(latitude: float, day_of_year) -> np.ndarray:
    """Daily mean radiation on a horizontal plane above the atmosphere [W m-2] (Iqbal 1983, eq. 4.2.20)."""
    declination, distance = _sun(day_of_year)
    sunset = _sunset_angle(latitude, declination)
    phi = np.deg2rad(latitude)
    height = sunset * np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.sin(sunset)
    return np.maximum(SOLAR_CONSTANT / np.pi * distance * height, 0.0)


def latitude_from_potential_radiation(potential, day_of_year) -> tuple[float, float]:
    """Latitude [degrees north] whose potential radiation is nearest to ``potential``, and the relative
    misfit.

    Least squares over latitude with a free factor, because data sets use different solar constants. The
    misfit is the root mean square difference over the mean; below 0.02 the latitude is good to about 0.1
    degree.
    """
    potential = np.asarray(potential, dtype=np.float64)

    def misfit(latitude: float) -> float:
        ours = potential_radiation(latitude, day_of_year)
        power = float(ours @ ours)
        factor = float(ours @ potential) / power if power > 0 else 0.0
        return float(np.sqrt(np.mean((potential - factor * ours) ** 2)) / np.mean(potential))

    best = 0.0
    for step, width in ((1.0, 90.0), (0.1, 1.5), (0.01, 0.15)):
        near = np.arange(max(best - width, -90.0), min(best + width, 90.0) + step / 2, step)
        best = float(near[int(np.argmin([misfit(float(x)) for x in near]))])
    return round(best, 2), misfit(best)
