"""Labelled forcing, parameters and pools -> the model's arrays.

A Dataset may have a ``cell`` dimension beside ``time``; then arrays carry it as an axis that broadcasts against
lanes of shape (cells, members).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import jax.numpy as jnp
import numpy as np
import xarray as xr

from ..cost import calibrate_canopy_efficiency
from ..errors import InputError
from ..kernels import Compiler
from ..model import Drivers, Forcing, Site, prepare_drivers
from ..units import DAYS_PER_YEAR
from ..variables import FORCING
from .arrays import as_array

PHASE_ORIGIN = np.datetime64("2001-01-01")
"""Day zero of the annual phase: the convention of DifferLand's day-of-year parameters."""


def drivers(ds: xr.Dataset, dtype=jnp.float32) -> Drivers:
    """The drivers of a Dataset's forcing, (time,) or (time, cell, 1). InputError where a variable is missing."""
    for name in (*FORCING, "latitude", "mean_temperature", "mean_precipitation"):
        if name not in ds:
            raise InputError(f"the Dataset has no variable {name!r}; forcing needs {', '.join(FORCING)}")
    days = (ds["time"].values - PHASE_ORIGIN) / np.timedelta64(1, "D")
    columns = {name: as_array(_values(ds[name]), dtype) for name in FORCING}
    shape = (-1,) + (1,) * (columns["tmin"].ndim - 1)
    forcing = Forcing(
        **columns,
        day_of_year=as_array(ds["time"].dt.dayofyear.values.reshape(shape), dtype),
        phase=as_array(np.mod(days, DAYS_PER_YEAR).reshape(shape), dtype),
    )
    constants = ("latitude", "mean_temperature", "mean_precipitation")
    site = Site(**{name: as_array(_values(ds[name]), dtype) for name in constants})
    return _compile(prepare_drivers, forcing, site)(forcing, site)


_compile = Compiler()


def _values(array: xr.DataArray) -> np.ndarray:
    """The values with time first, and a trailing axis for members where there is a cell axis."""
    array = array.transpose("time", ...) if "time" in array.dims else array
    return array.values[..., None] if "cell" in array.dims else array.values


def named_arrays(cls: type, values: Mapping, dtype=jnp.float32):
    """``Parameters`` or ``Pools`` from a mapping (or Dataset) of names to numbers or arrays of members.

    InputError where a name is missing. Names that are not of the class are ignored, so that one mapping may hold both.
    """
    names = [f.name for f in fields(cls)]
    missing = [name for name in names if name not in values]
    if missing:
        raise InputError(f"{cls.__name__.lower()} lack {', '.join(missing)}")
    arrays = np.broadcast_arrays(*(np.asarray(values[name], dtype) for name in names))
    return cls(**{name: as_array(array) for name, array in zip(names, arrays, strict=True)})


def canopy_efficiency(ds: xr.Dataset, days: xr.DataArray) -> dict[str, float]:
    """The pre-calibrated canopy efficiency over a mask of days (time): ``value``, ``rmse`` [gC m-2 d-1], ``days``."""
    series = (as_array(ds[name].values, np.float32) for name in ("lai", "gpp"))
    arguments = drivers(ds), *series, as_array(days.values)
    found = _compile(calibrate_canopy_efficiency, *arguments)(*arguments)
    return {"value": float(found.value), "rmse": float(found.rmse), "days": int(found.days)}
