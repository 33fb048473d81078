"""Random sequences of days: the elementary processes that weather and errors of measurement are made of."""

from __future__ import annotations

import numpy as np

YEAR = 365.25


def season(
    day_of_year: np.ndarray, mean: float | np.ndarray, amplitude: float | np.ndarray, peak_day: float | np.ndarray
) -> np.ndarray:
    """mean + amplitude·cos(2π (day − peak_day)/365.25), one value a day."""
    return mean + amplitude * np.cos(2.0 * np.pi * (day_of_year - peak_day) / YEAR)


def autoregressive(innovations: np.ndarray, memory: float | np.ndarray) -> np.ndarray:
    """x(t) = memory·x(t−1) + innovations(t), starting from innovations(0)."""
    memory = np.broadcast_to(memory, innovations.shape)
    series = np.empty_like(innovations)
    previous = 0.0
    for day, innovation in enumerate(innovations):
        previous = memory[day] * previous + innovation
        series[day] = previous
    return series


def gaussian_chain(rng: np.random.Generator, days: int, memory: float) -> np.ndarray:
    """AR(1) with standard-normal values and lag-1 autocorrelation ``memory``."""
    innovations = np.sqrt(1.0 - memory**2) * rng.standard_normal(days)
    innovations[0] /= np.sqrt(1.0 - memory**2)
    return autoregressive(innovations, memory)


def laplace_chain(rng: np.random.Generator, days: int, memory: float) -> np.ndarray:
    """AR(1) whose values are double-exponential with mean 0 and standard deviation 1.

    The innovation is 0 with probability memory² and double-exponential otherwise: then the stationary
    distribution is exactly double-exponential, since (1 + memory²t²)/(1 + t²) is the characteristic function
    of that mixture.
    """
    innovations = rng.laplace(scale=np.sqrt(0.5), size=days) * (rng.random(days) >= memory**2)
    innovations[0] = rng.laplace(scale=np.sqrt(0.5))
    return autoregressive(innovations, memory)


def two_state_chain(rng: np.random.Generator, fraction: np.ndarray, persistence: float) -> np.ndarray:
    """First-order Markov chain of wet (True) and dry days.

    ``fraction`` is the share of wet days that each day tends to, ``persistence`` the lag-1 autocorrelation:
    P(wet|wet) − P(wet|dry).
    """
    draws = rng.random(fraction.size)
    states = np.empty(fraction.size, dtype=bool)
    state = draws[0] < fraction[0]
    for day, draw in enumerate(draws):
        if day:
            state = draw < fraction[day] * (1.0 - persistence) + persistence * state
        states[day] = state
    return states


def days_since(event: np.ndarray) -> np.ndarray:
    """Days since ``event`` was last True: 0 on the day itself, counted from the first day where none came
    before.
    """
    index = np.arange(event.size)
    return index - np.maximum.accumulate(np.where(event, index, 0))


def blocks(rng: np.random.Generator, start_probability: np.ndarray, mean_length: float) -> np.ndarray:
    """Days inside a block: one starts with ``start_probability`` [d-1] and lasts a geometric number of
    days.
    """
    inside = np.zeros(start_probability.size, dtype=bool)
    for start in np.flatnonzero(rng.random(start_probability.size) < start_probability):
        inside[start : start + rng.geometric(1.0 / mean_length)] = True
    return inside
