"""The report of a study: its tables and exports written anew, figures drawn, and all of it on one page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
import yaml

from ...analysis.cells import CellEnsemble
from ...errors import InputError
from ...figures.cell import CellData, cell_figure
from ...report.biome import Picture, StudyReport, Tables, picture, write_study_report
from ...results.study_store import Mark, read_attributes, read_cells
from ...study import Study, load_study
from .configuration import stored_configuration
from .evaluate import evaluate_study, true_values
from .export import export_maps
from .figures import study_figures
from .report_tables import MOST_SHOWN, run_tables, sample_positions, sample_tables
from .sample import simulated_cell

REPORT, TABLES = "report.html", "tables"
CELL_DPI = 110
_READING = (
    "Above: every usable member of the runs from bare ground, the median thick, the growth curve dashed; allocation, "
    "residence times and leaf lifespan of every usable member, a bar at the median, dashed where the truth is known. "
    "Below: the mean year of observations (points) and of the members' median (lines)."
)

Steps = Callable[[str, int, int], None]
"""Called with what is being made, how much of it is done, and of how much."""


def find_study(folder: Path) -> Study | None:
    """The study of a folder: one with a ``study.yaml``, a study file itself, or the folder of a study's results,
    wherever it has been moved. None where it is none of these."""
    if folder.is_file() or (folder / "study.yaml").is_file():
        return load_study(folder)
    if not (folder / "study.zarr").is_dir():
        return None
    settings = yaml.safe_load(read_attributes(folder / "study.zarr")["study"])
    return Study.model_validate(settings | {"out": folder.resolve()})


def report_study(
    study: Study,
    *,
    shown: int = MOST_SHOWN,
    figures: Collection[str] | None = None,
    workers: int = 1,
    progress: Steps | None = None,
) -> Path:
    """Write ``report.html`` of what has been calibrated so far, with everything that it is made of: ``tables/*.csv``,
    ``maps/*.nc`` and ``figures/``. At most ``shown`` cells can be opened in it.
    ``figures`` names those that are drawn (:data:`diffdalec.figures.biome.FIGURES`); all by default. They are drawn by
    as many processes as ``workers`` says.

    InputError where nothing has been calibrated.
    """
    if not study.store.exists():
        raise InputError(f"{study.store}: there is no store to report; run `diffdalec run` first")
    progress = progress or (lambda what, done, of: None)
    evaluate_study(study)
    notes: list[str] = []
    exports = [str(path.relative_to(study.out)) for path in export_maps(study)]
    sample, pictures, said = _cells(study, shown, progress)
    notes += said
    for name, table in ({**run_tables(study), **sample}).items():
        table.to_csv(study.out / TABLES / f"{name}.csv", index=False, float_format="%.6g")
    tables = Tables.read(study.out / TABLES)
    drawn = study_figures(study, progress, figures, workers)
    report = StudyReport(tables, read_attributes(study.store), drawn, pictures, exports, notes)
    return write_study_report(report, study.out / REPORT)


def _cells(
    study: Study, shown: int, progress: Steps
) -> tuple[Mapping[str, pd.DataFrame], dict[str, Picture], list[str]]:
    """Tables and pictures of the cells that can be opened, and what is missing of them."""
    run = stored_configuration(study.store)
    calibration, cells = read_cells(study.store, "calibration"), read_cells(study.store, "cells")
    evaluated = read_cells(study.store, "evaluation")
    positions = sample_positions(cells, evaluated, calibration["done"].values == Mark.DONE, shown)
    forward = read_cells(study.store, "forward") if run.grows else None
    truth = true_values(study)
    there = study.cell_set.exists()
    pictures = {}
    for i, position in enumerate(positions):
        own = calibration.isel(cell=position)
        identity = int(own["cell"])
        grown = forward is not None and forward["done"].values[position] == Mark.DONE
        data = CellData(
            own,
            run.carbon_fraction,
            forward.isel(cell=position) if forward is not None and grown else None,
            simulated_cell(study.cell_set, position, own, run) if there else None,
            truth.sel(cell=identity) if truth is not None and identity in truth["cell"].values else None,
        )
        title = f"Cell {identity}"
        pictures[str(identity)] = picture(f"cell-{identity}", cell_figure(data), title, _READING, CELL_DPI)
        progress("cells to be opened", i + 1, len(positions))
    missing = [] if there else ["The cell set is not here, so that the fits of single cells could not be drawn."]
    return sample_tables(CellEnsemble(calibration), evaluated, _placed(cells), positions), pictures, missing


def _placed(cells: xr.Dataset) -> xr.Dataset:
    """The numbers of the cell set that a reader of a single cell asks for: its place, growth curve and predictors."""
    numbers = [name for name in cells.data_vars if cells[name].dtype.kind in "fiu"]
    return cells[[name for name in numbers if not np.isnan(cells[name].values.astype(float)).all()]]
