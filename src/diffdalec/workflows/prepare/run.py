"""``prepare``: from a study's archive to its cell set, restartable, within the memory that the study allows."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from ...errors import InputError
from ...harmonise.composites import window_kind
from ...harmonise.mature import mature_biomass, mature_pixels
from ...harmonise.soil import DEPTH
from ...readers.products import PRODUCTS
from ...readers.products.esa_cci_biomass import YEAR as MAP_YEAR
from ...study import Study
from ...variables import WINDOWS_FROM_JANUARY
from .assembly import Ingredients
from .cells import ChosenCells, choose_cells
from .parts import Part, PartStore
from .pool import Pool
from .remembered import FileHashes
from .sources import EXTREMES, Progress, Sources, find_sources
from .statics import PIXELS_OF_BIOMASS, averaged_parts, biomass_part, plots_part, soil_part, vegetation_part
from .streams import STREAM_PRODUCTS, forcing_parts, observation_parts
from .windows import memory_per_worker
from .writing import CELL_SET_FORMAT, is_made_of, settings_of_numbers, write_cell_set

MOST_WORKERS = 4
"""Threads beside which reading, which one does at a time, would be what all wait for."""


def prepare(study: Study, *, check: bool = False, progress: Progress | None = None) -> Path:
    """Make the cell set of a study from its archive and return its place, ``study.cell_set``.

    Every file's header is looked at first, and all that is wrong is told in one InputError; with ``check`` that is all
    that is done, and the archive's place is returned. Then each year of each product is made a part in ``out/parts``,
    which an interrupted or repeated run takes up as it is unless its files or settings changed; a cell set of the same
    parts stays as it is. ``progress`` is called with what is done, how many steps of it, and of how many.

    Raises InputError for what cannot be read, is not plausible, or leaves no cell.
    """
    tell = progress or _silent
    folder = study.out / "parts"
    sources = find_sources(study, folder, tell, afresh=check)
    if check:
        return study.archive
    chosen = choose_cells(study, sources.of("growth_curves"))
    hashes = FileHashes(folder / "hashes.json")
    store = PartStore(folder, chosen.ids, hashes)
    store.sweep()
    memory, workers = memory_per_worker(int(study.prepare.memory), min(MOST_WORKERS, _cores()))
    pool = Pool(store, sources, chosen.ids, memory, workers)
    try:
        parts = _make_parts(study, sources, chosen, store, pool, tell)
    finally:
        hashes.save()
    return _assemble(study, sources, chosen, store, parts, hashes, tell)


@dataclass(frozen=True)
class _Parts:
    forcing: Sequence[Part]
    observations: Mapping[str, Sequence[Part]]
    statics: Sequence[Part]
    biomass: Part | None
    known: Mapping[str, np.ndarray]

    @property
    def all(self) -> list[Part]:
        of_streams = [part for parts in self.observations.values() for part in parts]
        return [*self.forcing, *of_streams, *self.statics, *([self.biomass] if self.biomass else [])]


def _make_parts(
    study: Study, sources: Sources, chosen: ChosenCells, store: PartStore, pool: Pool, tell: Progress
) -> _Parts:
    known = dict(chosen.curves)
    mature = np.zeros((len(chosen.ids), 0, 0), dtype=bool)
    biomass = biomass_part(study, sources)
    if biomass is not None:
        pool.make([biomass], tell, "biomass map")
        pixels = store.read(biomass, PIXELS_OF_BIOMASS)
        mature = mature_pixels(pixels, study.prepare.mature_percentile, study.prepare.mature_minimum)
        known["mature_fraction"] = mature.mean(axis=(1, 2))
        known["aboveground_biomass_2020"] = mature_biomass(pixels, mature, chosen.ids)
    statics = [
        part
        for part in (
            *averaged_parts(study, sources).values(),
            soil_part(study, sources),
            vegetation_part(study, sources),
            plots_part(sources),
        )
        if part is not None
    ]
    pool.make(statics, tell, "soil, traits and vegetation")
    forcing = forcing_parts(study, sources)
    pool.make(forcing, tell, "meteorology")
    mask = hashlib.sha256(np.packbits(mature).tobytes()).hexdigest()
    observations = observation_parts(study, sources, mature, mask)
    for product, parts in observations.items():
        if parts:
            pool.make(parts, tell, PRODUCTS[product].title)
    return _Parts(forcing, observations, statics, biomass, known)


def _assemble(
    study: Study,
    sources: Sources,
    chosen: ChosenCells,
    store: PartStore,
    parts: _Parts,
    hashes: FileHashes,
    tell: Progress,
) -> Path:
    lacking = np.stack([store.read(part, "lacking").sum(axis=1) for part in parts.forcing]).sum(axis=0)
    kept = np.flatnonzero(lacking == 0)
    if not kept.size:
        raise InputError(f"study {study.name}: none of the {len(lacking)} cells has meteorology on every day")
    excluded = {
        "no growth curve": list(chosen.without_curve),
        "no meteorology on some days": chosen.ids[lacking != 0].tolist(),
    }
    ingredients = Ingredients(
        store=store,
        cells=chosen.ids,
        kept=kept,
        forcing=parts.forcing,
        observations=parts.observations,
        statics=parts.statics,
        known=parts.known,
        co2=_daily_co2(study, sources),
        reco_windows=_reco_windows(sources),
    )
    files = [entry for part in parts.all for entry in store.inputs(part)]
    for product in ("growth_curves", "co2"):
        files += [(product, f.path.name, f.path.stat().st_size, hashes(f.path)) for f in sources.of(product)]
    hashes.save()
    made_of = _made_of(study, [store.fingerprint(part) for part in parts.all], files)
    if is_made_of(study.cell_set, made_of):
        return study.cell_set
    repairs = [store.repairs(part) for part in parts.all]
    notes = (*sources.notes, *_choices(study, sources))
    return write_cell_set(study, ingredients, files, repairs, excluded, notes, made_of, tell)


def _made_of(study: Study, parts: Sequence[str], files: Sequence[tuple]) -> str:
    """A hash of all that makes the cell set: parts by their fingerprints, files, settings."""
    made = [CELL_SET_FORMAT, parts, sorted(set(files)), settings_of_numbers(study)]
    return hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()


def _reco_windows(sources: Sources) -> str:
    """Which windows the respiration product has: those of its first file; others are refused when they are read."""
    files = sources.of(STREAM_PRODUCTS["reco"])
    if not files:
        return WINDOWS_FROM_JANUARY
    first = files[0]
    times = pd.DatetimeIndex(PRODUCTS[first.product].check(first).times)
    return window_kind(times, int(times[0].year), "reco")


def _choices(study: Study, sources: Sources) -> list[str]:
    """What was taken where an archive leaves a choice, in sentences."""
    extremes = "6-hourly minima and maxima" if sources.of("cru_jra", EXTREMES[0]) else "6-hourly temperatures"
    radiation = "trendy_radiation" if "trendy_radiation" in study.products else "cru_jra"
    biomass = study.products.get("esa_cci_biomass")
    year = biomass.settings.get("year", MAP_YEAR) if biomass is not None else MAP_YEAR
    other_year = [f"variables of the biomass map, which are named 2020, are of {year}."] if year != MAP_YEAR else []
    return [
        *other_year,
        f"tmin and tmax are the lowest and highest of a day's four {extremes}.",
        f"shortwave is of {radiation}.",
        f"soil properties are means down to {DEPTH} m.",
    ]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _daily_co2(study: Study, sources: Sources) -> np.ndarray:
    """The year's value on every day of it (days,) [ppm]."""
    (file,) = sources.of("co2")
    annual: xr.DataArray = PRODUCTS["co2"].read(file)["co2"]
    first, last = study.years.forcing
    days = np.arange(np.datetime64(f"{first}-01-01"), np.datetime64(f"{last + 1}-01-01"))
    return annual.sel(year=days.astype("datetime64[Y]").astype(int) + 1970).values


def _silent(name: str, done: int, total: int) -> None:
    pass
