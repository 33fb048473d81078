"""Maps of a study as netCDF under the CF conventions, which other programs draw without knowing this package."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ..errors import InputError
from ..grid import AUTHALIC_RADIUS, CELLS_PER_DEGREE
from .export_units import STANDARD_NAMES, cf_units

CONVENTIONS = "CF-1.11"
MEDIAN, SPREAD, CV, FLAG = "median", "spread", "robust_cv", "flag"
NO_CELL = np.int8(-127)
GRID_MAPPING = "crs"


def quantity_variables(
    name: str, maps: xr.Dataset, attributes: Mapping[str, Any], flags: Mapping[str, int]
) -> xr.Dataset:
    """The variables of one quantity by cell: its median under its own name, and beside it ``NAME_spread``,
    ``NAME_robust_cv`` and ``NAME_flag`` as ancillary variables.

    ``maps`` has ``median``, ``spread``, ``flag`` and, but for days of year, ``robust_cv``, each (cell,); ``attributes``
    are the store's of the quantity; ``flags`` the meanings of the flag's values.
    """
    units, comment = cf_units(str(attributes.get("units", "1")))
    long_name = str(attributes.get("long_name", name))
    beside = {SPREAD: f"{name}_spread", CV: f"{name}_robust_cv", FLAG: f"{name}_flag"}
    beside = {kind: written for kind, written in beside.items() if kind in maps}
    own: dict[str, Any] = {
        "long_name": long_name,
        "units": units,
        "ancillary_variables": " ".join(beside.values()),
    }
    own |= {"standard_name": STANDARD_NAMES[name]} if name in STANDARD_NAMES else {}
    own["comment"] = "; ".join(filter(None, ("median over the usable members of the cell", comment)))
    about = {
        SPREAD: {
            "long_name": f"spread over members of {long_name}",
            "units": units,
            "comment": "1.4826 times the median absolute deviation of the members from their median",
        },
        CV: {
            "long_name": f"robust coefficient of variation over members of {long_name}",
            "units": "1",
            "comment": "1.4826 times the median absolute deviation per absolute median",
        },
        FLAG: {
            "long_name": f"what the members say of {long_name}",
            "flag_values": np.array(list(flags.values()), np.int8),
            "flag_meanings": " ".join(flags),
        },
    }
    found = {name: maps[MEDIAN].drop_attrs().assign_attrs(own)}
    found |= {written: maps[kind].drop_attrs().assign_attrs(about[kind]) for kind, written in beside.items()}
    return xr.Dataset(found)


def plain_variable(values: xr.DataArray, name: str) -> xr.DataArray:
    """A variable by cell with the attributes that CF asks for; counts and days keep their type."""
    units, comment = cf_units(str(values.attrs.get("units", "1")))
    attributes = {"long_name": str(values.attrs.get("long_name", name.replace("_", " "))), "units": units}
    attributes |= {"standard_name": STANDARD_NAMES[name]} if name in STANDARD_NAMES else {}
    attributes |= {"comment": comment} if comment else {}
    return values.drop_attrs().assign_attrs(attributes)


def gridded(cells: xr.Dataset, latitude: np.ndarray, longitude: np.ndarray) -> xr.Dataset:
    """Variables (cell,) on the 0.5° grid of the cells' bounding box: (latitude, longitude), both ascending, with bounds
    and the sphere that areas are of. Where there is no cell: NaN, -127 in flags, -1 in other whole numbers.

    ``latitude``, ``longitude`` (cell,) are centres [degrees]. InputError where they are not of the 0.5° grid, or where
    two cells have the same place.
    """
    south, rows = _rows(latitude, "latitude")
    west, columns = _rows(longitude, "longitude")
    shape = (int(rows.max()) + 1, int(columns.max()) + 1)
    if len({*zip(rows.tolist(), columns.tolist(), strict=True)}) < rows.size:
        raise InputError("two cells have the same latitude and longitude, expected one cell in each of the 0.5° grid")
    axes = {
        "latitude": _axis(south, shape[0], "latitude", "degrees_north", "Y"),
        "longitude": _axis(west, shape[1], "longitude", "degrees_east", "X"),
    }
    out = xr.Dataset(coords=axes)
    for name, variable in cells.data_vars.items():
        fill, kind = _fill(variable)
        values = np.full(shape, fill, dtype=kind)
        values[rows, columns] = variable.values
        attributes = {**variable.attrs, "grid_mapping": GRID_MAPPING}
        out[name] = (("latitude", "longitude"), values, attributes)
        encoding: dict[str, Any] = {"zlib": True, "complevel": 4, "shuffle": True}
        out[name].encoding = encoding | {"_FillValue": fill}
    for axis in axes:
        centres = out[axis].values
        half = 0.5 / CELLS_PER_DEGREE
        out[f"{axis}_bounds"] = ((axis, "bound"), np.stack([centres - half, centres + half], axis=-1))
        out[f"{axis}_bounds"].encoding["_FillValue"] = None
        out[axis].encoding["_FillValue"] = None
    sphere = {"grid_mapping_name": "latitude_longitude", "earth_radius": AUTHALIC_RADIUS, "long_name": "sphere"}
    out[GRID_MAPPING] = ((), np.int32(0), sphere)
    return out


def write_netcdf(ds: xr.Dataset, path: Path, attributes: Mapping[str, str]) -> Path:
    """Write maps with global attributes, beside and renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.writing-{os.getpid()}")
    try:
        ds.assign_attrs({"Conventions": CONVENTIONS, **attributes}).to_netcdf(beside, engine="netcdf4")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def _rows(centres: np.ndarray, name: str) -> tuple[float, np.ndarray]:
    """The least centre, and each centre's number of cells from it."""
    exact = np.asarray(centres, dtype=float) * CELLS_PER_DEGREE - 0.5
    numbers = np.rint(exact)
    off = np.abs(exact - numbers)
    if off.max() > 0.01:
        worst = int(off.argmax())
        raise InputError(f"{name} of a cell is {centres[worst]:.4f}, expected the centre of a cell of the 0.5° grid")
    first = numbers.min()
    return float((first + 0.5) / CELLS_PER_DEGREE), (numbers - first).astype(int)


def _axis(first: float, count: int, name: str, units: str, letter: str) -> xr.Variable:
    values = first + np.arange(count) / CELLS_PER_DEGREE
    about = {"standard_name": name, "long_name": name, "units": units, "axis": letter, "bounds": f"{name}_bounds"}
    return xr.Variable(name, values, about)


def _fill(variable: xr.DataArray) -> tuple[Any, Any]:
    if variable.dtype.kind == "f":
        return np.float32(np.nan), np.float32
    if "flag_values" in variable.attrs:
        return NO_CELL, np.int8
    return np.int32(-1), np.int32


