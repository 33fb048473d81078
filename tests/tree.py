"""A fake but plausible store of one stand, for the tests of results, analysis, figures and report.

Nothing here runs the model: the numbers are drawn to look like a boreal stand under three experiments.
"""

from __future__ import annotations

import json

import numpy as np
import xarray as xr

from diffdalec.model.parameters import PARAMETERS, UNIDENTIFIABLE
from diffdalec.model.pools import INITIAL_POOLS
from diffdalec.units import dry_matter_from_carbon
from diffdalec.variables import FAST_STREAMS, VARIABLES

EXPERIMENTS = ("baseline", "single_year", "growth_curve")
TRUE_WOOD_TURNOVER = 7.5e-5  # d-1: a residence time of 36.5 years
WOOD_TURNOVER_FACTOR = {"baseline": 4.0, "single_year": 2.0, "growth_curve": 1.05}
SPREAD = {"baseline": 0.5, "single_year": 0.3, "growth_curve": 0.06}
CENTRE = {
    "litter_to_som_rate": 1e-3, "autotrophic_fraction": 0.48, "foliar_fraction": 0.08, "root_fraction": 0.32,
    "leaf_lifespan_parameter": 2.6, "wood_turnover": TRUE_WOOD_TURNOVER, "root_turnover": 2.4e-3,
    "litter_turnover": 2.6e-3, "som_turnover": 2.2e-5, "temperature_sensitivity": 0.052,
    "canopy_efficiency": 13.5, "leaf_onset_day": 128.0, "labile_fraction": 0.14,
    "labile_release_period": 45.0,
    "leaf_fall_day": 262.0, "leaf_fall_period": 70.0, "lcma": 88.0, "uwue": 9.0, "paw_drainage_scale": 900.0,
    "field_capacity": 180.0, "wilting_point_fraction": 0.12, "labile_lifespan": 1.4, "moisture_factor": 0.06,
    "paw_to_puw_fraction": 0.2, "puw_drainage_scale": 2000.0, "radiation_evaporation": 0.03,
    "labile": 60.0, "foliar": 45.0, "root": 50.0, "wood": 90.0, "litter": 300.0, "som": 9000.0, "paw": 220.0,
    "puw": 300.0,
}  # fmt: skip
TERMS = (
    "stream:gpp", "stream:reco", "stream:et", "stream:lai", "stream:biomass",
    "prior:canopy_efficiency", "prior:lcma", "prior:autotrophic_fraction",
    "prior:labile_lifespan",
    "edc1", "edc2", "edc3", "edc4", "edc5", "edc6", "edc7", "edc8", "edc9",
)  # fmt: skip
CONFIGURATION = (
    "site: Synthetic boreal stand\nseed: 0\nmembers: 5\ngrowth_curve:\n  bmax: 90.0\n  k: 0.032\n  p: 2.4\n"
)


def stand_tree(
    members: int = 5,
    years: int = 9,
    seed: int = 0,
    missing: tuple[str, ...] = (),
    failed: str | None = None,
    growth: bool = True,
    truth: bool = True,
    experiments: tuple[str, ...] = EXPERIMENTS,
) -> xr.DataTree:
    """A store in the schema. ``missing``: streams without data; ``failed``: an experiment without any ok."""
    rng = np.random.default_rng(seed)
    site = _site(years, missing, rng)
    calibration = _calibration(members, missing, failed, truth, experiments, growth, rng)
    groups = {
        "/": xr.Dataset(attrs=_attributes(truth)),
        "/site": site,
        "/calibration": calibration,
        "/simulation": _simulation(site, calibration, rng),
    }
    if growth:
        groups["/growth_run"], groups["/forward"] = _biomass(calibration, rng)
    if truth:
        groups["/truth"] = _truth(growth)
    return xr.DataTree.from_dict(groups)


