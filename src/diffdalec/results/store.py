"""Write and read the store of one stand: an xarray DataTree as a zarr (version 3) folder.

A store is written whole beside its place and then renamed, so that whatever stands under the final name is
complete. Strings are written in zarr's variable-length type, which its specification covers; numpy's
fixed-width one is not.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import xarray as xr
import zarr.errors

from ..errors import InputError

STORE_FORMAT = 1
"""Version of the layout; raised when a reader of the old layout could misread the new one."""

REQUIRED_GROUPS = ("site", "calibration")
"""What every store holds; /simulation, /growth_run, /forward and /truth depend on the run."""

_FORMAT_ATTRIBUTE = "diffdalec_store_format"
_ORDER_ATTRIBUTE = "variable_order"


def write_tree(tree: xr.DataTree, path: str | os.PathLike[str]) -> Path:
    """Write a stand's results to the folder ``path`` and return it.

    The folder appears (or replaces an older store) only when all of it has been written.

    Raises
    ------
    InputError
        If a required group is lacking, or if ``path`` holds something that is not a store of ours.
    """
    target = Path(path)
    _require_groups(tree, "the results to be written")
    if target.exists():
        _stored_format(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.writing-{os.getpid()}")
    shutil.rmtree(beside, ignore_errors=True)
    storable = xr.map_over_datasets(_storable, tree)
    storable.attrs = {**tree.attrs, _FORMAT_ATTRIBUTE: STORE_FORMAT}
    try:
        storable.to_zarr(beside, mode="w", zarr_format=3, consolidated=False)
        _replace(target, beside)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return target


def read_tree(path: str | os.PathLike[str]) -> xr.DataTree:
    """Read a store whole into memory.

    Raises
    ------
    InputError
        If there is no store at ``path``, it is not one of ours, it is incomplete, or its layout is not known.
    """
    source = Path(path)
    if not source.exists():
        raise InputError(
            f"{source}: there is no such store; expected the results.zarr folder of a finished run."
        )
    found = _stored_format(source)
    if found != STORE_FORMAT:
        raise InputError(
            f"{source}: the store has layout {found}, this version of diffdalec reads layout {STORE_FORMAT}."
        )
    try:
        with xr.open_datatree(source, engine="zarr", consolidated=False) as opened:
            tree = xr.map_over_datasets(_readable, opened.load())
            ours = (_ORDER_ATTRIBUTE, _FORMAT_ATTRIBUTE)
            tree.attrs = {key: value for key, value in opened.attrs.items() if key not in ours}
    except (zarr.errors.BaseZarrError, OSError, ValueError, KeyError) as error:
        raise InputError(f"{source}: the store cannot be read ({error}); expected a complete one.") from error
    _require_groups(tree, str(source))
    return tree


def _replace(target: Path, beside: Path) -> None:
    """Put ``beside`` in the place of ``target``; the older store goes only when the new one stands."""
    old = target.with_name(f".{target.name}.old-{os.getpid()}")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    try:
        beside.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _stored_format(path: Path) -> int:
    """The layout version that a folder declares; InputError where it is not a store of ours."""
    not_ours = InputError(
        f"{path}: this is not a diffdalec store; expected a folder results.zarr of a finished run."
    )
    if not path.is_dir():
        raise not_ours
    try:
        attributes = zarr.open_group(path, mode="r", zarr_format=3).attrs.asdict()
    except (zarr.errors.BaseZarrError, OSError, ValueError, KeyError) as error:
        raise not_ours from error
    found = attributes.get(_FORMAT_ATTRIBUTE)
    if not isinstance(found, int):
        raise not_ours
    return found


def _require_groups(tree: xr.DataTree, where: str) -> None:
    lacking = [group for group in REQUIRED_GROUPS if group not in tree.children]
    if lacking:
        raise InputError(
            f"{where}: group {', '.join('/' + group for group in lacking)} is lacking; "
            f"expected {' and '.join('/' + group for group in REQUIRED_GROUPS)}."
        )
    if "status" not in tree["calibration"].data_vars:
        raise InputError(f"{where}: /calibration has no variable 'status'; expected one status per member.")


def _storable(dataset: xr.Dataset) -> xr.Dataset:
    """Strings as objects; no encoding carried over from the file that a variable was once read from.

    The order of the variables is kept in an attribute: zarr lists them in no particular one.
    """
    stored = _strings_as(dataset, object).drop_encoding()
    return stored.assign_attrs({_ORDER_ATTRIBUTE: [str(name) for name in dataset.data_vars]})


def _readable(dataset: xr.Dataset) -> xr.Dataset:
    """Strings as numpy's own, so that comparisons and sorting work as anywhere else."""
    readable = _strings_as(dataset, str)
    order = readable.attrs.pop(_ORDER_ATTRIBUTE, [])
    return readable[[name for name in order if name in readable.data_vars]]


def _strings_as(dataset: xr.Dataset, kind: type) -> xr.Dataset:
    changed: dict[Any, Any] = {
        name: (variable.dims, variable.values.astype(object).astype(str).astype(kind), variable.attrs)
        for name, variable in dataset.variables.items()
        if variable.dtype.kind in "UOT"
    }
    return dataset.assign({n: v for n, v in changed.items() if n in dataset.data_vars}).assign_coords(
        {n: v for n, v in changed.items() if n in dataset.coords}
    )
