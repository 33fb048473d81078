"""A small cell set in the schema of ``prepare``, made of synthetic stands with weather of different seeds, and studies
that calibrate it in seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from diffdalec.synthetic.stand import TRUE_PARAMETERS
from diffdalec.synthetic.weather import boreal_weather
from diffdalec.workflows.simulate import simulate
from stands import MATURE_POOLS

FIRST, LAST = 2009, 2012

EXPERIMENTS = {
    "baseline": "extends: baseline\nname: baseline\nsimulation: {cycle: [2009, 2012], years: 4}\n",
    "single_year": "extends: single_year\nname: single_year\nsimulation: {cycle: [2009, 2012], years: 4}\n",
    "growth_curve": "extends: growth_curve\nname: growth_curve\nsimulation: {cycle: [2009, 2012], years: 8}\n",
}


def cell_set(number: int) -> xr.Dataset:
    """``number`` cells of four years; observations are noise-free, RECO as means of 10 days, LAI every 8 days."""
    one = [_cell(seed) for seed in range(number)]
    cells = xr.concat(one, "cell", data_vars="all", coords="minimal", combine_attrs="override")
    cells["co2"] = cells["co2"].isel(cell=0, drop=True)
    cells = cells.assign_coords(
        cell=np.arange(number, dtype=np.int64) * 7 + 200_000,
        latitude=("cell", 60.25 + 0.5 * np.arange(number)),
        longitude=("cell", np.full(number, 24.75)),
        area=("cell", np.full(number, 1.5e9)),
    )
    cells.attrs = {"title": "cells of a test", "configuration": "none", "inputs": "[]"}
    return cells


def _cell(seed: int) -> xr.Dataset:
    weather = boreal_weather((FIRST, LAST), seed=seed).drop_vars("latitude")
    means = {
        "mean_temperature": 0.5 * (weather["tmin"] + weather["tmax"]).mean(),
        "mean_precipitation": weather["precipitation"].mean(),
    }
    seen = simulate(TRUE_PARAMETERS, MATURE_POOLS, weather.assign(means | {"latitude": 62.0}), dtype="float64")
    day = seen["time"].dt.dayofyear
    window = seen["time"].dt.year * 100 + (day - 1) // 10
    ds = weather.assign({name: seen[name] for name in ("gpp", "et")} | means)
    ds["lai"] = seen["lai"].where((day - 1) % 8 == 0)
    ds["reco"] = seen["reco"].groupby(window.rename("window")).mean().sel(window=window).drop_vars("window")
    ds["reco"].attrs["windows"] = "10 days from 1 January"
    ds["evaporative_fraction"] = seen["et"] / seen["et"].max()
    numbers = {
        "biomass_curve_maximum": 100.0 + 10 * seed, "biomass_curve_rate": 0.04, "biomass_curve_shape": 2.5,
        "root_shoot": 0.3, "aboveground_biomass_2020": 90.0, "total_biomass_2020": 5850.0,
        "lcma_prior": 90.0, "autotrophic_fraction_prior": 0.5,
    }  # fmt: skip
    ds = ds.assign({name: ((), value) for name, value in numbers.items()})
    return ds.astype(dict.fromkeys(ds.data_vars, np.float32))


def write_study(folder: Path, cells: xr.Dataset, **settings: str) -> Path:
    """A study folder with ``cells`` already prepared, and its study file; ``settings`` are lines of YAML by key."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in EXPERIMENTS.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    lines = {
        "name": "test",
        "years": f"{{forcing: [{FIRST}, {LAST}], observations: [{FIRST}, {LAST}], calibration: [{FIRST}, {LAST - 1}]}}",
        "experiments": "[baseline.yaml, single_year.yaml, growth_curve.yaml]",
        "members": "2",
        "calibration": "{iterations: 4, candidates: 8, starts: 2, rehearsals: []}",
        "forward_years": "12",
        "batch": "1",
    } | settings
    path = folder / "study.yaml"
    path.write_text("".join(f"{key}: {value}\n" for key, value in lines.items()), encoding="utf-8")
    cells.to_zarr(folder / "out" / "cells.zarr", mode="w", zarr_format=3, consolidated=False)
    return path