def _attributes(truth: bool) -> dict:
    return {
        "title": "Synthetic boreal stand",
        "diffdalec_version": "0.1.0",
        "created": "2026-11-22T09:30:00+00:00",
        "configuration": CONFIGURATION,
        "configuration_sha256": "b" * 64,
        "input_sha256": "a" * 64,
        "versions": json.dumps({"python": "3.11.9", "jax": "0.10.2", "numpy": "2.4.6", "xarray": "2026.9.0"}),
        "machine": "Fake processor, 2 cores",
        "warnings": ["The demo uses a shorter growth run and fewer iterations than the paper."]
        if truth
        else [],
        "wall_seconds": json.dumps({"canopy efficiency": 1.2, "calibration": 151.0, "forward": 3.4}),
    }


def _site(years: int, missing: tuple[str, ...], rng: np.random.Generator) -> xr.Dataset:
    time = np.arange("2001-01-01", f"{2001 + years}-01-01", dtype="datetime64[D]").astype("datetime64[ns]")
    day = np.arange(time.size)
    season = np.clip(np.sin(2 * np.pi * (day - 105) / 365.25), 0, None)
    weather = np.zeros(time.size)
    for i in range(1, time.size):
        weather[i] = 0.85 * weather[i - 1] + rng.normal(0, 0.5)
    mean = 4 + 13 * np.sin(2 * np.pi * (day - 110) / 365.25) + 3 * weather
    values = {
        "tmin": mean - 4, "tmax": mean + 5, "shortwave": 0.5 + 20 * season, "vpd": 0.5 + 8 * season,
        "precipitation": rng.gamma(0.4, 4.5, time.size), "co2": 370 + day / 365.25 * 2,
        "gpp": 8 * season ** 1.4 * (1 + 0.12 * weather), "reco": 0.4 + 4.5 * season * (1 + 0.1 * weather),
        "et": 0.2 + 2.6 * season * (1 + 0.2 * weather), "lai": 1.6 + 1.2 * season,
    }  # fmt: skip
    for name in FAST_STREAMS:
        observed = values[name] + rng.normal(0, 0.08 * values[name].max(), time.size)
        observed[rng.random(time.size) < 0.2] = np.nan
        observed[200:235] = np.nan
        if name == "lai":
            observed[day % 8 != 0] = np.nan
        values[name] = np.full(time.size, np.nan) if name in missing else observed
    dataset = xr.Dataset(
        {n: ("time", v, VARIABLES[n].attributes) for n, v in values.items()
         if n not in missing or n != "lai"},
        coords={"time": time},
        attrs={
            "site": "Synthetic boreal stand", "source": "embedded", "source_sha256": "a" * 64,
            "reader": "synthetic", "calibration_years": "2001-2005",
            "notes": ["et: 35 days missing in 2001"],
        },
    )  # fmt: skip
    early = dataset["time"].dt.year <= 2005
    dataset = dataset.assign(calibration=early, validation=~early)
    for name, value in {"latitude": 61.8, "mean_temperature": 4.1, "mean_precipitation": 1.8}.items():
        dataset[name] = ((), value, VARIABLES[name].attributes)
    return dataset


def _calibration(members, missing, failed, truth, experiments, growth, rng) -> xr.Dataset:
    dims, shape = ("experiment", "member"), (len(experiments), members)
    coords = {"experiment": list(experiments), "member": np.arange(members)}
    data = xr.Dataset(coords=coords)
    for name, quantity in {**PARAMETERS, **INITIAL_POOLS}.items():
        values = np.empty(shape)
        for i, experiment in enumerate(experiments):
            spread = SPREAD.get(experiment, 0.3) * (3.0 if name in UNIDENTIFIABLE else 1.0)
            factor = WOOD_TURNOVER_FACTOR.get(experiment, 1.0) if name == "wood_turnover" else 1.0
            draw = rng.normal(0, spread, members)
            if quantity.circular:
                values[i] = np.mod(CENTRE[name] + 30 * draw, 365.25)
            else:
                values[i] = np.clip(CENTRE[name] * factor * np.exp(draw), quantity.lower, quantity.upper)
        group = "parameter" if name in PARAMETERS else "initial_pool"
        data[name] = (dims, values, {
            "units": quantity.unit, "long_name": quantity.long_name, "group": group, "lower": quantity.lower,
            "upper": quantity.upper, "identifiable": name not in UNIDENTIFIABLE,
            "circular": quantity.circular,
        })  # fmt: skip
    for name, values in derived_traits(data).items():
        data[name] = (dims, values.values, VARIABLES[name].attributes | {"group": "trait"})
    status = np.full(shape, "ok", dtype=object)
    reason = np.full(shape, "", dtype=object)
    if members > 3:
        status[0, 1], reason[0, 1] = "non_finite", "cost not finite at iteration 120"
        status[-1, 2], reason[-1, 2] = "dead", "total biomass below 10 gC m-2 at the end of the growth run"
    if failed is not None:
        row = experiments.index(failed)
        status[row], reason[row] = "stuck", "cost 2.1 above the best member's"
    data["status"], data["status_reason"] = (dims, status.astype(str)), (dims, reason.astype(str))
    _add_scores(data, missing, growth, rng)
    return data


