"""``diffdalec synth``: a synthetic boreal biome with known truth, as an archive of product files and a study of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import yaml

from ..errors import InputError
from ..harmonise.growth_curve import DRY_MATTER
from ..harmonise.growth_fit import fit_growth_curve
from ..results.provenance import provenance
from ..study import load_study
from ..synthetic.biome.biomass import age_samples, mapped_biomass
from ..synthetic.biome.biome import Biome
from ..synthetic.biome.domain import Domain, compact_domain
from ..synthetic.biome.environment import ClimateStatistics
from ..synthetic.biome.landscape import draw_landscape, fire_interval
from ..synthetic.biome.products import (
    cardamom_2016,
    co2,
    cru_jra,
    cue,
    esa_cci_biomass,
    field_allocation,
    fluxsat,
    glass_lai,
    gleam,
    growth_curves,
    gsde_soil,
    pft,
    root_biomass,
    sla,
    zeng_reco,
)
from ..synthetic.biome.traits import Scatter
from .synth_cells import CellBatch, Request, Series, batches, synthesise_cells

Progress = Callable[[str], None]
"""Called with a line that says what is being made."""

WRITERS = (
    co2, sla, field_allocation, cue, cardamom_2016, pft, gsde_soil, root_biomass, esa_cci_biomass, zeng_reco,
    glass_lai, gleam, fluxsat, cru_jra,
)  # fmt: skip

VALIDATION_SHARE = 7.0 / 19.0
"""Share of the observed years that the study holds out: the paper's 2013–2019 of 2001–2019."""


def synthesise(
    folder: Path,
    *,
    cells: int,
    seed: int = 0,
    years: tuple[int, int] = (1985, 2020),
    observations: tuple[int, int] = (2001, 2019),
    progress: Progress | None = None,
    backend: str = "auto",
) -> Path:
    """Write a synthetic biome of ``cells`` land cells into ``folder`` and return the path of its ``study.yaml``.

    ``folder/archive`` holds every product in its own files; ``folder/truth.zarr`` the true parameters, traits, initial
    pools and biomass by age, which no step of a study reads but the evaluation. ``years`` of forcing and
    ``observations`` are calendar years, first and last. InputError where the folder holds an archive already, or for
    years that no study can use.
    """
    folder = Path(folder)
    _check(folder, years, observations)
    domain = compact_domain(cells)
    held_out = round(VALIDATION_SHARE * (observations[1] - observations[0] + 1))
    calibration = (observations[0], observations[1] - held_out)
    request = Request(domain, seed, years, observations, calibration)
    report = progress or (lambda line: None)
    work = folder / "work"
    try:
        series = Series(work, request)
        made = []
        for chosen in batches(cells):
            report(f"true forests: cells {chosen.start + 1} to {chosen.stop} of {cells}")
            made.append(synthesise_cells(request, chosen, series, backend))
        biome = _biome(request, series, made)
        _write_truth(folder / "truth.zarr", made, request)
        _write_archive(folder / "archive", biome, report)
        del biome, series
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return _write_study(folder / "study.yaml", request)


def _check(folder: Path, years: tuple[int, int], observations: tuple[int, int]) -> None:
    for name in ("archive", "truth.zarr", "study.yaml", "work"):
        if (folder / name).exists():
            raise InputError(f"{folder} holds {name} already; a synthetic biome is written into a new folder")
    if not years[0] <= observations[0] < observations[1] <= years[1]:
        raise InputError(
            f"observations of {observations[0]}-{observations[1]} must be two years or more within the forcing's "
            f"{years[0]}-{years[1]}"
        )


def _biome(request: Request, series: Series, made: list[CellBatch]) -> Biome:
    domain, seed = request.domain, request.seed
    climate = ClimateStatistics(
        **{f.name: np.concatenate([getattr(b.climate, f.name) for b in made]) for f in fields(ClimateStatistics)}
    )
    land = request.land
    interval = fire_interval(climate, land, Scatter(seed, domain.cell, "fire")("interval"))
    truth = [batch.truth for batch in made]
    return Biome(
        domain=domain,
        seed=seed,
        time=series.time,
        observed=series.observed,
        land=land,
        climate=climate,
        landscape=draw_landscape(domain, interval, land.trees, seed),
        forcing=series.forcing,
        seen=series.seen,
        relative={name: np.concatenate([b.relative[name] for b in made], axis=1) for name in made[0].relative},
        biomass=np.concatenate([b.biomass for b in made], axis=1),
        root_shoot=np.concatenate([b.root_shoot for b in made]),
        allocation={
            part: np.concatenate([t[f"allocation_{part}"].values for t in truth]) for part in ("leaf", "wood", "root")
        },
    )


def _write_archive(archive: Path, biome: Biome, report: Progress) -> None:
    parts = len(WRITERS) + 1
    for index, writer in enumerate(WRITERS):
        report(f"{writer.NAME} ({index + 1} of {parts})")
        writer.write(archive / writer.NAME, biome)
    report(f"{growth_curves.NAME} ({parts} of {parts})")
    growth_curves.write(archive / growth_curves.NAME, biome, fitted_curves(biome))


def fitted_curves(biome: Biome) -> dict[str, np.ndarray]:
    """Growth curves of the cells, each fitted to what maps of age and biomass show of its landscape; NaN where too few
    age classes are there."""
    mapped = mapped_biomass(biome)
    count = biome.domain.cell.size
    fitted = {name: np.full(count, np.nan) for name in growth_curves.UNITS}
    for index in range(count):
        samples = age_samples(biome, mapped, index)
        if samples is None:
            continue
        ages, means, errors = samples
        curve = fit_growth_curve(ages, means, DRY_MATTER, sd=errors, source=f"cell {biome.domain.cell[index]}")
        found = {"AGBmax": curve.bmax, "k": curve.k, "p": curve.p, "R2": curve.r2, "n": float(ages.size)}
        for name, value in found.items():
            fitted[name][index] = np.nan if value is None else value
    return fitted


def _write_truth(path: Path, made: list[CellBatch], request: Request) -> None:
    truth = xr.concat([batch.truth for batch in made], "cell")
    settings = {
        "cells": int(request.domain.cell.size),
        "seed": request.seed,
        "years": list(request.years),
        "observations": list(request.observed),
    }
    truth.attrs = {"title": "The truth of a synthetic boreal biome", **provenance(settings, "")}
    truth.to_zarr(path, mode="w", zarr_format=3, consolidated=False)


def _write_study(path: Path, request: Request) -> Path:
    d: Domain = request.domain
    (south, north), (west, east) = d.latitude_axis.bounds, d.longitude_axis.bounds
    study: dict[str, Any] = {
        "name": "synthetic",
        "title": f"Synthetic boreal biome of {d.cell.size} cells, seed {request.seed}",
        "archive": "./archive",
        "domain": {"latitude": [south, north], "longitude": [west, east]},
        "years": {
            "forcing": list(request.years),
            "observations": list(request.observed),
            "calibration": list(request.calibration),
        },
        "products": {writer.NAME: {"path": writer.NAME} for writer in WRITERS} | {growth_curves.NAME: _curves()},
        "experiments": ["paper/baseline", "paper/single_year", "paper/growth_curve"],
        "members": 5,
        "seed": request.seed,
    }
    path.write_text(yaml.safe_dump(study, sort_keys=False, allow_unicode=True), encoding="utf-8")
    load_study(path)
    return path


def _curves() -> dict[str, Any]:
    named = {"biomass_curve_maximum": "AGBmax", "biomass_curve_rate": "k", "biomass_curve_shape": "p"}
    return {"path": growth_curves.NAME, "variables": named}
