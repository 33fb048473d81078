"""Studies to draw: a strip of 12 cells and a belt of 3,000, with the evaluation's own tables."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.path import Path

from diffdalec.analysis.cells import (
    CellEnsemble,
    against_references,
    biomass_by_cell,
    biomass_over_cells,
    fluxes_by_cell,
    fluxes_over_cells,
    retrieval,
    robustness,
    trait_differences,
)
from diffdalec.config import load_experiment
from diffdalec.figures.biome.design_definition import study_design
from diffdalec.figures.biome.groups import Groups, with_tables
from diffdalec.figures.biome.land import land
from diffdalec.grid import cell_centre, cell_id
from diffdalec.model import PARAMETERS
from diffdalec.variables import FAST_STREAMS, TRAITS

EXPERIMENTS = ("baseline", "single_year", "growth_curve")
PAPER = tuple(f"paper/{name}" for name in EXPERIMENTS)
MEMBERS = ("cell", "experiment", "member")
QUANTITIES = (
    "allocation_leaf", "allocation_wood", "allocation_root", "leaf_lifespan", "wood_turnover", "root_turnover",
    "carbon_use_efficiency", "lcma", "uwue", "leaf_onset_day",
)  # fmt: skip
MEANS = {
    "allocation_leaf": 0.3, "allocation_wood": 0.45, "allocation_root": 0.25, "leaf_lifespan": 2.0,
    "wood_turnover": 6e-5, "root_turnover": 2.5e-3, "carbon_use_efficiency": 0.5, "lcma": 90.0, "uwue": 15.0,
    "leaf_onset_day": 130.0,
}  # fmt: skip
CHANGES = {"wood_turnover": (1.0, 0.65, 0.45), "leaf_lifespan": (0.6, 0.8, 1.1), "allocation_leaf": (1.1, 1.0, 0.8)}
YEARS = 100


def strip() -> np.ndarray:
    """Ids of 12 cells in a row in Finland."""
    return cell_id(np.full(12, 62.25), 24.25 + 0.5 * np.arange(12))


def belt(count: int = 3000) -> np.ndarray:
    """Ids of ``count`` cells on land along the boreal forest, all round the pole."""
    latitude, longitude = np.meshgrid(np.arange(46.25, 70, 0.5), np.arange(-179.75, 180, 0.5), indexing="ij")
    middle = 58.0 + 4.5 * np.cos(np.radians(longitude - 60.0)) - 3.0 * np.cos(np.radians(2 * longitude + 20.0))
    points = np.column_stack([longitude.ravel(), latitude.ravel()])
    ashore = np.any([Path(rings[0]).contains_points(points) for rings in land()], axis=0)
    away = np.abs(points[:, 1] - middle.ravel())
    away[~ashore] = np.inf
    return np.sort(cell_id(*points[np.argsort(away, kind="stable")[:count], ::-1].T))


def scattered(count: int = 60) -> np.ndarray:
    """Ids of cells that stand apart from one another all along the belt."""
    return belt()[:: 3000 // count][:count]


@cache
def study(kind: str = "strip", seed: int = 0) -> Groups:
    """Groups and tables of a study over ``strip``, ``belt`` or ``scattered`` cells."""
    ids = {"strip": strip, "belt": belt, "scattered": scattered}[kind]()
    rng = np.random.default_rng(seed)
    cells = _cells(ids, rng)
    calibration = _calibration(cells, rng)
    ensemble = CellEnsemble(calibration)
    forward = _forward(calibration, cells)
    by_cell = fluxes_by_cell(calibration, ensemble.ok)
    by_cell["ok"] = ensemble.ok.sum("member").astype(np.int32)
    by_cell["robust_cv"] = ensemble.spread.transpose("cell", "experiment", "quantity").astype(np.float32)
    by_cell = by_cell.merge(biomass_by_cell(forward, ensemble.ok, 0.5))
    truth = ensemble.medians.isel(experiment=-1, drop=True)[[*QUANTITIES]] * (1 + 0.1 * _field(cells, rng))
    tables = {
        "biomass": _frame(biomass_over_cells(by_cell, forward, ensemble.ok, 0.5)),
        "nnse": _frame(fluxes_over_cells(by_cell)),
        "traits": _frame(trait_differences(ensemble)),
        "robustness": _frame(robustness(ensemble)),
        "references": pd.DataFrame(against_references(ensemble, cells)),
        "retrieval": _frame(retrieval(ensemble, truth)),
    }
    groups = {"cells": cells, "calibration": calibration, "medians": ensemble.medians, "evaluation": by_cell,
              "forward": forward, "truth": truth, "design": design(cells.sizes["cell"])}  # fmt: skip
    return with_tables(groups, tables)


def design(cells: int = 12, experiments: tuple[str, ...] = PAPER) -> xr.Dataset:
    """The design of a study under shipped experiments."""
    loaded = [load_experiment(name) for name in experiments]
    configuration = {
        "experiments": {e.name: e.model_dump(mode="json") for e in loaded},
        "calibration_years": [2001, 2012], "validation_years": [2013, 2019], "forward_years": 100,
    }  # fmt: skip
    return study_design(configuration, (1985, 2020), cells)


def _frame(table: xr.Dataset) -> pd.DataFrame:
    dims = list(dict.fromkeys(str(d) for v in table.data_vars.values() for d in v.dims))
    return table.to_dataframe(dim_order=dims).reset_index()


def _field(cells: xr.Dataset, rng: np.random.Generator) -> xr.DataArray:
    """A smooth pattern (cell) of mean 0 and spread 1."""
    north, east = np.radians(cells["latitude"].values), np.radians(cells["longitude"].values)
    place = np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])
    waves = rng.normal(0, 4.0, (6, 3)) * (1.0 if cells.sizes["cell"] > 100 else 8.0)
    pattern = np.sin(waves @ place + rng.uniform(0, 6.3, (6, 1))).sum(axis=0)
    pattern = (pattern - pattern.mean()) / max(pattern.std(), 1e-9)
    return xr.DataArray(pattern, dims="cell", coords={"cell": cells["cell"]})


def _cells(ids: np.ndarray, rng: np.random.Generator) -> xr.Dataset:
    latitude, longitude = cell_centre(ids)
    cells = xr.Dataset({"latitude": ("cell", latitude), "longitude": ("cell", longitude)}, {"cell": ids})
    typical = {
        "biomass_curve_maximum": (160, 50), "biomass_curve_rate": (0.03, 0.008), "biomass_curve_shape": (1.6, 0.3),
        "root_shoot": (0.28, 0.04), "mean_annual_temperature": (-3, 4), "coldest_month_temperature": (-22, 7),
        "temperature_seasonality": (13, 3), "annual_precipitation": (520, 120), "precipitation_seasonality": (0.5, 0.1),
        "mean_shortwave": (9.5, 1), "shortwave_seasonality": (0.8, 0.1), "mean_vpd": (3.5, 0.8),
        "vpd_seasonality": (0.9, 0.15), "bulk_density": (1.2, 0.15), "clay": (18, 6), "ph": (5.5, 0.6),
        "carbon_nitrogen_ratio": (20, 4), "evergreen_needleleaf_fraction": (0.5, 0.2),
        "deciduous_broadleaf_fraction": (0.15, 0.08), "deciduous_needleleaf_fraction": (0.25, 0.2),
    }  # fmt: skip
    for name, (mean, spread) in typical.items():
        values = mean + spread * _field(cells, rng)
        cells[name] = values.clip(0, 1) if name.endswith("_fraction") else values
    for stream in (*FAST_STREAMS, "evaporative_fraction"):
        cells[f"coverage_{stream}"] = (0.85 + 0.1 * _field(cells, rng)).clip(0, 1)
    references = {"allocation_leaf": (0.35, 0.05), "allocation_wood": (0.4, 0.06), "allocation_root": (0.25, 0.05),
                  "root_residence_time": (1.5, 0.5),
                  "leaf_lifespan": (1.6, 0.5), "wood_residence_time": (60, 20)}  # fmt: skip
    for name, (mean, spread) in references.items():
        cells[f"cardamom_2016_{name}"] = (mean + spread * _field(cells, rng)).clip(0.02)
    some = rng.random(ids.size) < (0.02 if ids.size > 100 else 0.5)
    for part, mean in (("leaf", 0.3), ("wood", 0.48), ("root", 0.22)):
        cells[f"field_allocation_{part}"] = ("cell", np.where(some, mean + 0.08 * rng.normal(size=ids.size), np.nan))
    cells["field_allocation_plots"] = ("cell", np.where(some, rng.integers(1, 12, ids.size), 0))
    return cells


def _calibration(cells: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
    shape = (cells.sizes["cell"], 3, 5)
    out = xr.Dataset(coords={"cell": cells["cell"], "experiment": list(EXPERIMENTS), "member": np.arange(5),
                             "stream": list(FAST_STREAMS), "period": ["calibration", "validation"]})  # fmt: skip
    looseness = np.array([0.3, 0.2, 0.08])[:, None] * np.exp(0.5 * rng.normal(size=(shape[0], 1, 1)))
    for name in QUANTITIES:
        pattern = np.exp(0.22 * _field(cells, rng).values)[:, None, None]
        change = np.array(CHANGES.get(name, (1.0, 1.0, 1.0)))[:, None]
        noise = np.exp(looseness * rng.normal(size=shape))
        row = TRAITS.get(name) or PARAMETERS[name]
        values = MEANS[name] * pattern * change * noise
        if name.startswith("allocation") or name == "carbon_use_efficiency":
            values = np.minimum(values, 0.95)
        group = "trait" if name in TRAITS else "parameter"
        attributes = {"units": row.unit, "long_name": row.long_name, "group": group,
                      "circular": int(name == "leaf_onset_day"), "identifiable": int(name != "uwue")}  # fmt: skip
        out[name] = (MEMBERS, values.astype(np.float32), attributes)
    status = np.where(rng.random(shape) < 0.06, "diverged", "ok")
    out["status"] = (MEMBERS, status.astype(str))
    nnse = 0.86 + 0.05 * _field(cells, rng).values[:, None, None, None, None] + 0.02 * rng.normal(size=(*shape, 4, 2))
    nnse = np.clip(nnse - np.array([0.0, 0.05, 0.02, 0.1])[:, None] - np.array([0.0, 0.03]), 0, 1)
    out["nnse"] = ((*MEMBERS, "stream", "period"), nnse, {"units": "1"})
    out["r2"], out["rmse"] = out["nnse"] ** 2, 1 - out["nnse"]
    terms = ["stream:gpp", "stream:reco", "stream:et", "stream:lai", "stream:biomass", "prior:lcma", "edc1", "edc2"]
    values = np.broadcast_to(-0.8, (*shape, len(terms))).copy()
    values[:, 0, :, terms.index("stream:biomass")] = np.nan
    out = out.assign_coords(term=terms)
    out["cost_terms"] = ((*MEMBERS, "term"), values)
    return out


def _forward(calibration: xr.Dataset, cells: xr.Dataset) -> xr.Dataset:
    age = xr.DataArray(np.arange(1, YEARS + 1), dims="age", coords={"age": np.arange(1, YEARS + 1)})
    grown = (1 - np.exp(-cells["biomass_curve_rate"] * age)) ** cells["biomass_curve_shape"]
    reference = 50.0 * cells["biomass_curve_maximum"] * (1 + cells["root_shoot"]) * grown
    factor = xr.DataArray([0.55, 1.15, 1.0], dims="experiment", coords={"experiment": list(EXPERIMENTS)})
    own = calibration["wood_turnover"] / calibration["wood_turnover"].mean(["cell", "member"])
    total = reference * factor * (1.0 / own) ** xr.where(factor == 1.0, 0.15, 0.5)
    forward = xr.Dataset({"total_biomass": total.transpose(*MEMBERS, "age").astype(np.float32),
                          "alive": own < 1.6, "reference": reference.transpose("cell", "age")})  # fmt: skip
    return forward.assign_attrs(carbon_fraction=0.5)


