"""Leaf phenology: the Combined Deciduous–Evergreen Analytical (CDEA) scheme.

Bloom & Williams 2015. The daily rate of labile release and of leaf fall is a bell in the annual phase. Because the
squared sine in its exponent is ½ (1 − cos), the logarithm of the rate is linear in the cosine and sine of the phase,
with coefficients that depend on parameters only: the time loop holds one exponential and no sine.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from ..units import DAYS_PER_YEAR

# o = w Σ c_i (ln(L − 1))^i, c6 … c0: fit of the offset between the day of the peak and the centre of the bell.
OFFSET_COEFFICIENTS = (
    2.3599784710e-5,
    3.32730053021e-4,
    9.01865258885e-4,
    -5.437736864888e-3,
    -2.0836027517787e-2,
    0.126972018064287,
    -0.188459767342504,
)
TWO_OVER_ROOT_PI = 1.1283791670955126
_PHASE_SCALE = DAYS_PER_YEAR / 3.141592653589793  # s, d


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class LogRate:
    """Coefficients of ln rate [ln d-1] = constant + cosine · cos(2πt/365.25) + sine · sin(2πt/365.25)."""

    constant: jax.Array
    cosine: jax.Array
    sine: jax.Array


def log_rate(lifespan: jax.Array, period: jax.Array, day: jax.Array) -> LogRate:
    """Coefficients of a CDEA rate, for leaf fall or labile release.

    ``lifespan`` L [yr] is the shape parameter (> 1), ``period`` w0 [d], ``day`` D of the peak [d].
    rate(t) = (2/√π)(f/w) exp(−[sin((t − D + o)/s) s/w]²), w = w0 √2/2, f = ½ ln(L/(L−1)), s = 365.25/π.
    Bloom & Williams 2015.
    """
    width = period * (0.5 * 2**0.5)
    loss = annual_loss(lifespan)
    half = 0.5 * bell_width(period) ** 2
    centre = (2 * jnp.pi / DAYS_PER_YEAR) * (day - width * _offset(lifespan))
    return LogRate(
        constant=jnp.log(TWO_OVER_ROOT_PI * loss / width) - half,
        cosine=half * jnp.cos(centre),
        sine=half * jnp.sin(centre),
    )


def rate(coefficients: LogRate, phase_cos: jax.Array, phase_sin: jax.Array) -> jax.Array:
    """Daily rate [d-1] at an annual phase given by its cosine and sine."""
    return jnp.exp(coefficients.constant + coefficients.cosine * phase_cos + coefficients.sine * phase_sin)


def annual_loss(lifespan: jax.Array) -> jax.Array:
    """f = ½ ln(L/(L − 1)), L [yr] the CDEA shape parameter. Bloom & Williams 2015."""
    return -0.5 * jnp.log1p(-1.0 / lifespan)


def bell_width(period: jax.Array) -> jax.Array:
    """s/w [1]: the annual phase scale over the width of the bell, for ``period`` [d]."""
    return _PHASE_SCALE / (period * (0.5 * 2**0.5))


def _offset(lifespan: jax.Array) -> jax.Array:
    """o/w [1]: offset of the bell's centre over its width."""
    x = jnp.log(lifespan - 1.0)
    value = jnp.zeros_like(x)
    for coefficient in OFFSET_COEFFICIENTS:
        value = value * x + coefficient
    return value
