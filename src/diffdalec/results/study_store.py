"""The store of a study: a zarr (version 3) folder that is laid out whole at the start and filled batch by batch.

Its groups have a dimension ``cell``, chunked in batches of cells that are finished and written together. A stage of
the study has a group with the marks ``done`` and the reasons ``failure`` of its cells. A batch's marks are written
last, and every chunk is put in its place by renaming: what a mark says is there, is there, whenever a run was killed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any, Literal

import numpy as np
import xarray as xr
import zarr
import zarr.errors

from ..errors import InputError

STUDY_FORMAT = 1
"""Version of the layout; raised when a reader of the old layout could misread the new one."""

_FORMAT_ATTRIBUTE = "diffdalec_study_format"
_ORDER_ATTRIBUTE = "variable_order"
MARK, REASON = "done", "failure"
ALL_CELLS = slice(None)
CELLS = "cells"


class Mark(IntEnum):
    """What has become of a cell in a stage."""

    WAITING = 0
    DONE = 1
    FAILED = 2


def create_study_store(
    path: Path, groups: Mapping[str, xr.Dataset], stages: tuple[str, ...], batch: int, attributes: Mapping[str, Any]
) -> None:
    """Lay out a store at ``path``, whole or not at all.

    ``groups`` give names, dimensions, types and attributes of what will be written, and their values where a variable
    has no dimension ``cell`` or the group is ``cells``; all else begins as missing (NaN, 0, False, empty text).
    ``stages`` are the groups that have marks.
    """
    beside = path.with_name(f".{path.name}.writing-{os.getpid()}")
    shutil.rmtree(beside, ignore_errors=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        root = zarr.open_group(beside, mode="w", zarr_format=3)
        for name, template in groups.items():
            marked = _with_marks(template) if name in stages else template
            _lay_out(root.create_group(name), marked, batch, whole=name == CELLS)
        number = groups[CELLS].sizes["cell"]
        root.attrs.update({**attributes, _FORMAT_ATTRIBUTE: STUDY_FORMAT, "batch": batch, "cells": number})
        beside.rename(path)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def write_cells(path: Path, group: str, start: int, found: Sequence[xr.Dataset | None]) -> None:
    """Write consecutive cells of a group, those from position ``start``: every variable that depends on the cell.

    Each cell's Dataset has the group's dimensions without ``cell``; None leaves a cell missing. ValueError where a
    variable lacks or has another shape than the store's: a result is written whole or not at all.
    """
    store = _group(path, group, "r+")
    arrays = {name: _array(store, name) for name in _order(store) if name not in (MARK, REASON)}
    arrays = {name: array for name, array in arrays.items() if _dims(array)[:1] == ("cell",)}
    regions = {name: _region(array, name, found) for name, array in arrays.items()}
    for name, values in regions.items():
        arrays[name][start : start + len(found)] = values


def _region(array: zarr.Array[Any], name: str, found: Sequence[xr.Dataset | None]) -> np.ndarray:
    dims, text = _dims(array)[1:], array.dtype.kind not in "biuf"
    values = np.full((len(found), *array.shape[1:]), array.fill_value, dtype=object if text else array.dtype)
    for i, ds in enumerate(found):
        if ds is None:
            continue
        if name not in ds or set(ds[name].dims) != set(dims):
            there = ds[name].dims if name in ds else "nothing"
            raise ValueError(f"{array.path}: expected {dims}, found {there}")
        one = ds[name].transpose(*dims).values
        if one.shape != array.shape[1:]:
            raise ValueError(f"{array.path}: expected shape {array.shape[1:]}, found {one.shape}")
        values[i] = one
    return values


def mark_cells(path: Path, group: str, start: int, marks: list[Mark], reasons: list[str]) -> None:
    """Set the marks of consecutive cells in a stage; the last thing that is written of a batch."""
    store = _group(path, group, "r+")
    stop = start + len(marks)
    _array(store, REASON)[start:stop] = np.array(reasons, dtype=object)
    _array(store, MARK)[start:stop] = np.array(marks, dtype=np.uint8)


def read_marks(path: Path, group: str, cells: slice = ALL_CELLS) -> np.ndarray:
    """Marks (cell,) of a stage, see :class:`Mark`; of all cells or of those at the positions ``cells``."""
    return np.asarray(_array(_group(path, group), MARK)[cells])


def read_reasons(path: Path, group: str, cells: slice = ALL_CELLS) -> np.ndarray:
    """Why cells failed in a stage (cell,); empty text for all others."""
    return np.asarray(_array(_group(path, group), REASON)[cells]).astype(object).astype(str)


def batch_cells(path: Path, number: int) -> slice:
    """The positions of a batch's cells."""
    root = _open(path)
    size, cells = int(str(root.attrs["batch"])), int(str(root.attrs["cells"]))
    return slice(number * size, min((number + 1) * size, cells))


