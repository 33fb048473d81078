"""Cells that are shown one by one: the model is run again with their members' parameters, as in the calibration."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from ...cells.cell_set import cell_dataset, open_cell_set
from ...config import Experiment
from ...model import INITIAL_POOLS, PARAMETERS
from ...results.members import OK
from ...variables import FAST_STREAMS
from ..calibrate import experiment_calendar
from ..simulate import simulate
from .configuration import RunConfiguration


def simulated_cell(cell_set: Path, position: int, calibration: xr.Dataset, run: RunConfiguration) -> xr.Dataset:
    """The fast streams of a cell as they were observed and as its calibrated members simulate them.

    ``calibration`` is the store's group at that cell (experiment, member). Returned: ``NAME`` (experiment, time), the
    median of the ok members, and ``NAME_observed`` (time), over the days of the experiments' last pass through the
    data; NaN where no member is ok, or an experiment does not simulate the day.
    """
    ds = cell_dataset(open_cell_set(cell_set), position)
    parts = [_simulated(ds, calibration.sel(experiment=e.name), e, run.backend) for e in run.experiments]
    joined = xr.concat([part for part in parts if part is not None], "experiment", join="outer")
    joined = joined.reindex(experiment=[e.name for e in run.experiments])
    seen = {f"{name}_observed": ds[name].reindex(time=joined["time"]) for name in FAST_STREAMS if name in ds}
    return joined.assign(seen)


def _simulated(ds: xr.Dataset, stored: xr.Dataset, experiment: Experiment, backend: str) -> xr.Dataset | None:
    usable = stored.isel(member=(stored["status"] == OK).values)
    if not usable.sizes["member"]:
        return None
    calendar = experiment_calendar(ds, experiment)
    found = simulate(
        {name: usable[name].values for name in PARAMETERS},
        {name: usable[name].values for name in INITIAL_POOLS},
        ds.isel(time=calendar.days),
        beta=experiment.simulation.water_stress,
        backend=backend,
    )
    last = found[list(FAST_STREAMS)].isel(time=slice(calendar.observed_from, None))
    return last.median("member", keep_attrs=True).assign_coords(experiment=experiment.name)
