"""What the figures of a study draw from: the groups of its store and the tables of its evaluation, as Datasets.

The names are those of the store's groups, ``table_NAME`` for the table ``NAME``, ``attribution`` for the
attribution of traits, ``design`` for what was run, and ``truth``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
import yaml
import zarr

from ...results.study_store import CELLS, Mark, read_attributes, read_cells
from .design_definition import study_design

Groups = Mapping[str, xr.Dataset]

LABELS = ("reference", "quantity", "experiment", "stream", "period")
"""The columns of tables that say what a row is about."""

ATTRIBUTION, DESIGN, TRUTH = "attribution", "design", "truth"

_TABLE = "table_"
_CONFIGURATION = "run_configuration"


def study_groups(store: Path, tables: Mapping[str, pd.DataFrame] | Path, truth: xr.Dataset | None = None) -> Groups:
    """Everything that figures can be drawn from: the store's groups over the cells that are calibrated, the
    evaluation's ``tables`` (or the folder of their CSV files), and the ``truth`` where it is known.

    InputError where there is no store at ``store``.
    """
    attributes = read_attributes(store)
    configuration = json.loads(attributes[_CONFIGURATION])
    names = [name for name, _ in zarr.open_group(store, mode="r", zarr_format=3).groups()]
    groups = {name: read_cells(store, name) for name in names}
    if "forward" in groups:
        groups["forward"].attrs["carbon_fraction"] = configuration["carbon_fraction"]
    forcing = yaml.safe_load(attributes["study"])["years"]["forcing"]
    groups[DESIGN] = study_design(configuration, forcing, groups[CELLS].sizes["cell"])
    frames = read_tables(tables) if isinstance(tables, Path) else tables
    return with_tables({**groups, **({} if truth is None else {TRUTH: truth})}, frames)


def with_tables(groups: Groups, tables: Mapping[str, pd.DataFrame]) -> Groups:
    """``groups`` over the cells that are calibrated, and the tables that have labels as Datasets beside them."""
    known = {f"{_TABLE}{name}": table_dataset(frame) for name, frame in tables.items() if set(LABELS) & set(frame)}
    return {**_calibrated(groups), **known}


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables in a folder of CSV files, by name."""
    return {path.stem: pd.read_csv(path) for path in sorted(folder.glob("*.csv"))}


def table_dataset(frame: pd.DataFrame) -> xr.Dataset:
    """A table whose rows are told apart by :data:`LABELS` as a Dataset with these dimensions, in the rows' order.

    A table that repeats labels (one row for each cell, say) is returned with the dimension ``row``.
    """
    labels = [name for name in LABELS if name in frame]
    if frame.duplicated(labels).any():
        return xr.Dataset.from_dataframe(frame.rename_axis("row"))
    order = {name: frame[name].drop_duplicates().to_numpy() for name in labels}
    return frame.set_index(labels).to_xarray().reindex(order)


def statistic(table: xr.Dataset | None, name: str, **labels: str) -> float:
    """A number of a table; NaN where there is no table, no such number or no such row."""
    if table is None or name not in table:
        return np.nan
    values = table[name]
    for label, value in labels.items():
        if label not in values.dims or value not in values[label].values:
            return np.nan
        values = values.sel({label: value})
    return float(values) if values.ndim == 0 else np.nan


def _calibrated(groups: Groups) -> dict[str, xr.Dataset]:
    """The groups over the cells that are done, where the calibration has marks; all of them before that."""
    marks = groups["calibration"]["done"] if "done" in groups.get("calibration", {}) else None
    found = dict(groups)
    if marks is None or not (marks == Mark.DONE).any():
        return found
    done = marks["cell"].values[marks.values == Mark.DONE]
    if CELLS in found:
        found[CELLS] = _labelled(found[CELLS], marks["cell"])
    for name, ds in found.items():
        if "cell" in ds.dims and name != ATTRIBUTION:
            found[name] = ds.reindex(cell=done) if name == TRUTH else ds.sel(cell=done)
    return found


def _labelled(cells: xr.Dataset, ids: xr.DataArray) -> xr.Dataset:
    return cells if "cell" in cells.coords else cells.assign_coords(cell=ids.values)
