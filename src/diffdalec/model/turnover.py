"""Decomposition and the loss of carbon from pools."""

from __future__ import annotations

import jax
import jax.numpy as jnp


def decomposition_factor(
    temperature_sensitivity: jax.Array,
    temperature_anomaly: jax.Array,
    moisture_factor: jax.Array,
    rain_anomaly: jax.Array,
) -> jax.Array:
    """τ [1], the response of decomposition to temperature and rain; 1 on a day of mean temperature and mean rain.

    τ = exp(Q (T − Tm)) (1 + m (P/Pm − 1)). ``temperature_sensitivity`` Q [degC-1], ``temperature_anomaly`` T − Tm
    [degC], ``moisture_factor`` m [1], ``rain_anomaly`` P/Pm − 1 [1] (−1 on a dry day). Bloom & Williams 2015; with
    the moisture term of CARDAMOM as in DifferLand v1.0. Never negative: m > 1, outside the bounds, could otherwise
    make carbon.

    >>> float(decomposition_factor(0.05, 0.0, 0.5, 0.0)), float(decomposition_factor(0.05, 0.0, 0.5, -1.0))
    (1.0, 0.5)
    """
    moisture = jnp.maximum(1.0 + moisture_factor * rain_anomaly, 0.0)
    return jnp.exp(temperature_sensitivity * temperature_anomaly) * moisture


def loss_limit(total_rate: jax.Array) -> jax.Array:
    """The factor on all losses of a pool that keeps their daily fractions from summing to more than 1.

    min(1, 1/Σ rates): a wet warm day can ask for more than there is (τ reaches 154 at real sites), and a pool cannot
    give more than it holds. ``total_rate`` [d-1].
    """
    return 1.0 / jnp.maximum(total_rate, 1.0)
