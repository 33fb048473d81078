"""Plots of known age across a landscape, as a chronosequence of inventory plots would sample a stand's growth."""

from __future__ import annotations

import numpy as np


def sample_chronosequence(
    age: np.ndarray, biomass: np.ndarray, *, plots: int = 60, scatter: float = 0.10, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Ages [yr] and biomass (unit of ``biomass``) of ``plots`` plots drawn from a true trajectory (age, biomass).

    Ages are spread over the trajectory with more young plots than old, as fire leaves them; biomass has a
    log-normal scatter of ``scatter`` between plots, and 0.5 units of measurement error. Plots younger than 3 years
    are not sampled.
    """
    rng = np.random.default_rng([seed, 7])
    oldest = float(age[-1])
    share = (np.arange(plots) + rng.uniform(0.0, 1.0, plots)) / plots
    ages = np.round(3.0 + (oldest - 3.0) * share**1.2)
    true = np.interp(ages, age, biomass)
    noisy = true * np.exp(rng.normal(-0.5 * scatter**2, scatter, plots)) + rng.normal(0.0, 0.5, plots)
    return ages, np.maximum(noisy, 0.0)
