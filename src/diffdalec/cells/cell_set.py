"""A cell of the cell set -> what is calibrated: the Dataset of a site, its growth curve and what is known of its
traits.

The cell set is a zarr store (cell, time); see ``docs/howto/study.md``.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import xarray as xr

from ..errors import InputError
from ..harmonise.growth_curve import CARBON, GrowthCurve
from ..harmonise.periods import period_masks
from ..units import CARBON_FRACTION
from ..variables import FORCING, OBSERVATIONS, SITE
from .problem import StandData

PRIOR_VARIABLES = {"lcma": "lcma_prior", "autotrophic_fraction": "autotrophic_fraction_prior"}
"""The cell set's variable for the centre of a parameter's prior."""

CURVE_VARIABLES = ("biomass_curve_maximum", "biomass_curve_rate", "biomass_curve_shape", "root_shoot")


def open_cell_set(path: Path) -> xr.Dataset:
    """The cell set at ``path``, opened and not read. InputError where there is none or a variable is missing."""
    if not path.exists():
        raise InputError(f"{path}: there is no cell set; make it with `diffdalec prepare`")
    try:
        cells = xr.open_zarr(path, consolidated=False, chunks=None)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path}: the cell set cannot be read ({error})") from error
    needed = (*FORCING, *SITE, *CURVE_VARIABLES)
    missing = [name for name in needed if name not in cells]
    if missing or "cell" not in cells.dims or "time" not in cells.dims:
        raise InputError(f"{path}: the cell set lacks {', '.join(missing) or 'a dimension (cell, time)'}")
    if not any(name in cells for name in OBSERVATIONS):
        raise InputError(f"{path}: the cell set has none of the observations {', '.join(OBSERVATIONS)}")
    return cells


def cell_set_identity(cells: xr.Dataset) -> str:
    """A hash of what makes a cell set: its cells, days, sources and settings; not of when and where it was made."""
    made = {name: cells.attrs.get(name) for name in ("diffdalec_version", "configuration", "inputs")}
    digest = hashlib.sha256(json.dumps(made, sort_keys=True, default=str).encode())
    digest.update(np.ascontiguousarray(cells["cell"].values).tobytes())
    digest.update(np.ascontiguousarray(cells["time"].values.astype("datetime64[D]").astype(np.int64)).tobytes())
    return digest.hexdigest()


def cell_dataset(cells: xr.Dataset, position: int) -> xr.Dataset:
    """The cell at a position as a site's Dataset, in memory: series over ``time``, statics as scalars.

    Its ``site`` is ``cell <id>``: the seed of its members, whatever batch or machine it is calibrated in.
    """
    identity = int(cells["cell"].values[position])
    names = [n for n in cells.variables if n not in cells.indexes and set(cells[n].dims) <= {"cell", "time"}]
    numeric = [n for n in names if cells[n].dtype.kind in "fiu"]
    here = cells.reset_coords()[numeric].isel(cell=position, drop=True).load()
    here.attrs = {"site": f"cell {identity}", "source": "cell set", "notes": []}
    return here


def cell_data(
    ds: xr.Dataset,
    calibration: tuple[int, int],
    validation: tuple[int, int] | None,
    canopy_efficiency: float | None = None,
    carbon_fraction: float = CARBON_FRACTION,
) -> StandData:
    """What is compared at a cell: periods, growth curve, biomass of 2020 and the centres of priors that it has.

    ``canopy_efficiency`` comes from pre-calibration. Without ``validation`` no day is held out. InputError where the
    cell lacks forcing on some day or has no growth curve.
    """
    for name in FORCING:
        missing = int(np.isnan(ds[name].values).sum())
        if missing:
            raise InputError(f"{ds.attrs['site']} has no {name} on {missing} of {ds[name].size} days")
    periods = period_masks(ds, calibration, validation)
    if validation is None:
        periods["validation"] = np.zeros_like(periods["calibration"])
    centres = {name: float(ds[variable]) for name, variable in PRIOR_VARIABLES.items() if variable in ds}
    if canopy_efficiency is not None:
        centres["canopy_efficiency"] = canopy_efficiency
    biomass = float(ds["total_biomass_2020"]) if "total_biomass_2020" in ds else np.nan
    return StandData(
        ds=ds,
        periods=periods,
        curve=cell_curve(ds, carbon_fraction),
        biomass=biomass if np.isfinite(biomass) else None,
        prior_centres={name: value for name, value in centres.items() if np.isfinite(value)},
    )


def cell_curve(ds: xr.Dataset, carbon_fraction: float = CARBON_FRACTION) -> GrowthCurve:
    """The growth curve of a cell's living biomass, as carbon. InputError where the cell has none."""
    values = {name: float(ds[name]) for name in CURVE_VARIABLES}
    for name, value in values.items():
        if not np.isfinite(value):
            raise InputError(f"{ds.attrs.get('site', 'the cell')} has no {name}: its growth curve is not known")
    return GrowthCurve(
        bmax=values["biomass_curve_maximum"] * carbon_fraction,
        k=values["biomass_curve_rate"],
        p=values["biomass_curve_shape"],
        unit=CARBON,
        root_shoot=values["root_shoot"],
    )
