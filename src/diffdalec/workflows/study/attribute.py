"""Attribute the traits of a study to its predictors: the store's group ``attribution``, and tables (CSV)."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import xarray as xr

from ...analysis.attribution import (
    AttributionSettings,
    Sample,
    attribute_or_tell,
    attribution_sentences,
    attribution_tables,
    check_predictors,
    collect,
    ensemble_targets,
    known_targets,
    require_attribution,
    samples,
)
from ...analysis.cells import CellEnsemble
from ...errors import InputError
from ...results.study_store import Mark, read_cells, replace_group
from ...study import Study
from .evaluate import true_values
from .folder import only_driver

GROUP = "attribution"

Steps = Callable[[str, int, int], None]
"""Called with what is done, how much of it, and of how much."""


@dataclass(frozen=True)
class StudyAttribution:
    """What came of an attribution: the Dataset, its ``tables`` by name, and ``sentences``."""

    attribution: xr.Dataset
    tables: dict[str, pd.DataFrame]
    sentences: list[str]


def attribute_study(
    study: Study,
    settings: AttributionSettings | None = None,
    *,
    experiments: tuple[str, ...] | None = None,
    workers: int = 1,
    progress: Steps | None = None,
) -> StudyAttribution:
    """Attribute the traits of the finished cells, of all ``experiments`` or those named, and of the truth where it is
    known (as experiment ``truth``). Writes the store's group ``attribution`` and ``tables/attribution_*.csv``.

    InputError where nothing is calibrated, a predictor is absent, or the extra ``attribution`` is not installed.
    """
    require_attribution()
    with only_driver(study.out):
        found = attribution(study, settings or AttributionSettings(), experiments, workers, progress)
        replace_group(study.store, GROUP, found.attribution)
        folder = study.out / "tables"
        folder.mkdir(exist_ok=True)
        for name, table in found.tables.items():
            table.to_csv(folder / f"{name}.csv", index=False, float_format="%.6g")
    return found


def attribution(
    study: Study,
    settings: AttributionSettings,
    experiments: tuple[str, ...] | None = None,
    workers: int = 1,
    progress: Steps | None = None,
) -> StudyAttribution:
    """The attribution of the cells that are calibrated, in memory."""
    calibration, cells = read_cells(study.store, "calibration"), read_cells(study.store, "cells")
    done = calibration["done"].values == Mark.DONE
    if not done.any():
        raise InputError(f"{study.store}: no cell has been calibrated; run `diffdalec calibrate` first")
    predictors = check_predictors(cells, f"{study.store}, group cells")
    ensemble = CellEnsemble(calibration.isel(cell=done))
    values, robust = ensemble_targets(ensemble)
    truth = true_values(study)
    if truth is not None:
        known, counted = known_targets(truth.sel(cell=truth["cell"].isin(values["cell"])))
        values, robust = (
            xr.concat(pair, "experiment", join="left", fill_value=fill, combine_attrs="override")
            for pair, fill in (((values, known), float("nan")), ((robust, counted), False))
        )
    values, robust = _chosen(values, experiments), _chosen(robust, experiments)
    wanted = samples(values, robust, predictors, settings)
    results = attribute_all(wanted, settings, workers, progress)
    ds = collect(results, predictors, settings)
    return StudyAttribution(ds, attribution_tables(ds), attribution_sentences(ds))


def attribute_all(
    wanted: dict[tuple[str, str], Sample | str],
    settings: AttributionSettings,
    workers: int = 1,
    progress: Steps | None = None,
) -> dict[tuple[str, str], xr.Dataset | str]:
    """The result of each sample, in the order of ``wanted``; a reason instead of a sample stays, and a sample that
    cannot be attributed becomes one. ``workers`` above 1 are processes; numbers do not depend on them."""
    found: dict[tuple[str, str], xr.Dataset | str] = dict.fromkeys(wanted, "")
    found |= {key: sample for key, sample in wanted.items() if isinstance(sample, str)}
    tasks = {key: sample for key, sample in wanted.items() if isinstance(sample, Sample)}
    report = progress or (lambda what, done, of: None)
    report("attribute: traits", 0, len(tasks))
    if workers == 1 or len(tasks) < 2:
        for number, (key, sample) in enumerate(tasks.items(), start=1):
            found[key] = attribute_or_tell(sample, settings)
            report("attribute: traits", number, len(tasks))
        return found
    context = multiprocessing.get_context("spawn")  # a fork of a process with threads may hang
    with concurrent.futures.ProcessPoolExecutor(min(workers, len(tasks)), mp_context=context) as pool:
        futures = {pool.submit(attribute_or_tell, sample, settings): key for key, sample in tasks.items()}
        for number, future in enumerate(concurrent.futures.as_completed(futures), start=1):
            found[futures[future]] = future.result()
            report("attribute: traits", number, len(tasks))
    return found


def _chosen(ds: xr.Dataset, experiments: tuple[str, ...] | None) -> xr.Dataset:
    if experiments is None:
        return ds
    known = [str(name) for name in ds["experiment"].values]
    for name in experiments:
        if name not in known:
            raise InputError(f"the study has no experiment {name!r}; it has {', '.join(known)}")
    return ds.sel(experiment=list(experiments))
