"""Tables of what was run and what it rests on: settings in numbers, stages, coverage of the data, the cells shown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from ...analysis.cells import CellEnsemble
from ...analysis.tables import ROBUST_CV_LIMIT
from ...config import Experiment, load_experiment
from ...results.study_store import Mark, read_cells, read_marks
from ...study import Study
from ...variables import FAST_STREAMS
from .configuration import RunConfiguration, stored_configuration
from .stages import STAGES

COVERAGE = "coverage_"
MOST_SHOWN = 12
"""So many cells can be opened in the report."""


def run_tables(study: Study) -> dict[str, pd.DataFrame]:
    """``study`` (name, value), ``experiments`` (a row each, settings in numbers), ``stages``, ``coverage``."""
    run = stored_configuration(study.store)
    cells = read_cells(study.store, "cells")
    return {
        "study": pd.DataFrame(_study(cells, run), columns=["name", "value"]),
        "experiments": pd.DataFrame([_experiment(e, run) for e in run.experiments]),
        "stages": pd.DataFrame([_stage(study, name) for name in run.stages]),
        "coverage": _coverage(cells),
    }


def _study(cells: xr.Dataset, run: RunConfiguration) -> list[tuple[str, float]]:
    years = {"calibration": run.calibration_years, "validation": run.validation_years}
    rows: list[tuple[str, float]] = [("cells", cells.sizes["cell"])]
    for name, years_of in years.items():
        if years_of is not None:
            rows += [(f"{name}_first_year", years_of[0]), (f"{name}_last_year", years_of[1])]
    for name in ("latitude", "longitude"):
        if name in cells:
            rows += [(f"{name}_lowest", float(cells[name].min())), (f"{name}_highest", float(cells[name].max()))]
    return [
        *rows,
        ("members", max(e.members for e in run.experiments)),
        ("forward_years", run.forward_years),
        ("seed", run.seed),
        ("carbon_fraction", run.carbon_fraction),
        ("robust_cv_limit", ROBUST_CV_LIMIT),
    ]


def _experiment(e: Experiment, run: RunConfiguration) -> dict[str, object]:
    """Size of an experiment's search beside that of the shipped one of its name, where there is one."""
    shipped = load_experiment(f"paper/{e.name}").optimiser if _is_shipped(e.name) else None
    row: dict[str, object] = {"experiment": e.name, "title": e.title, "members": e.members, "streams": len(e.streams)}
    for key in ("iterations", "candidates", "starts"):
        row[key] = getattr(e.optimiser, key, np.nan)
        row[f"shipped_{key}"] = getattr(shipped, key, np.nan)
    return row


def _is_shipped(name: str) -> bool:
    from ...config import shipped_experiments

    return f"paper/{name}" in shipped_experiments()


def _stage(study: Study, name: str) -> dict[str, object]:
    marks = read_marks(study.store, STAGES[name].group)
    counts = {mark.name.lower(): int((marks == mark).sum()) for mark in Mark}
    return {"stage": name, "cells": len(marks), **counts}


def _coverage(cells: xr.Dataset) -> pd.DataFrame:
    """By stream: cells with and without any value, and the share of the expected values that the cells have."""
    columns = ["stream", "cells_with", "cells_without", "mean", "lower_quartile", "median", "upper_quartile", "least"]
    rows = []
    names = [str(n).removeprefix(COVERAGE) for n in cells.data_vars if str(n).startswith(COVERAGE)]
    for stream in [*(s for s in FAST_STREAMS if s in names), *(n for n in names if n not in FAST_STREAMS)]:
        share = cells[f"{COVERAGE}{stream}"].values.astype(float)
        share = np.where(np.isfinite(share), share, 0.0)
        low, middle, high = np.quantile(share, [0.25, 0.5, 0.75])
        rows.append(
            (stream, int((share > 0).sum()), int((share == 0).sum()), share.mean(), low, middle, high, share.min())
        )
    return pd.DataFrame(rows, columns=columns)


def sample_positions(cells: xr.Dataset, evaluated: xr.Dataset, done: np.ndarray, number: int = MOST_SHOWN) -> list[int]:
    """Positions of at most ``number`` calibrated cells: the one that follows its growth curve worst under the last
    experiment (the first cell without forward runs), then each time the cell that is farthest from those chosen."""
    candidates = np.flatnonzero(done)
    if not candidates.size:
        return []
    error = np.zeros(done.size)
    if "biomass_rmse" in evaluated:
        error = np.nan_to_num(evaluated["biomass_rmse"].isel(experiment=-1).values)
    latitude = np.radians(cells["latitude"].values)
    longitude = np.radians(cells["longitude"].values)
    place = np.stack([
        np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude),
    ], axis=-1)  # fmt: skip
    chosen = [int(candidates[np.argmax(error[candidates])])]
    while len(chosen) < min(number, candidates.size):
        away = np.min(np.linalg.norm(place[candidates, None] - place[None, chosen], axis=-1), axis=1)
        away[np.isin(candidates, chosen)] = -1
        chosen.append(int(candidates[np.argmax(away)]))
    return chosen


def sample_tables(
    ensemble: CellEnsemble, evaluated: xr.Dataset, cells: xr.Dataset, positions: list[int]
) -> dict[str, pd.DataFrame]:
    """``sample`` (cell and what it is), ``sample_members`` (a row for each member: status, cost, traits) and
    ``sample_traits`` (cell, quantity, experiment: median, spread, members' range, robust CV, flag)."""
    from ...analysis.cells.flags import Flag, ensemble_maps

    traits = [n for n in ensemble.quantities if ensemble.calibration[n].attrs.get("group") == "trait"]
    picked = ensemble.calibration.isel(cell=positions)
    own = CellEnsemble(picked)
    members = picked[["status", "status_reason", "cost", *traits]].to_dataframe().reset_index()
    rows = []
    for name in traits:
        maps, values = ensemble_maps(own, name), own.members(name)
        maps["lowest"], maps["highest"] = values.min("member"), values.max("member")
        maps["flag"] = xr.apply_ufunc(lambda f: np.vectorize(lambda v: Flag(int(v)).name.lower())(f), maps["flag"])
        frame = maps.to_dataframe().reset_index()
        frame.insert(1, "quantity", name)
        rows.append(frame)
    about = ["latitude", "longitude", *(n for n in cells.data_vars if n not in ("latitude", "longitude"))]
    sample = cells[about].reset_coords().isel(cell=positions).drop_vars("cell", errors="ignore").to_dataframe()
    sample.insert(0, "cell", picked["cell"].values)
    return {
        "sample": sample.reset_index(drop=True),
        "sample_members": members,
        "sample_traits": pd.concat(rows, ignore_index=True),
    }