def derived_traits(data: xr.Dataset) -> dict[str, xr.DataArray]:
    """Traits that agree with the split of NPP; the leaf lifespan is the rough 1 / ln(L / (L − 1))."""
    leaf = data["foliar_fraction"] + (1 - data["foliar_fraction"]) * data["labile_fraction"]
    root = (1 - leaf) * data["root_fraction"]
    shape = data["leaf_lifespan_parameter"]
    return {
        "allocation_leaf": leaf,
        "allocation_wood": 1 - leaf - root,
        "allocation_root": root,
        "leaf_lifespan": 1 / np.log(shape / (shape - 1)),
        "wood_residence_time": 1 / (365.25 * data["wood_turnover"]),
        "root_residence_time": 1 / (365.25 * data["root_turnover"]),
        "carbon_use_efficiency": 1 - data["autotrophic_fraction"],
    }


def _add_scores(data: xr.Dataset, missing, growth, rng) -> None:
    experiments, members = data.sizes["experiment"], data.sizes["member"]
    shape = (experiments, members, len(FAST_STREAMS), 2)
    nnse = np.array([0.94, 0.92, 0.86, 0.95])[:, None] - np.array([0.0, 0.02]) - rng.uniform(0, 0.03, shape)
    nnse[:, :, [FAST_STREAMS.index(name) for name in missing]] = np.nan
    dims = ("experiment", "member", "stream", "period")
    data["nnse"] = (dims, nnse, {"long_name": "normalised Nash–Sutcliffe efficiency", "units": "1"})
    data["r2"] = (dims, nnse - 0.02, {"units": "1"})
    data["rmse"] = (dims, 8 * (1 - nnse), {})
    data.coords.update({"stream": list(FAST_STREAMS), "period": ["calibration", "validation"]})
    terms = np.abs(rng.lognormal(-4, 2, (experiments, members, len(TERMS))))
    terms[:, :, :4] = -nnse[..., 0]
    names = list(data["experiment"].values)
    terms[:, :, 4] = -rng.uniform(0.85, 0.99, (experiments, members))
    for i, name in enumerate(names):
        if not name.startswith("growth") or not growth:
            terms[i, :, 4] = np.nan
    data["cost_terms"] = (("experiment", "member", "term"), terms)
    data.coords["term"] = list(TERMS)
    data["cost"] = data["cost_terms"].sum("term")
    iteration = np.arange(0, 2001, 50)
    fall = 4 * np.exp(-iteration / rng.uniform(120, 500, (experiments, members, 1)))
    history = data["cost"].values[..., None] + fall - fall[..., -1:]
    bad = data["status"] == "non_finite"
    history[bad.values, 3:] = np.nan
    data["cost"] = data["cost"].where(~bad)
    data["cost_terms"] = data["cost_terms"].where(~bad)
    data["nnse"] = data["nnse"].where(~bad)
    data["cost_history"] = (("experiment", "member", "checkpoint"), history)
    data.coords["iteration"] = (
        ("experiment", "checkpoint"), np.broadcast_to(iteration, (experiments, iteration.size)).copy()
    )  # fmt: skip


