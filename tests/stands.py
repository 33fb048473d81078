"""Small stands for the tests of model, cost, cells and workflows: three years of synthetic boreal weather, a mature
stand with known parameters, and lanes drawn inside, at and beyond the bounds.
"""

from __future__ import annotations

from functools import cache

import jax.numpy as jnp
import numpy as np
import xarray as xr

from diffdalec.cells.forcing import drivers
from diffdalec.model import INITIAL_POOLS, PARAMETERS, Drivers, Forcing, Parameters, Pools, Site, prepare_drivers
from diffdalec.synthetic.stand import TRUE_PARAMETERS
from diffdalec.synthetic.weather import boreal_weather
from diffdalec.workflows.simulate import simulate

YEARS = (2009, 2011)

MATURE_POOLS = {
    "labile": 70.0, "foliar": 210.0, "root": 190.0, "wood": 5200.0, "litter": 210.0, "som": 6500.0,
    "paw": 55.0, "puw": 120.0,
}  # fmt: skip
"""Pools of a closed stand [gC m-2, mm] under the synthetic stand's true parameters."""

_FRACTIONS = (
    "autotrophic_fraction", "foliar_fraction", "root_fraction", "labile_fraction", "wilting_point_fraction",
    "moisture_factor", "paw_to_puw_fraction",
)  # fmt: skip
_SHAPES = ("leaf_lifespan_parameter", "labile_lifespan")


@cache
def weather(years: tuple[int, int] = YEARS) -> xr.Dataset:
    """Forcing with the site's constants, as ``simulate`` needs it."""
    ds = boreal_weather(years)
    ds["mean_temperature"] = 0.5 * (ds["tmin"] + ds["tmax"]).mean()
    ds["mean_precipitation"] = ds["precipitation"].mean()
    return ds


@cache
def observed_stand(years: tuple[int, int] = YEARS) -> xr.Dataset:
    """A site Dataset whose observations are the noise-free run of the truth; every year calibrates."""
    ds = weather(years)
    seen = simulate(TRUE_PARAMETERS, MATURE_POOLS, ds, dtype="float64")
    ds = ds.assign({name: seen[name] for name in ("gpp", "reco", "et", "lai")})
    ds.attrs = {"site": "twin", "source_sha256": "0" * 64, "calibration_years": f"{years[0]}-{years[1]}", "notes": []}
    return ds


def lanes(
    seed: int, where: str, number: int, dtype, factor: float = 10.0, most: float = 1.0
) -> tuple[Parameters, Pools]:
    """``number`` lanes of parameters ``where``: ``inside`` the bounds, ``at`` them, or up to ``factor`` ``beyond``.

    Beyond, a fraction stays a fraction (at ``most``) and a CDEA shape parameter stays above 1: outside they mean
    nothing. Initial pools are inside or at their bounds.
    """
    rng = np.random.default_rng(seed)

    def draw(q, beyond: bool) -> np.ndarray:
        low, high = (max(q.lower, 1e-3), q.upper)
        share = rng.random(number) if where == "inside" else rng.integers(0, 2, number).astype(float)
        value = low * (high / low) ** share
        if where == "beyond" and beyond:
            value = value * factor ** rng.uniform(-1, 1, number)
            if q.name in _FRACTIONS:
                value = np.clip(value, 0.0, min(most, 0.99) if q.name == "wilting_point_fraction" else most)
            if q.name in _SHAPES:
                value = np.maximum(value, 1.0 + 1e-4)
        return np.where(share == 0.0, q.lower, value) if where == "at" else value

    parameters = {name: jnp.asarray(draw(q, True), dtype) for name, q in PARAMETERS.items()}
    pools = {name: jnp.asarray(draw(q, False), dtype) for name, q in INITIAL_POOLS.items()}
    return Parameters(**parameters), Pools(**pools)


def harsh_drivers(seed: int, days: int, dtype) -> Drivers:
    """Weather that no site has: 120 mm of rain in a day, polar night and day, frost and heat, days without light."""
    rng = np.random.default_rng(seed)
    middle = rng.uniform(-45.0, 38.0, days)
    spread = rng.uniform(0.0, 12.0, days) * (rng.random(days) > 0.1)
    rain = rng.choice([0.0, 0.0, 0.0, 1.0, 15.0, 120.0], days)
    forcing = Forcing(
        tmin=middle - spread,
        tmax=middle + spread,
        shortwave=rng.uniform(0.0, 35.0, days) * (rng.random(days) > 0.2),
        vpd=rng.uniform(0.0, 60.0, days) * (rng.random(days) > 0.2),
        precipitation=rain,
        co2=rng.uniform(280.0, 800.0, days),
        day_of_year=np.arange(days) % 365 + 1.0,
        phase=np.mod(np.arange(days, dtype=float), 365.25),
    )
    site = Site(latitude=rng.choice([0.0, 62.0, 75.0, 89.0]), mean_temperature=-5.0, mean_precipitation=0.5)
    arrays = {name: jnp.asarray(value, dtype)[:, None] for name, value in vars(forcing).items()}
    constants = {name: jnp.asarray(value, dtype) for name, value in vars(site).items()}
    return prepare_drivers(Forcing(**arrays), Site(**constants))


def true_lanes(number: int, dtype, spread: float = 0.0, seed: int = 0) -> tuple[Parameters, Pools]:
    """The truth ``number`` times, each value by a log-normal factor of ``spread`` off it, inside its bounds."""
    rng = np.random.default_rng(seed)

    def around(value: float, q) -> jnp.ndarray:
        moved = value * np.exp(spread * rng.standard_normal(number))
        return jnp.asarray(np.clip(moved, 1.01 * q.lower, 0.99 * q.upper), dtype)

    parameters = Parameters(**{name: around(TRUE_PARAMETERS[name], q) for name, q in PARAMETERS.items()})
    return parameters, Pools(**{name: around(MATURE_POOLS[name], q) for name, q in INITIAL_POOLS.items()})


def weather_drivers(dtype, years: tuple[int, int] = YEARS) -> Drivers:
    """The drivers of :func:`weather` with an axis for the lanes."""
    import jax

    return jax.tree.map(lambda x: x[:, None], drivers(weather(years), dtype))
