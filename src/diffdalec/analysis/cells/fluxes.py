"""How well the fast streams are met, in the calibration and in the held-out years."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ...variables import FAST_STREAMS

SCORES = ("nnse", "r2", "rmse")
QUARTILES = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}
SUM = "sum"
"""The name under which tables give the sum of NNSE over the streams that a cell has."""


def fluxes_by_cell(calibration: xr.Dataset, ok: xr.DataArray) -> xr.Dataset:
    """Medians over ok members of ``nnse``, ``r2`` and ``rmse``: dims (cell, experiment, stream, period); and
    ``nnse_sum`` (cell, experiment, period), the median of the members' sums over the streams that have data."""
    kept = calibration[list(SCORES)].where(ok)
    found = kept.median("member").sel(stream=[s for s in FAST_STREAMS if s in kept["stream"].values])
    found["nnse_sum"] = kept["nnse"].sum("stream", min_count=1).median("member")
    for name in SCORES:
        found[name].attrs = dict(calibration[name].attrs)
    found["nnse_sum"].attrs = {"units": "1", "long_name": "NNSE summed over the streams of the cell"}
    return found.astype(np.float32).transpose("cell", "experiment", "stream", "period")


def fluxes_over_cells(by_cell: xr.Dataset) -> xr.Dataset:
    """Quartiles over cells of NNSE, by (experiment, stream, period), the ``sum`` over streams among the streams, and
    the number of ``cells`` that have the stream."""
    total = by_cell["nnse_sum"].expand_dims(stream=[SUM])
    nnse = xr.concat([by_cell["nnse"], total], "stream", coords="minimal", compat="override").drop_attrs()
    quartiles = {name: nnse.quantile(q, "cell", skipna=True).drop_vars("quantile") for name, q in QUARTILES.items()}
    return xr.Dataset(quartiles).assign(cells=nnse.notnull().sum("cell")).transpose("experiment", "stream", "period")
