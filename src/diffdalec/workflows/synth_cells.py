"""The cells of a synthetic biome, batch by batch: weather, true traits, true runs, and what products would report."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pandas as pd
import xarray as xr
from scipy.ndimage import uniform_filter1d

from ..cells.labels import searched_variables, trait_variables
from ..model import LIVING_POOLS, Parameters, traits
from ..synthetic.biome.climate import Climate, climate_normals
from ..synthetic.biome.domain import Domain
from ..synthetic.biome.environment import ClimateStatistics, Land, climate_statistics, land_fields
from ..synthetic.biome.fields import Coherence, extent_of
from ..synthetic.biome.observe import COMPOSITES, WINDOWS, Errors, seen_by_products
from ..synthetic.biome.parameters import Search, balanced_soil, true_parameters, true_pools
from ..synthetic.biome.reanalysis import reanalysed
from ..synthetic.biome.traits import Scatter, TrueTraits, tree_shares, true_traits
from ..synthetic.biome.weather import Weather, daily_weather
from ..units import dry_matter_from_carbon
from ..variables import POOLS, PREDICTORS
from .synth_truth import TrueRun, grow, true_forcing

BATCH = 64
"""Cells that are simulated side by side."""

CORRELATION_LENGTH = 12.0
"""Distance [degrees, of ``Domain.place``] at which weather is correlated by 1/e: some 650 km."""

FORCING_NAMES = ("tmin", "tmax", "shortwave", "vpd", "precipitation", "pressure")
DAILY_NAMES = ("gpp", "et", "potential_evaporation", "cloud")

SEARCH_STEPS = 14
MOST_STEPS = 40
MARGIN = 0.6
"""Share of their seedlings with which forests must live: none stands at the very edge of what can grow."""

LEAST_CANOPY, LEAST_BIOMASS = 0.8, 3000.0
"""Greatest LAI and living biomass [gC m-2] at age 100 below which a stand is no forest."""


@dataclass(frozen=True)
class Request:
    """What is synthesised: ``years`` of weather and ``observed`` years, first and last; ``calibration`` years set the
    means that the model's rates refer to.
    """

    domain: Domain
    seed: int
    years: tuple[int, int]
    observed: tuple[int, int]
    calibration: tuple[int, int]

    @cached_property
    def normals(self) -> Climate:
        """The climate of all cells."""
        return climate_normals(self.domain, self.seed)

    @cached_property
    def land(self) -> Land:
        """Soil and vegetation of all cells."""
        return land_fields(self.domain, self.seed)


class Series:
    """Long series on disk, (time, cell) float32, written batch by batch and read by stretches of time."""

    def __init__(self, folder: Path, request: Request) -> None:
        self._folder, cells = folder, request.domain.cell.size
        self.time = days_of(request.years)
        self.observed = days_of(request.observed)
        years = request.observed[1] - request.observed[0] + 1
        lengths = {name: len(self.time) for name in FORCING_NAMES}
        lengths_seen = {name: len(self.observed) for name in DAILY_NAMES}
        lengths_seen |= {"reco": years * len(WINDOWS), "lai": years * len(COMPOSITES)}
        folder.mkdir(parents=True)
        self.forcing = {name: self._made(f"forcing_{name}", n, cells) for name, n in lengths.items()}
        self.seen = {name: self._made(f"seen_{name}", n, cells) for name, n in lengths_seen.items()}

    def _made(self, name: str, length: int, cells: int) -> np.ndarray:
        return np.lib.format.open_memmap(self._folder / f"{name}.npy", "w+", np.float32, (length, cells))


@dataclass(frozen=True)
class CellBatch:
    """What is kept of a batch of cells: ``truth`` (cell, age), ``relative`` streams and above-ground ``biomass`` (age,
    cell) as :class:`~diffdalec.synthetic.biome.biome.Biome` has them, and statistics (cell,).
    """

    truth: xr.Dataset
    relative: dict[str, np.ndarray]
    biomass: np.ndarray
    climate: ClimateStatistics
    root_shoot: np.ndarray


def days_of(years: tuple[int, int]) -> pd.DatetimeIndex:
    """Every day of the calendar years, first and last."""
    return pd.date_range(f"{years[0]}-01-01", f"{years[1]}-12-31", freq="D")


def batches(count: int) -> list[slice]:
    """Positions of cells that are simulated together."""
    return [slice(first, min(first + BATCH, count)) for first in range(0, count, BATCH)]


def synthesise_cells(request: Request, chosen: slice, series: Series, backend: str = "auto") -> CellBatch:
    """Make the ``chosen`` cells: their series go to ``series``, the rest is returned."""
    domain, seed = request.domain, request.seed
    cell, latitude = domain.cell[chosen], domain.latitude[chosen]
    normals, land = request.normals.part(chosen), request.land.part(chosen)
    coherence = Coherence(domain.place[chosen], extent_of(domain.place), CORRELATION_LENGTH, own=0.1)
    weather = daily_weather(normals, coherence, cell, request.years, seed)
    climate = climate_statistics(weather)
    scatter = Scatter(seed, cell)
    wanted = true_traits(climate, land, scatter)
    forcing = true_forcing(weather, cell, latitude, request.calibration)
    parameters, pools, run = _true_runs(request, wanted, normals, climate, land, forcing, scatter, backend)

    believed = reanalysed(weather, coherence, cell, seed)
    for name, values in series.forcing.items():
        values[:, chosen] = getattr(believed, name)
    inside = (weather.time.year >= request.observed[0]) & (weather.time.year <= request.observed[1])
    observed = Weather(weather.time[inside], *(getattr(weather, name)[inside] for name in FORCING_NAMES))
    seen = seen_by_products(
        run.daily, observed, latitude, tree_shares(land).needle, Errors(seed, coherence, cell)
    )
    for name, values in series.seen.items():
        values[:, chosen] = getattr(seen, name)
    return CellBatch(
        truth=_truth(domain, chosen, parameters, pools, run, climate, land, wanted),
        relative={name: _relative(annual, run.mature_years) for name, annual in run.annual.items()},
        biomass=dry_matter_from_carbon(run.biomass) / (1.0 + wanted.root_shoot),
        climate=climate,
        root_shoot=wanted.root_shoot,
    )


def _true_runs(
    request: Request,
    wanted: TrueTraits,
    normals: Climate,
    climate: ClimateStatistics,
    land: Land,
    forcing: xr.Dataset,
    scatter: Scatter,
    backend: str,
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], TrueRun]:
    """Parameters, initial pools and the run of forests that live, and are as productive as they should, if they can."""
    search = Search(
        true_parameters(wanted, normals, climate, land, scatter), true_pools(wanted, land, scatter), wanted.gpp
    )
    for step in range(MOST_STEPS):
        sparse = {n: MARGIN * v if n in LIVING_POOLS else v for n, v in search.pools.items()}
        run = grow(search.parameters, sparse, forcing, request.observed, backend)
        dead = (run.canopy < LEAST_CANOPY) | (run.biomass[99] < LEAST_BIOMASS)
        if step >= SEARCH_STEPS and not dead.any():
            break
        gpp = run.daily["gpp"].mean(axis=0) * 365.25
        search.move(np.where(dead | (step < SEARCH_STEPS), gpp, wanted.gpp), dead)
    else:
        raise RuntimeError(f"cells {forcing['cell'].values[dead]} bear no forest after {MOST_STEPS} trials")
    run = grow(search.parameters, search.pools, forcing, request.observed, backend)
    parameters = balanced_soil(search.parameters, run.som_inflow, run.som_outflow, scatter)
    return parameters, search.pools, grow(parameters, search.pools, forcing, request.observed, backend)


def _relative(annual: np.ndarray, mature_years: tuple[int, int]) -> np.ndarray:
    """A stream by age over its mean in the mature years (age, cell), smoothed over 9 years to be rid of weather."""
    mature = annual[mature_years[0] - 1 : mature_years[1]].mean(axis=0)
    return uniform_filter1d(annual, 9, axis=0, mode="nearest") / mature


def _truth(
    domain: Domain, chosen: slice, parameters, pools, run: TrueRun, climate: ClimateStatistics, land: Land,
    wanted: TrueTraits,
) -> xr.Dataset:  # fmt: skip
    values = {**parameters, **pools}
    meant = asdict(traits(Parameters(**{name: jnp.asarray(v) for name, v in parameters.items()})))
    made = searched_variables(values, ("cell",))
    made |= trait_variables({name: np.asarray(value, dtype=float) for name, value in meant.items()}, ("cell",))
    predictors = {
        "mean_annual_temperature": climate.temperature,
        "coldest_month_temperature": climate.coldest_month,
        "annual_precipitation": climate.precipitation,
        "mean_shortwave": climate.shortwave,
        "mean_vpd": climate.vpd,
        "bulk_density": land.bulk_density,
        "clay": land.clay,
        "ph": land.ph,
        "carbon_nitrogen_ratio": land.carbon_nitrogen_ratio,
        "evergreen_needleleaf_fraction": land.evergreen_needleleaf,
        "deciduous_broadleaf_fraction": land.deciduous_broadleaf,
        "deciduous_needleleaf_fraction": land.deciduous_needleleaf,
    }
    made |= {name: xr.Variable("cell", v, PREDICTORS[name].attributes) for name, v in predictors.items()}
    made["root_shoot"] = xr.Variable(
        "cell", wanted.root_shoot, {"units": "1", "long_name": "belowground per aboveground biomass"}
    )
    ages = np.arange(1, run.mature_years[1] + 1)
    biomass = run.biomass[: ages.size].T
    made["total_biomass"] = xr.Variable(("cell", "age"), biomass, POOLS["total_biomass"].attributes)
    coordinates = {
        "cell": domain.cell[chosen],
        "latitude": ("cell", domain.latitude[chosen], {"units": "degrees_north"}),
        "longitude": ("cell", domain.longitude[chosen], {"units": "degrees_east"}),
        "age": ("age", ages, {"units": "yr", "long_name": "stand age"}),
    }
    return xr.Dataset(made, coordinates)
