"""What an eddy-covariance tower and a satellite would report of a stand whose truth is known.

Not white Gaussian noise: random errors of fluxes are double-exponential and grow with the flux (Hollinger &
Richardson 2005), they persist for days, partitioning puts one error into both GPP and RECO, each stream has a
systematic error of its own, and instruments fail for days to weeks, more often in winter.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from ..errors import InputError
from ..units import LATENT_HEAT_OF_VAPORISATION
from ..variables import OBSERVATIONS
from .chains import blocks, laplace_chain, season

LAI_STEP_DAYS = 8  # MODIS composites, which restart each January
LAI_QUANTUM = 0.1
LEAST_AVAILABLE_ENERGY = 1.0  # MJ m-2 d-1; below it the evaporative fraction is noise


def observe_like_a_tower(truth: xr.Dataset, weather: xr.Dataset, seed: int = 0) -> xr.Dataset:
    """Noisy, gappy observations of ``truth``: a Dataset (time) of ``gpp reco et lai evaporative_fraction``.

    ``truth`` holds daily ``gpp reco`` [gC m-2 d-1], ``et`` [mm d-1] and ``lai`` [m2 m-2] without gaps,
    ``weather`` the ``tmin``, ``tmax`` and ``shortwave`` of the same days. Missing is NaN; LAI is NaN but
    every eighth day. One random generator of ``seed``. InputError where a variable is missing or the days
    differ.
    """
    _check(truth, weather)
    rng = np.random.default_rng(seed)
    day = truth["time"].dt.dayofyear.values.astype(float)
    gpp, reco, et, lai = (truth[name].values.astype(float) for name in ("gpp", "reco", "et", "lai"))

    nee_error = _random_error(rng, gpp, 0.20, 0.07, memory=0.2)
    partitioning_error = _random_error(rng, reco, 0.08, 0.08, memory=0.7)
    observed_reco = reco * _systematic_factor(rng, day) + partitioning_error
    observed_gpp = gpp * _systematic_factor(rng, day) + partitioning_error - nee_error
    observed_et = et * _systematic_factor(rng, day) + _random_error(rng, et, 0.08, 0.12, memory=0.3)

    down = _tower_down(rng, day)
    values = {
        "gpp": np.where(down | _single_days(rng, day, 0.02), np.nan, observed_gpp),
        "reco": np.where(down | _single_days(rng, day, 0.02), np.nan, observed_reco),
        "et": np.where(down | _single_days(rng, day, 0.04), np.nan, observed_et),
        "lai": _satellite_lai(rng, day, lai, weather),
    }
    values["evaporative_fraction"] = _evaporative_fraction(rng, values["et"], weather)
    return xr.Dataset(
        {name: ("time", values[name], OBSERVATIONS[name].attributes) for name in OBSERVATIONS},
        {"time": truth["time"]},
        {"seed": seed},
    )


def _check(truth: xr.Dataset, weather: xr.Dataset) -> None:
    for name, ds, needed in (
        ("truth", truth, ("gpp", "reco", "et", "lai")),
        ("weather", weather, ("tmin", "tmax", "shortwave")),
    ):
        missing = [variable for variable in needed if variable not in ds]
        if missing:
            raise InputError(
                f"synthetic tower: {name} lacks {', '.join(missing)}, expected {', '.join(needed)}"
            )
    if not truth["time"].equals(weather["time"]):
        raise InputError(
            f"synthetic tower: truth has {truth.sizes['time']} days and weather {weather.sizes['time']}, "
            "or other ones, expected the same days"
        )


def _random_error(rng, flux, floor: float, slope: float, memory: float) -> np.ndarray:
    """Double-exponential error with standard deviation floor + slope·|flux|, in the flux's unit, AR(1) by
    ``memory``.
    """
    return (floor + slope * np.abs(flux)) * laplace_chain(rng, flux.size, memory)


def _systematic_factor(rng, day) -> np.ndarray:
    """Multiplicative error [1] near 1: one constant of the instrument (sd 3 %) and one that goes with the
    season (4 %).
    """
    return (1.0 + 0.03 * rng.standard_normal()) * season(day, 1.0, 0.04, rng.uniform(0.0, 365.0))


def _tower_down(rng, day) -> np.ndarray:
    """Days without any flux: about a week at a time, three times as often in winter as in summer."""
    return blocks(rng, season(day, 0.010, 0.005, 15.0), mean_length=6.0)


def _single_days(rng, day, probability: float) -> np.ndarray:
    return rng.random(day.size) < probability


def _satellite_lai(rng, day, lai, weather) -> np.ndarray:
    """LAI every eighth day, noisy, now and then far too low (cloud left in), in steps of 0.1, with gaps in
    the dark and snow.
    """
    noisy = lai * (1.0 + 0.06 * rng.standard_normal(day.size)) + 0.06 * rng.standard_normal(day.size)
    clouded = np.where(rng.random(day.size) < 0.04, rng.uniform(0.55, 0.9, day.size), 1.0)
    stepped = LAI_QUANTUM * np.round(np.maximum(noisy * clouded, 0.0) / LAI_QUANTUM)
    freezing = 0.5 * (weather["tmin"].values + weather["tmax"].values) < -2.0
    dark = weather["shortwave"].values < 1.0
    lost = rng.random(day.size) < np.where(freezing | dark, 0.65, 0.08)
    return np.where(((day - 1) % LAI_STEP_DAYS == 0) & ~lost, stepped, np.nan)


def _evaporative_fraction(rng, et, weather) -> np.ndarray:
    """Observed ET over what the available energy could evaporate [1]; NaN where either is missing or the
    ratio absurd.

    Available energy is taken as 0.72·S − 1.5 MJ m-2 d-1 (albedo and ground heat; net longwave loss), measured
    with 10 % of random error. Ratios outside 0 to 1 are discarded, as data centres do.
    """
    energy = (0.72 * weather["shortwave"].values - 1.5) * (1.0 + 0.10 * rng.standard_normal(et.size))
    usable = energy > LEAST_AVAILABLE_ENERGY
    fraction = LATENT_HEAT_OF_VAPORISATION * et / np.where(usable, energy, np.nan)
    return np.where((fraction >= 0.0) & (fraction <= 1.0), fraction, np.nan)
