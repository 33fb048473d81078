"""``diffdalec demo``: the whole system on an embedded synthetic boreal stand whose truth is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import xarray as xr

from ..cells.labels import searched_variables, trait_variables
from ..harmonise.growth_curve import CARBON, GrowthCurve
from ..harmonise.growth_fit import fit_growth_curve
from ..model import Parameters, traits
from ..synthetic.chronosequence import sample_chronosequence
from ..synthetic.stand import TRUE_PARAMETERS, TRUE_POOLS, stand_dataset
from ..synthetic.tower import observe_like_a_tower
from ..synthetic.weather import boreal_weather
from ..units import megagrams_carbon_from_grams
from ..variables import FAST_STREAMS
from .progress import CalibrationProgress
from .simulate import forward, simulate
from .site import SiteRequest, run_request

TRUE_YEARS = 108
"""The true stand's age at the end of its last pass through the 9 years of weather."""

EXPERIMENTS = ("demo/baseline", "demo/single_year", "demo/growth_curve")


def run_demo(
    out: Path,
    *,
    progress: CalibrationProgress,
    seed: int = 0,
    backend: str = "auto",
    growth_years: int | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> xr.DataTree:
    """Make the synthetic stand, observe it, and run the three experiments on what was observed into ``out``."""
    ds, curve, truth = synthetic_stand()
    request = SiteRequest(
        experiments=EXPERIMENTS,
        curve=curve,
        seed=seed,
        backend=backend,
        growth_years=growth_years,
        overrides=overrides or {},
    )
    return run_request(
        ds, request, out, progress=progress, truth=truth, title="Synthetic boreal stand with known truth"
    )


def synthetic_stand(
    seed: int = 0, years: tuple[int, int] = (2004, 2012)
) -> tuple[xr.Dataset, GrowthCurve, xr.Dataset]:
    """The site Dataset of the synthetic stand, the growth curve fitted to plots of its landscape, and its truth.

    ``years`` are the first and last calendar year of its weather and observations.

    The truth is a run of the model from almost bare ground; observations have a tower's noise and gaps, and the
    curve is fitted to a chronosequence with plots' scatter. Nothing of the truth reaches the calibration but
    through these.
    """
    weather = boreal_weather(years, seed=seed)
    bare = weather.assign(
        mean_temperature=0.5 * (weather["tmin"] + weather["tmax"]).mean(),
        mean_precipitation=weather["precipitation"].mean(),
    )
    growth = forward(TRUE_PARAMETERS, TRUE_POOLS, bare, TRUE_YEARS, dtype="float64")
    # The stand as it is observed: the last pass, from the pools at the end of the one before.
    passes = len(np.unique(weather["time"].dt.year))
    before = growth.sel(age=TRUE_YEARS - passes)
    grown = {name: float(before[name]) for name in TRUE_POOLS}
    seen = simulate(TRUE_PARAMETERS, grown, bare, dtype="float64")
    ds = stand_dataset(weather, observe_like_a_tower(seen[list(FAST_STREAMS)], weather, seed=seed))
    ages, biomass = sample_chronosequence(
        growth["age"].values, megagrams_carbon_from_grams(growth["total_biomass"].values), seed=seed
    )
    curve = fit_growth_curve(ages, biomass, CARBON, source="the synthetic chronosequence")
    return ds, curve, _truth(growth)


def _truth(growth: xr.Dataset) -> xr.Dataset:
    values = {name: np.asarray(value) for name, value in {**TRUE_PARAMETERS, **TRUE_POOLS}.items()}
    meant = asdict(traits(Parameters(**{name: jnp.asarray(v) for name, v in TRUE_PARAMETERS.items()})))
    variables = searched_variables(values, ()) | trait_variables({n: np.asarray(v) for n, v in meant.items()}, ())
    return xr.Dataset(variables).assign(total_biomass=growth["total_biomass"])
