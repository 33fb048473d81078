"""Evaluate what has been calibrated of a study: groups in the store, tables (CSV) and ``summary.json``.

The truth of a synthetic study is opened here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from ...analysis.cells import (
    CellEnsemble,
    against_references,
    biomass_by_cell,
    biomass_over_cells,
    biomass_retrieval,
    fluxes_by_cell,
    fluxes_over_cells,
    retrieval,
    robustness,
    trait_differences,
)
from ...errors import InputError
from ...results.study_store import Mark, read_attributes, read_cells, replace_group
from ...results.study_summary import study_summary, write_study_summary
from ...study import Study
from .configuration import stored_configuration
from .folder import only_driver

TRUTH = "truth.zarr"
SUMMARY = "summary.json"


@dataclass(frozen=True)
class StudyEvaluation:
    """What came of a study: ``by_cell`` and ``medians`` (cell, experiment …), ``tables`` by name, ``sentences``."""

    by_cell: xr.Dataset
    medians: xr.Dataset
    tables: dict[str, pd.DataFrame]
    sentences: list[str]


def evaluate_study(study: Study) -> StudyEvaluation:
    """Evaluate the finished cells; writes the store's groups ``evaluation`` and ``medians``, ``tables/`` and
    ``summary.json``. InputError where nothing has been calibrated."""
    with only_driver(study.out):
        found = evaluation(study)
        replace_group(study.store, "medians", found.medians)
        replace_group(study.store, "evaluation", found.by_cell)
        folder = study.out / "tables"
        folder.mkdir(exist_ok=True)
        for name, table in found.tables.items():
            table.to_csv(folder / f"{name}.csv", index=False, float_format="%.6g")
        write_study_summary(study_summary(found.tables, read_attributes(study.store)), study.out / SUMMARY)
    return found


def evaluation(study: Study) -> StudyEvaluation:
    """The evaluation of the cells that are calibrated, in memory."""
    run = stored_configuration(study.store)
    calibration, cells = read_cells(study.store, "calibration"), read_cells(study.store, "cells")
    marks = calibration["done"].values
    if not (marks == Mark.DONE).any():
        raise InputError(f"{study.store}: no cell has been calibrated; {_why_none(calibration)}")
    ensemble = CellEnsemble(calibration)
    by_cell = fluxes_by_cell(calibration, ensemble.ok)
    by_cell["ok"] = ensemble.ok.sum("member").astype(np.int32).assign_attrs(units="1", long_name="ok members")
    by_cell["robust_cv"] = ensemble.spread.transpose("cell", "experiment", "quantity").astype(np.float32)
    tables = {
        "members": _members(calibration),
        "nnse": _frame(fluxes_over_cells(by_cell)),
        "traits": _frame(trait_differences(ensemble)),
        "robustness": _frame(robustness(ensemble)),
    }
    if run.grows:
        forward = read_cells(study.store, "forward")
        if (forward["done"].values == Mark.DONE).any():
            by_cell = by_cell.merge(biomass_by_cell(forward, ensemble.ok, run.carbon_fraction))
            biomass = biomass_over_cells(by_cell, forward, ensemble.ok, run.carbon_fraction)
            tables = {"biomass": _frame(biomass)} | tables
    references = against_references(ensemble, cells)
    if references:
        tables["references"] = pd.DataFrame(references)
    truth = true_values(study)
    if truth is not None:
        tables["retrieval"] = _frame(retrieval(ensemble, truth))
        if "biomass" in by_cell:
            rows = biomass_retrieval(by_cell, truth, run.forward_years, run.carbon_fraction)
            tables["retrieval"] = pd.concat([tables["retrieval"], pd.DataFrame(rows)], ignore_index=True)
    tables["cells"] = _cells(cells, calibration, by_cell, ensemble.medians)
    tables["failures"] = _failures(calibration)
    return StudyEvaluation(by_cell, ensemble.medians, tables, _sentences(tables))


def true_values(study: Study) -> xr.Dataset | None:
    """The truth of a synthetic study, ``truth.zarr`` beside its archive; None where there is none."""
    path: Path = study.archive.parent / TRUTH
    if not path.exists():
        return None
    with xr.open_zarr(path, consolidated=False, chunks=None) as truth:
        return truth.load()


def _frame(table: xr.Dataset) -> pd.DataFrame:
    """A row for each entry of the table, labels first; the order of the dimensions is kept."""
    dims = list(dict.fromkeys(str(d) for v in table.data_vars.values() for d in v.dims))
    order = [d for d in ("quantity", "experiment", "stream", "period") if d in dims]
    return table.to_dataframe(dim_order=order).reset_index()


def _why_none(calibration: xr.Dataset) -> str:
    failed = calibration["done"].values == Mark.FAILED
    reasons, counts = np.unique(calibration["failure"].values[failed], return_counts=True)
    if not reasons.size:
        return "run `diffdalec calibrate` first"
    most = int(np.argmax(counts))
    return f"{counts.sum()} cells failed, {counts[most]} of them because: {reasons[most]}"


def _members(calibration: xr.Dataset) -> pd.DataFrame:
    """How many members of calibrated cells have which status."""
    done = calibration["done"].values == Mark.DONE
    rows = []
    for name in calibration["experiment"].values:
        status = calibration["status"].sel(experiment=name).values[done]
        kinds, counts = np.unique(status, return_counts=True)
        rows += [
            {"experiment": str(name), "status": str(k), "members": int(n), "share": n / status.size}
            for k, n in zip(kinds, counts, strict=True)
        ]
    return pd.DataFrame(rows, columns=["experiment", "status", "members", "share"])


def _failures(calibration: xr.Dataset) -> pd.DataFrame:
    failed = calibration["done"].values == Mark.FAILED
    return pd.DataFrame(
        {"cell": calibration["cell"].values[failed], "reason": calibration["failure"].values[failed]}
    )


def _cells(cells: xr.Dataset, calibration: xr.Dataset, by_cell: xr.Dataset, medians: xr.Dataset) -> pd.DataFrame:
    """What a map needs: a row for each cell and experiment."""
    columns = [n for n in by_cell.data_vars if set(by_cell[n].dims) <= {"cell", "experiment"}]
    ds = by_cell[columns].merge(medians)
    for period in by_cell["period"].values:
        ds[f"nnse_sum_{period}"] = by_cell["nnse_sum"].sel(period=period, drop=True)
        for stream in by_cell["stream"].values:
            ds[f"nnse_{stream}_{period}"] = by_cell["nnse"].sel(stream=stream, period=period, drop=True)
    for name in ("longitude", "latitude"):
        if name in cells:
            ds = ds.assign({name: ("cell", cells[name].values)})
    ds = ds.isel(cell=calibration["done"].values != Mark.WAITING)
    frame = ds.to_dataframe(dim_order=["cell", "experiment"]).reset_index()
    front = [n for n in ("cell", "latitude", "longitude", "experiment") if n in frame]
    return frame[[*front, *(n for n in frame.columns if n not in front)]]


def _sentences(tables: dict[str, pd.DataFrame]) -> list[str]:
    """The result in a few lines."""
    lines = []
    for row in tables["biomass"].itertuples() if "biomass" in tables else ():
        lines.append(
            f"{row.experiment}: biomass at the end of the forward runs has an RMSE of {row.rmse:.1f} Mg ha-1 "
            f"and R² {row.r2:.2f} over {row.cells} cells; {row.alive} of {row.members} ok members live to it."
        )
    if "retrieval" in tables:
        wood = tables["retrieval"].query("quantity == 'wood_turnover'")
        parts = [f"{row.experiment} {row.correlation:.2f}" for row in wood.itertuples()]
        lines.append(f"Correlation of wood turnover with the truth: {', '.join(parts)}.")
    if len(tables["failures"]):
        lines.append(f"note: {len(tables['failures'])} cells could not be calibrated; see tables/failures.csv.")
    return lines
