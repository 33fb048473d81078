"""Run the model on a site's Dataset: names in, labelled series out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from ..cells.arrays import as_array
from ..cells.backend import choose_backend, integrator_for
from ..cells.forcing import drivers, named_arrays
from ..cells.labels import output_variables
from ..cells.recorded_run import RecordedRun
from ..errors import InputError
from ..harmonise.run_calendar import RunCalendar, run_calendar
from ..model import OUTPUTS, STRESS_FUNCTIONS, Parameters, Pools, StressFunction
from ..variables import POOLS

Precision = Literal["float32", "float64"]
ANNUAL_FLUXES = ("gpp", "npp", "reco", "nee", "et")

def simulate(
    parameters: Mapping,
    pools: Mapping,
    ds: xr.Dataset,
    *,
    dtype: Precision = "float32",
    beta: StressFunction | str = "jarvis_stewart",
    backend: str = "auto",
) -> xr.Dataset:
    """Simulate every day of ``ds`` from ``pools`` at its start.

    ``parameters`` (26) and ``pools`` (8) map names to numbers, or to arrays of members (or are Datasets with a
    ``member`` dimension). Where ``ds`` has a ``cell`` dimension, values may have the shape (cell, member). ``beta``
    is a water-stress function or the name of one; ``backend`` is ``kernels``, ``xla`` or ``auto``.

    Returns a Dataset (time[, cell][, member]): fluxes, LAI and β of the day, pools at its end; names and units of
    :mod:`diffdalec.variables`. InputError where a name is missing.
    """
    days = np.arange(ds.sizes["time"])
    series, lanes = _run(parameters, pools, ds, days, (tuple(OUTPUTS), (), ()), dtype, beta, backend)
    coordinates = {"time": ds["time"], **{d: ds[d] for d in ("cell",) if d in ds.coords}}
    return xr.Dataset(output_variables(series, ("time", *lanes)), coordinates)


def forward(
    parameters: Mapping,
    pools: Mapping,
    ds: xr.Dataset,
    years: int = 100,
    *,
    cycle: tuple[int, int] | None = None,
    first_year: int | None = None,
    dtype: Precision = "float32",
    beta: StressFunction | str = "jarvis_stewart",
    backend: str = "auto",
) -> xr.Dataset:
    """Run ``years`` years from ``pools``, cycling the whole calendar years of ``ds`` (or those of ``cycle``).

    The run begins with ``first_year`` if given, else so that it ends with the last year. Returns a Dataset (age[,
    member]): the pools and ``total_biomass`` [gC m-2, mm] at the end of each year of age, annual sums of fluxes [gC
    m-2 yr-1, mm yr-1], and ``lai_max`` [m2 m-2], the greatest LAI of the year.
    """
    if years < 1:
        raise InputError(f"a forward run needs at least 1 year, found {years}")
    calendar = run_calendar(ds["time"], cycle=cycle, years=years, first_year=first_year)
    recorded = (*ANNUAL_FLUXES, "lai"), tuple(POOLS), tuple(calendar.year_ends.tolist())
    series, lanes = _run(parameters, pools, ds, calendar.days, recorded, dtype, beta, backend)
    return _by_age(series, calendar, lanes)


def _run(
    parameters, pools, ds, days, recorded, dtype, beta, backend
) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    stress = STRESS_FUNCTIONS.get(beta) if isinstance(beta, str) else beta
    if stress is None:
        raise InputError(f"no water-stress function is named {beta!r}; known are {', '.join(STRESS_FUNCTIONS)}")
    with jax.enable_x64(dtype == "float64"):
        kind = jnp.dtype(dtype)
        p, initial = named_arrays(Parameters, parameters, kind), named_arrays(Pools, pools, kind)
        shape = jnp.broadcast_shapes(p.lcma.shape, initial.som.shape, (1, 1) if "cell" in ds.dims else ())
        lanes = (("cell", "member") if "cell" in ds.dims else ("member",))[: len(shape)]
        if len(shape) > len(lanes):
            raise InputError(
                f"parameters have shape {shape}, expected at most {len(lanes)} dimensions ({', '.join(lanes)})"
            )
        cells = (ds.sizes["cell"], 1) if "cell" in ds.dims else ()
        full = jnp.broadcast_shapes(shape, cells)
        p, initial = jax.tree.map(lambda x: as_array(np.broadcast_to(x, full)), (p, initial))
        daily, sampled, on_days = recorded
        chosen = RecordedRun(daily, sampled, on_days, stress, integrator_for(choose_backend(backend), stress))
        series = chosen.compiled(p, initial, drivers(ds, kind), as_array(days))
        return {name: np.asarray(value) for name, value in series.items()}, lanes


def _by_age(series: dict[str, np.ndarray], calendar: RunCalendar, lanes: tuple[str, ...]) -> xr.Dataset:
    starts = np.concatenate([[0], calendar.year_ends[:-1] + 1])
    annual = xr.Dataset(
        output_variables({name: series[name] for name in POOLS}, ("age", *lanes)),
        {"age": ("age", np.arange(1, len(starts) + 1), {"units": "yr", "long_name": "stand age"})},
    )
    for name in ANNUAL_FLUXES:
        annual[name] = output_variables({name: np.add.reduceat(series[name], starts, axis=0)}, ("age", *lanes))[name]
        annual[name].attrs["units"] = annual[name].attrs["units"].replace("d-1", "yr-1")
    greatest = np.maximum.reduceat(series["lai"], starts, axis=0)
    annual["lai_max"] = (
        ("age", *lanes),
        greatest,
        {"units": "m2 m-2", "long_name": "greatest leaf area index of the year"},
    )
    return annual
