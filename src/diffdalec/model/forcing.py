"""Forcing of the model, and what of it can be worked out before the time loop.

Everything that depends on the day alone is computed here once, so that the daily step holds only what depends on the
stand. Arrays lead with the day; trailing axes, if any, broadcast against the lanes (cell, member).
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from ..units import DAYS_PER_YEAR
from .photosynthesis import canopy_conductance, day_length, day_length_factor, temperature_factor


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Forcing:
    """Daily forcing, each (days, …).

    ``phase`` is the day within the phenological year, (days since 2001-01-01) modulo 365.25: a calendar of 365-day rows
    would drift by 26.75 days in 107 years.
    """

    tmin: jax.Array  # degC
    tmax: jax.Array  # degC
    shortwave: jax.Array  # MJ m-2 d-1
    vpd: jax.Array  # hPa
    precipitation: jax.Array  # mm d-1
    co2: jax.Array  # ppm
    day_of_year: jax.Array  # 1 … 366
    phase: jax.Array  # d


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Site:
    """Constants of a site or cell, scalars or arrays that broadcast against the lanes."""

    latitude: jax.Array  # degrees_north
    mean_temperature: jax.Array  # degC, over the calibration years
    mean_precipitation: jax.Array  # mm d-1, over the calibration years


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Drivers:
    """What the daily step reads of a day, each (days, …)."""

    shortwave: jax.Array  # MJ m-2 d-1
    co2: jax.Array  # ppm
    precipitation: jax.Array  # mm d-1
    conductance: jax.Array  # ACM canopy conductance
    temperature_factor: jax.Array  # ACM exp(0.011136 tmax)
    day_length_factor: jax.Array  # ACM 0.0156935 day length + 0.0453194
    vpd_root: jax.Array  # hPa^0.5
    temperature_anomaly: jax.Array  # degC, from the mean temperature
    rain_anomaly: jax.Array  # 1, precipitation over its mean, less one
    phase_cos: jax.Array  # cosine of the annual phase
    phase_sin: jax.Array  # sine of the annual phase


def prepare_drivers(forcing: Forcing, site: Site) -> Drivers:
    """The :class:`Drivers` of a :class:`Forcing` at a :class:`Site`, same leading shape."""
    angle = 2 * jnp.pi * forcing.phase / DAYS_PER_YEAR
    hours = day_length(site.latitude, forcing.day_of_year)
    anomaly = 0.5 * (forcing.tmin + forcing.tmax) - site.mean_temperature
    zero = jnp.zeros_like(anomaly)  # gives every driver the shape of the forcing
    return Drivers(
        shortwave=forcing.shortwave + zero,
        co2=forcing.co2 + zero,
        precipitation=forcing.precipitation + zero,
        conductance=canopy_conductance(forcing.tmin, forcing.tmax) + zero,
        temperature_factor=temperature_factor(forcing.tmax) + zero,
        day_length_factor=day_length_factor(hours) + zero,
        vpd_root=jnp.sqrt(forcing.vpd) + zero,
        temperature_anomaly=anomaly,
        rain_anomaly=forcing.precipitation / site.mean_precipitation - 1 + zero,
        phase_cos=jnp.cos(angle) + zero,
        phase_sin=jnp.sin(angle) + zero,
    )
