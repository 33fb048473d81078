"""The true runs of a synthetic biome: forests that grow from bare ground under their weather, cells side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax
import numpy as np
import xarray as xr

from ..cells.arrays import as_array
from ..cells.backend import choose_backend
from ..cells.forcing import drivers, named_arrays
from ..cells.recorded_run import RecordedRun
from ..harmonise.run_calendar import run_calendar
from ..model import STRESS_FUNCTIONS, Parameters, Pools
from ..synthetic.biome.carbon_dioxide import daily_co2
from ..synthetic.biome.weather import Weather
from ..variables import FAST_STREAMS, FORCING

MATURE_AGE = 108
"""The last pass through the weather that ends by this age is the one that products observe."""

OLDEST = 180
"""Age [yr] to which stands are followed, for old pixels of the landscape."""


@dataclass(frozen=True)
class TrueRun:
    """What came of a run: by stand age (1 … n), and daily in the observed years of the mature pass.

    ``biomass`` and ``som`` (age, cell) total living biomass and soil carbon at the end of each year [gC m-2];
    ``annual`` (age, cell) sums of GPP, RECO, ET and mean LAI by stream; ``daily`` (day, cell) by stream; ``beta``
    (cell,) its mean; ``canopy`` (cell,) greatest LAI of the last year; ``som_inflow`` and ``som_outflow`` (cell,)
    sums to the end of the mature pass; ``mature_years`` the first and last year of age that are observed.
    """

    biomass: np.ndarray
    annual: dict[str, np.ndarray]
    daily: dict[str, np.ndarray]
    beta: np.ndarray
    canopy: np.ndarray
    som: np.ndarray
    som_inflow: np.ndarray
    som_outflow: np.ndarray
    mature_years: tuple[int, int]


def true_forcing(weather: Weather, cell: np.ndarray, latitude: np.ndarray, calibration: tuple[int, int]) -> xr.Dataset:
    """The weather as the Dataset that the model reads; ``calibration`` years set the means of temperature and rain."""
    co2 = np.broadcast_to(daily_co2(weather.time)[:, None], weather.tmin.shape)
    series = {name: co2 if name == "co2" else getattr(weather, name) for name in FORCING}
    ds = xr.Dataset(
        {name: (("time", "cell"), values, FORCING[name].attributes) for name, values in series.items()},
        {"time": weather.time.to_numpy().astype("datetime64[ns]"), "cell": cell},
    )
    inside = (weather.time.year >= calibration[0]) & (weather.time.year <= calibration[1])
    ds["latitude"] = ("cell", latitude)
    ds["mean_temperature"] = ("cell", weather.temperature[inside].mean(axis=0, dtype=float))
    ds["mean_precipitation"] = ("cell", weather.precipitation[inside].mean(axis=0, dtype=float))
    return ds


def grow(
    parameters: Mapping[str, np.ndarray],
    pools: Mapping[str, np.ndarray],
    forcing: xr.Dataset,
    observed: tuple[int, int],
    backend: str = "auto",
) -> TrueRun:
    """Run every cell of ``forcing`` from its ``pools`` (cell,) through its years again and again, to :data:`OLDEST`."""
    years = np.unique(forcing["time"].dt.year.values)
    passes = -(-OLDEST // years.size)
    mature_pass = max(MATURE_AGE // years.size, 1)
    calendar = run_calendar(forcing["time"], years=passes * years.size, first_year=int(years[0]))
    first = (mature_pass - 1) * years.size + int(np.flatnonzero(years == observed[0])[0])
    last = (mature_pass - 1) * years.size + int(np.flatnonzero(years == observed[1])[0])
    bounds = np.concatenate([[0], calendar.year_ends + 1])

    by_lane = jax.tree.map(lambda x: x[..., 0], drivers(forcing))
    beta = STRESS_FUNCTIONS["jarvis_stewart"]
    ends = tuple(calendar.year_ends.tolist())
    kept = RecordedRun(_DAILY, ("total_biomass", "som"), ends, beta, choose_backend(backend).integrate)
    forest = named_arrays(Parameters, parameters), named_arrays(Pools, pools)
    found = kept.compiled(*forest, by_lane, as_array(calendar.days))
    series = {name: np.asarray(values) for name, values in found.items()}
    days = np.diff(bounds)[:, None]
    annual = {name: np.add.reduceat(series[name], bounds[:-1], axis=0, dtype=float) for name in FAST_STREAMS}
    annual["lai"] /= days
    observed_days = slice(int(bounds[first]), int(bounds[last + 1]))
    to_mature = int(bounds[last + 1])
    return TrueRun(
        biomass=series["total_biomass"],
        annual=annual,
        daily={name: series[name][observed_days] for name in FAST_STREAMS},
        beta=series["beta"][observed_days].mean(axis=0),
        canopy=series["lai"][bounds[-2] :].max(axis=0),
        som=series["som"],
        som_inflow=(series["litter_to_som"] + series["wood_litter"])[:to_mature].sum(axis=0, dtype=float),
        som_outflow=series["som_respiration"][:to_mature].sum(axis=0, dtype=float),
        mature_years=(first + 1, last + 1),
    )


_DAILY = (*FAST_STREAMS, "beta", "litter_to_som", "wood_litter", "som_respiration")
