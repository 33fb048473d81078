"""From parts to the cell set: a chunk of cells at a time, validated, written beside its place and renamed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr
import zarr

from ...harmonise.biomass import root_shoot_ratio, total_biomass
from ...harmonise.cellset import (
    DAILY_FORCING,
    cell_coordinates,
    coverage,
    plausible_statics,
    validate,
    what_is_missing,
)
from ...harmonise.climate import calibration_climate, climate_predictors
from ...harmonise.evaporation import evaporative_fraction
from ...harmonise.soil import carbon_nitrogen_ratio
from ...harmonise.trait_priors import autotrophic_fraction, lcma_from_specific_leaf_area
from ...study import Study
from ...variables import FORCING, OBSERVATIONS, VARIABLES, WINDOWS_FROM_JANUARY
from .parts import Part, PartStore

CELLS_PER_CHUNK = 16
"""Cells of a chunk of the store: 36 years of one variable are 0.8 MB."""

LABILE, LEAF = "cardamom_2016_allocation_labile", "cardamom_2016_allocation_leaf"


@dataclass
class Ingredients:
    """The finished parts, and what is known of the cells beside them (name -> (cells,)).

    ``cells`` are those the parts are of; ``kept`` are the positions of those that the set will have.
    """

    store: PartStore
    cells: np.ndarray
    kept: np.ndarray
    forcing: Sequence[Part]
    observations: Mapping[str, Sequence[Part]]
    statics: Sequence[Part]
    known: Mapping[str, np.ndarray]
    co2: np.ndarray
    reco_windows: str = WINDOWS_FROM_JANUARY
    counts: dict[str, dict[str, int]] = field(default_factory=dict)

    def count(self, name: str, counts: Mapping[str, int]) -> None:
        """Add to what is recorded of a variable."""
        of_name = self.counts.setdefault(name, {})
        for what, number in counts.items():
            of_name[what] = of_name.get(what, 0) + int(number)


def study_days(study: Study) -> pd.DatetimeIndex:
    """Every day of the forcing years."""
    first, last = study.years.forcing
    return pd.date_range(f"{first}-01-01", f"{last}-12-31")


def series_names(ingredients: Ingredients) -> list[str]:
    """Variables (cell, time) of the set."""
    seen = {name for parts in ingredients.observations.values() for part in parts for name in part.variables}
    fraction = {"evaporative_fraction"} if {"et", "potential_evaporation"} <= seen else set()
    return [*DAILY_FORCING, *(name for name in OBSERVATIONS if name in seen | fraction)]


def create_series(group: zarr.Group, names: Sequence[str], cells: int, days: int, reco_windows: str) -> None:
    """Empty arrays of the variables (cell, time)."""
    for name in names:
        windows = {"windows": reco_windows} if name == "reco" else {}
        group.create_array(
            name,
            shape=(cells, days),
            chunks=(min(CELLS_PER_CHUNK, cells), days),
            dtype="float32",
            fill_value=float("nan"),
            dimension_names=("cell", "time"),
            attributes={**VARIABLES[name].attributes, **windows},
        )


def make_batch(study: Study, ingredients: Ingredients, positions: np.ndarray) -> xr.Dataset:
    """The cell set's Dataset of the cells at ``positions`` of the parts, validated."""
    time = study_days(study)
    batch = cell_coordinates(ingredients.cells[positions]).assign_coords(time=time)
    batch["co2"] = ("time", ingredients.co2.astype(np.float32), FORCING["co2"].attributes)
    for name in DAILY_FORCING:
        values = [ingredients.store.read(part, name, positions) for part in ingredients.forcing]
        batch[name] = (("cell", "time"), np.concatenate(values, axis=1), FORCING[name].attributes)
    batch = batch.assign(_observations(study, ingredients, positions, time))
    batch = batch.assign(climate_predictors(batch)).assign(calibration_climate(batch, study.years.calibration))
    batch = batch.assign(_statics(study, ingredients, positions))
    batch, left_out = plausible_statics(batch)
    for name, number in left_out.items():
        ingredients.count(name, {"left_out_as_implausible": number})
    batch = batch.assign(coverage(batch, study.years.observations))
    batch["missing"] = ("cell", what_is_missing(batch), {"long_name": "what the cell lacks"})
    validate(batch)
    return batch