def read_cells(path: Path, group: str, cells: slice = ALL_CELLS) -> xr.Dataset:
    """A group in memory, of all cells or of those at the positions ``cells``; strings as numpy's own."""
    _open(path)
    with xr.open_zarr(path, group=group, consolidated=False, chunks=None, zarr_format=3) as opened:
        ds = opened.isel(cell=cells).load()
    order = [name for name in ds.attrs.pop(_ORDER_ATTRIBUTE, []) if name in ds.data_vars]
    strings = {n: v.astype(object).astype(str) for n, v in ds.variables.items() if v.dtype.kind in "OT"}
    ds = ds.assign({n: v for n, v in strings.items() if n in ds.data_vars})
    ds = ds.assign_coords({n: v for n, v in strings.items() if n in ds.coords})
    return ds[order]


def read_attributes(path: Path) -> dict[str, Any]:
    """The attributes of a store; InputError where there is none, or it is of another kind or layout."""
    return _open(path).attrs.asdict()


def replace_group(path: Path, group: str, ds: xr.Dataset) -> None:
    """Write a group that is made in one go, in the place of an older one."""
    _open(path)
    order = [str(name) for name in ds.data_vars]
    strings = {n: v.astype(object) for n, v in ds.variables.items() if v.dtype.kind == "U"}
    stored = ds.assign({n: v for n, v in strings.items() if n in ds.data_vars})
    stored = stored.assign_coords({n: v for n, v in strings.items() if n in ds.coords}).drop_encoding()
    stored.assign_attrs({_ORDER_ATTRIBUTE: order}).to_zarr(
        path, group=group, mode="w", zarr_format=3, consolidated=False
    )


def _with_marks(template: xr.Dataset) -> xr.Dataset:
    number = template.sizes["cell"]
    meanings = {"flag_values": [int(m) for m in Mark], "flag_meanings": " ".join(m.name.lower() for m in Mark)}
    return template.assign(
        {
            MARK: ("cell", np.zeros(number, np.uint8), {"long_name": "what has become of the cell", **meanings}),
            REASON: ("cell", np.full(number, "", dtype=object), {"long_name": "why the cell failed"}),
        }
    )


def _lay_out(group: zarr.Group, template: xr.Dataset, batch: int, whole: bool) -> None:
    for name, variable in template.variables.items():
        filled = whole or variable.dims[:1] != ("cell",) or name in template.coords
        text = variable.dtype.kind in "UOT"
        kind: Any = str if text else variable.dtype
        chunks = tuple(batch if d == "cell" and not filled else max(n, 1) for d, n in variable.sizes.items())
        fill: Any = "" if text else np.nan if variable.dtype.kind == "f" else 0
        array = group.create_array(
            str(name), shape=variable.shape, chunks=chunks or "auto", dtype=kind, fill_value=fill,
            dimension_names=[str(d) for d in variable.dims], attributes=dict(variable.attrs),
        )  # fmt: skip
        if filled:
            array[...] = variable.values.astype(object) if text else variable.values
    group.attrs.update({**template.attrs, _ORDER_ATTRIBUTE: [str(name) for name in template.data_vars]})


def _group(path: Path, group: str, mode: Literal["r", "r+"] = "r") -> zarr.Group:
    found = _open(path, mode)[group]
    assert isinstance(found, zarr.Group)
    return found


def _array(group: zarr.Group, name: str) -> zarr.Array[Any]:
    found = group[name]
    assert isinstance(found, zarr.Array)
    return found


def _dims(array: zarr.Array[Any]) -> tuple[str, ...]:
    return tuple(getattr(array.metadata, "dimension_names", None) or ())


def _order(group: zarr.Group) -> list[str]:
    """The names of a group's variables in the order in which they were laid out."""
    order = group.attrs.asdict()[_ORDER_ATTRIBUTE]
    assert isinstance(order, Sequence)
    return [str(name) for name in order]


def _open(path: Path, mode: Literal["r", "r+"] = "r") -> zarr.Group:
    if not path.exists():
        raise InputError(f"{path}: there is no such store; expected the study.zarr folder of a study that was run")
    try:
        root = zarr.open_group(path, mode=mode, zarr_format=3)
    except (zarr.errors.BaseZarrError, OSError, ValueError, KeyError) as error:
        raise InputError(f"{path}: this is not the store of a study ({error})") from error
    found = root.attrs.get(_FORMAT_ATTRIBUTE)
    if found != STUDY_FORMAT:
        raise InputError(f"{path}: the store has layout {found}, this version of diffdalec reads {STUDY_FORMAT}")
    return root
