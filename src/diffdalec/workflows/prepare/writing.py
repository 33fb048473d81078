"""Writing the cell set: chunk by chunk, with where everything comes from, and a name only once it is whole."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import xarray as xr
import zarr

from ...results.provenance import provenance
from ...study import Study
from .assembly import CELLS_PER_CHUNK, Ingredients, create_series, make_batch, series_names, study_days
from .sources import Progress

CELL_SET_FORMAT = 1
"""Raised when the set is put together otherwise than before: it is then written anew."""

Repairs = Sequence[Mapping[str, Mapping[str, int]]]


def write_cell_set(
    study: Study,
    ingredients: Ingredients,
    files: Sequence[tuple[str, str, int, str]],
    repairs: Repairs,
    excluded: Mapping[str, Sequence[int]],
    notes: Sequence[str],
    made_of: str,
    tell: Progress,
) -> Path:
    """Write the cell set of the ``kept`` cells and return its place.

    ``files``: (product, name, size, sha256) of all that was read; ``repairs``: variable -> what was done -> how often;
    ``excluded``: reason -> cells left out; ``made_of``: a hash of all that the set is made of. All of them are kept in
    the attributes.
    """
    target = study.cell_set
    for left in target.parent.glob(f".{target.name}.writing-*"):
        shutil.rmtree(left, ignore_errors=True)
    beside = target.with_name(f".{target.name}.writing-{os.getpid()}")
    try:
        small = _write_batches(study, ingredients, beside, tell)
        for name, counts in _counted(ingredients, repairs, study).items():
            ingredients.count(name, counts)
        small.attrs = _attributes(study, small, ingredients.counts, files, excluded, notes) | {"made_of": made_of}
        small.to_zarr(beside, mode="a", zarr_format=3, consolidated=False)
        shutil.rmtree(target, ignore_errors=True)
        beside.rename(target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return target


def is_made_of(cell_set: Path, made_of: str) -> bool:
    """Whether there is a cell set, of just this."""
    if not (cell_set / "zarr.json").is_file():
        return False
    return zarr.open_group(cell_set, mode="r", zarr_format=3).attrs.get("made_of") == made_of


def settings_of_numbers(study: Study) -> dict:
    """What of a study makes the numbers: neither places on this machine nor what a run may use of it."""
    settings = study.model_dump(mode="json", include={"name", "domain", "years", "products", "prepare"})
    settings["prepare"].pop("memory")
    return settings


def _write_batches(study: Study, ingredients: Ingredients, place: Path, tell: Progress) -> xr.Dataset:
    """Write all series; return everything else, of all cells."""
    group = zarr.open_group(place, mode="w", zarr_format=3)
    names, count = series_names(ingredients), len(ingredients.kept)
    create_series(group, names, count, len(study_days(study)), ingredients.reco_windows)
    rest = []
    starts = range(0, count, CELLS_PER_CHUNK)
    for done, start in enumerate(starts, 1):
        batch = make_batch(study, ingredients, ingredients.kept[start : start + CELLS_PER_CHUNK])
        for name in names:
            group[name][start : start + CELLS_PER_CHUNK] = batch[name].values  # type: ignore[index]
        rest.append(batch.drop_vars(names))
        tell("cell set", done, len(starts))
    small = xr.concat(rest, "cell", data_vars="minimal", coords="minimal", compat="override", join="override")
    return small.drop_encoding()


def _counted(ingredients: Ingredients, repairs: Repairs, study: Study) -> dict[str, dict[str, int]]:
    """Variable -> what was done to its values -> how often, over all parts."""
    counts: dict[str, dict[str, int]] = {}
    for of_part in repairs:
        for name, done in of_part.items():
            for what, number in done.items():
                counts.setdefault(name, {}).setdefault(what, 0)
                counts[name][what] += number
    time = study_days(study)
    leap_days = int(((time.month == 2) & (time.day == 29)).sum())
    for name in ("tmin", "tmax", "shortwave", "vpd", "precipitation"):
        counts.setdefault(name, {})["filled_leap_days"] = leap_days
    return counts


def _attributes(
    study: Study,
    small: xr.Dataset,
    counts: Mapping[str, Mapping[str, int]],
    files: Sequence[tuple[str, str, int, str]],
    excluded: Mapping[str, Sequence[int]],
    notes: Sequence[str],
) -> dict[str, str]:
    inputs: dict[str, list] = {}
    for product, name, size, digest in sorted(set(files)):
        inputs.setdefault(product, []).append([name, size, digest])
    text = json.dumps(inputs)
    return {
        "title": f"Cell set of study {study.name}",
        **provenance(settings_of_numbers(study), hashlib.sha256(text.encode()).hexdigest()),
        "inputs": text,
        "repairs": json.dumps({name: dict(done) for name, done in sorted(counts.items()) if done}),
        "excluded_cells": json.dumps({reason: list(cells) for reason, cells in excluded.items() if cells}),
        "coverage": json.dumps(coverage_summary(small)),
        "notes": json.dumps(list(notes)),
    }


def coverage_summary(cells: xr.Dataset) -> dict[str, dict[str, float]]:
    """Stream -> mean coverage over cells and number of cells without any value."""
    return {
        str(name).removeprefix("coverage_"): {
            "mean": round(float(cells[name].mean()), 4),
            "cells_without": int((cells[name] == 0).sum()),
        }
        for name in cells.data_vars
        if str(name).startswith("coverage_")
    }