def _observations(
    study: Study, ingredients: Ingredients, positions: np.ndarray, time: pd.DatetimeIndex
) -> dict[str, xr.DataArray]:
    found = {}
    for parts in ingredients.observations.values():
        for name in dict.fromkeys(name for part in parts for name in part.variables):
            values = np.full((len(positions), len(time)), np.nan, dtype=np.float32)
            for part in parts:
                inside = np.flatnonzero(time.year == int(part.name))
                values[:, inside] = ingredients.store.read(part, name, positions)
            attributes = OBSERVATIONS[name].attributes if name in OBSERVATIONS else {}
            found[name] = xr.DataArray(values, dims=("cell", "time"), attrs=attributes)
    potential = found.pop("potential_evaporation", None)
    if potential is not None and "et" in found:
        fraction = evaporative_fraction(found["et"], potential)
        counted = {key: fraction.attrs.pop(key) for key in list(fraction.attrs) if key.startswith("days")}
        ingredients.count("evaporative_fraction", counted)
        found["evaporative_fraction"] = fraction.astype(np.float32)
    if "reco" in found:
        found["reco"].attrs["windows"] = ingredients.reco_windows
    return found


def _statics(study: Study, ingredients: Ingredients, positions: np.ndarray) -> dict[str, xr.DataArray]:
    values = {name: known[positions] for name, known in ingredients.known.items()}
    for part in ingredients.statics:
        for name in part.variables:
            of_name = ingredients.store.read(part, name, positions).astype(float)
            values[f"{part.stage}/{name}"] = _mean_of_years(of_name) if of_name.ndim > 1 else of_name
    derived = _derived(values, study.prepare.carbon_fraction)
    return {
        name: xr.DataArray(value.astype(np.float32), dims="cell", attrs=VARIABLES[name].attributes)
        for name, value in derived.items()
    }


def _mean_of_years(values: np.ndarray) -> np.ndarray:
    """Mean (cells,) over the years that have a value."""
    count = np.isfinite(values).sum(axis=1)
    return np.divide(np.nansum(values, axis=1), count, out=np.full(len(values), np.nan), where=count > 0)


def _derived(values: dict[str, np.ndarray], carbon_fraction: float) -> dict[str, np.ndarray]:
    """The set's statics of what products say; a variable whose product the study lacks is left out."""
    found = {name: value for name, value in values.items() if "/" not in name}
    given = {name.partition("/")[::2]: value for name, value in values.items() if "/" in name}
    roots = [given.get(("root_biomass", name)) for name in ("belowground_biomass", "aboveground_biomass")]
    if roots[0] is not None and roots[1] is not None:
        found["root_shoot"] = root_shoot_ratio(roots[0], roots[1])
    if "aboveground_biomass_2020" in found and "root_shoot" in found:
        found["total_biomass_2020"] = total_biomass(
            found["aboveground_biomass_2020"], found["root_shoot"], carbon_fraction
        )
    if ("sla", "specific_leaf_area") in given:
        found["lcma_prior"] = lcma_from_specific_leaf_area(given["sla", "specific_leaf_area"], carbon_fraction)
    if ("cue", "carbon_use_efficiency") in given:
        found["autotrophic_fraction_prior"] = autotrophic_fraction(given["cue", "carbon_use_efficiency"])
    soil = {name: value for (product, name), value in given.items() if product == "gsde_soil"}
    carbon, nitrogen = soil.pop("organic_carbon", None), soil.pop("total_nitrogen", None)
    if carbon is not None and nitrogen is not None:
        found["carbon_nitrogen_ratio"] = carbon_nitrogen_ratio(carbon, nitrogen)
    others = {
        name: value
        for (product, name), value in given.items()
        if product in ("pft", "cardamom_2016", "field_allocation")
    }
    # Our leaf allocation counts what goes to leaves by way of the labile pool.
    labile = others.pop(LABILE, None)
    if labile is not None and LEAF in others:
        others[LEAF] = others[LEAF] + labile
    return found | soil | others
