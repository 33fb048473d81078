"""The Aggregate Canopy Model (ACM): daily potential GPP of a canopy.

Williams et al. 1997, Ecological Applications 7, 882–894, as parameterised in DALEC (Bloom & Williams 2015). The
constants are the published fit. All functions are elementwise.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

# The published constants of the fit, by what they scale.
DAY_LENGTH_SLOPE = 0.0156935
COMPENSATION_POINT = 4.22273  # θ, ppm
HALF_SATURATION = 208.868  # k, ppm
DAY_LENGTH_INTERCEPT = 0.0453194
HYDRAULIC_RESISTANCE_SCALE = 0.37836
LIGHT_USE_MAXIMUM = 7.19298
TEMPERATURE_RATE = 0.011136  # degC-1
LIGHT_USE_HALF_SATURATION = 2.1001  # LAI²
WATER_POTENTIAL_EXPONENT = 0.789798
WATER_POTENTIAL_DIFFERENCE = -2.0  # ψd, MPa
HYDRAULIC_RESISTANCE = 1.0  # H


def canopy_conductance(tmin: jax.Array, tmax: jax.Array) -> jax.Array:
    """Canopy conductance of ACM from the daily temperature range [degC].

    gc = |ψd|^0.789798 / (0.37836 H + 0.5 (tmax − tmin)). Williams et al. 1997.

    >>> float(canopy_conductance(5.0, 5.0)) > float(canopy_conductance(0.0, 10.0))
    True
    """
    numerator = abs(WATER_POTENTIAL_DIFFERENCE) ** WATER_POTENTIAL_EXPONENT
    return numerator / (HYDRAULIC_RESISTANCE_SCALE * HYDRAULIC_RESISTANCE + 0.5 * (tmax - tmin))


def temperature_factor(tmax: jax.Array) -> jax.Array:
    """Temperature response of ACM's nitrogen-use term: exp(0.011136 tmax), tmax in degC. No cold limitation."""
    return jnp.exp(TEMPERATURE_RATE * tmax)


def day_length(latitude: jax.Array, day_of_year: jax.Array) -> jax.Array:
    """Day length [h] at a latitude [degrees north]: 0 in polar night, 24 in polar day.

    δ = −23.4° cos(2π (doy + 10) / 365); 24/π · arccos(−tan φ tan δ). Williams et al. 1997.

    >>> round(float(day_length(0.0, 80)), 3), float(day_length(80.0, 355)), float(day_length(80.0, 172))
    (12.0, 0.0, 24.0)
    """
    declination = -jnp.deg2rad(23.4) * jnp.cos(2 * jnp.pi * (day_of_year + 10.0) / 365.0)
    cosine = -jnp.tan(jnp.deg2rad(latitude)) * jnp.tan(declination)
    return 24.0 / jnp.pi * jnp.arccos(jnp.clip(cosine, -1.0, 1.0))


def day_length_factor(hours: jax.Array) -> jax.Array:
    """Scaling of ACM's photosynthesis with day length [h]: 0.0156935 · day length + 0.0453194."""
    return DAY_LENGTH_SLOPE * hours + DAY_LENGTH_INTERCEPT


def potential_gpp(
    lai: jax.Array,
    canopy_efficiency: jax.Array,
    shortwave: jax.Array,
    co2: jax.Array,
    conductance: jax.Array,
    temperature: jax.Array,
    day_length_scale: jax.Array,
) -> jax.Array:
    """GPP without water stress [gC m-2 d-1].

    ``lai`` [m2 m-2], ``canopy_efficiency`` [1], ``shortwave`` [MJ m-2 d-1], ``co2`` [ppm], ``conductance`` from
    :func:`canopy_conductance`, ``temperature`` from :func:`temperature_factor`, ``day_length_scale`` from
    :func:`day_length_factor`.

    Williams et al. 1997: with p = LAI·ce·exp(0.011136 tmax)/gc, the internal CO2 is
    Ci = ½ (ca + q − p + √((ca + q − p)² − 4 (ca q − p θ))), q = θ − k; diffusion PD = gc (ca − Ci), light
    E0 = 7.19298 LAI²/(2.1001 + LAI²), PI = E0·S·PD/(E0·S + PD).

    Written here in a form that has no 0/0 and no cancellation: ca − Ci = 2 p (ca − θ)/(B + √((A − p)² + 4 p k))
    with A = ca − q and B = A + p, and LAI is taken out of PD and E0, so that value and gradient are 0 without light
    or leaves.
    """
    per_lai = canopy_efficiency * temperature  # gc · p / LAI
    p = lai * per_lai / conductance
    a = co2 + (HALF_SATURATION - COMPENSATION_POINT)
    root = jnp.sqrt((a - p) * (a - p) + 4.0 * HALF_SATURATION * p)
    diffusion = 2.0 * per_lai * (co2 - COMPENSATION_POINT) / (a + p + root)  # PD / LAI
    light = LIGHT_USE_MAXIMUM * lai / (LIGHT_USE_HALF_SATURATION + lai * lai) * shortwave  # E0 S / LAI
    return lai * light * diffusion / (light + diffusion) * day_length_scale