def _simulation(site: xr.Dataset, calibration: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
    coords = {name: calibration[name] for name in ("experiment", "member")} | {"time": site["time"]}
    sizes = tuple(coord.size for coord in coords.values())
    day = np.arange(site.sizes["time"])
    season = np.clip(np.sin(2 * np.pi * (day - 105) / 365.25), 0, None)
    shapes = {
        "gpp": 0.15 + 7.6 * season**1.4, "reco": 0.5 + 4.2 * season, "et": 0.25 + 2.5 * season,
        "lai": 1.5 + 1.3 * season,
    }  # fmt: skip
    data = xr.Dataset(coords=coords)
    bad = (calibration["status"] == "non_finite").values
    for name, mean in shapes.items():
        values = mean * (1 + rng.normal(0, 0.07, (*sizes[:2], 1)) + rng.normal(0, 0.1, sizes[2]))
        values[bad] = np.nan
        data[name] = (("experiment", "member", "time"), values.astype("f4"), VARIABLES[name].attributes)
    return data


def _biomass(calibration: xr.Dataset, rng: np.random.Generator) -> tuple[xr.Dataset, xr.Dataset]:
    names, members = calibration["experiment"].values, calibration.sizes["member"]
    age = np.arange(1, 101)
    reference = 9000 * (1 - np.exp(-0.032 * age)) ** 2.4
    level = {"baseline": 0.28, "single_year": 0.55, "growth_curve": 1.0}
    total = np.empty((len(names), members, age.size))
    alive = np.ones((len(names), members), bool)
    for i, name in enumerate(names):
        high = level.get(name, 0.5) * np.exp(rng.normal(0, SPREAD.get(name, 0.3) / 2, (members, 1)))
        rate = 0.032 / level.get(name, 0.5)
        total[i] = 9000 * high * (1 - np.exp(-rate * age)) ** 2.4 + 40
        if name == "baseline" and members > 3:
            total[i, 3] = 60 * np.exp(-age / 8)
            alive[i, 3] = False
    total[(calibration["status"] == "non_finite").values] = np.nan
    alive &= (calibration["status"] != "non_finite").values
    dims = ("experiment", "member", "age")
    forward = xr.Dataset(
        {"total_biomass": (dims, total, VARIABLES["total_biomass"].attributes),
         "alive": (dims[:2], alive), "reference": ("age", reference, {"units": "gC m-2"})},
        coords={"experiment": names, "member": calibration["member"], "age": age},
    )  # fmt: skip
    median = dry_matter_from_carbon(
        forward["total_biomass"].where(calibration["status"] == "ok").median("member")
    )
    curve = dry_matter_from_carbon(forward["reference"])
    forward["rmse"] = np.sqrt(((median - curve) ** 2).mean("age")).where(median.notnull().all("age"))
    seen = median.notnull().all("age")
    forward["r2"] = 1 - ((median - curve) ** 2).sum("age") / ((curve - curve.mean()) ** 2).sum()
    forward["pbias"] = 100 * (median - curve).sum("age") / curve.sum()
    forward["biomass_100"] = median.sel(age=100)
    forward["r2"], forward["pbias"] = forward["r2"].where(seen), forward["pbias"].where(seen)
    growing = [n for n in names if n.startswith("growth")]
    long = np.arange(1, 108)
    run = 9000 * (1 - np.exp(-0.031 * long)) ** 2.4 * np.exp(rng.normal(0, 0.02, (len(growing), members, 1)))
    run += 60 * np.sin(long / 1.5)
    growth = xr.Dataset(
        {"total_biomass": (dims, run, VARIABLES["total_biomass"].attributes)},
        coords={"experiment": growing, "member": calibration["member"], "age": long},
    )
    return growth, forward.drop_vars("quantile", errors="ignore")


def _truth(growth: bool) -> xr.Dataset:
    data = xr.Dataset({name: ((), value) for name, value in CENTRE.items()})
    data = data.assign(derived_traits(data))
    if growth:
        data["total_biomass"] = ("age", 9000 * (1 - np.exp(-0.032 * np.arange(1, 101))) ** 2.4)
        data = data.assign_coords(age=np.arange(1, 101))
    return data
