"""The design of a study as a Dataset: what each experiment runs, and what it is held to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from ...ecological_rules import EDCS
from ...variables import FAST_STREAMS

PRIORS = ("canopy_efficiency", "lcma", "autotrophic_fraction", "labile_lifespan")
LIVING = ("labile", "foliar", "root", "wood")

_PERIODS = ("cycle", "calibration", "validation")


def study_design(configuration: Mapping[str, Any], forcing: Sequence[int], cells: int) -> xr.Dataset:
    """The design of a study with ``cells`` cells from the ``configuration`` that its store keeps.

    Variables (experiment,): ``years`` of the run, its ``last_year``, and first and last calendar year of the ``cycle``
    (``forcing`` where it names none), of ``calibration`` and of ``validation`` (0 where there is none); ``bare_ground``
    where all living pools begin small; ``observe`` and ``days`` (experiment, stream), ``""`` where a stream is not
    used; ``prior`` (experiment, prior) and ``edc`` (experiment, constraint), whether it is in the cost.
    Attributes: ``cells``, ``members``, ``forward_years`` (0 without forward runs).
    """
    experiments: Mapping[str, Any] = configuration["experiments"]
    streams = (*FAST_STREAMS, "biomass")
    rows: dict[str, list] = {}
    for plain in experiments.values():
        for name, value in _run(plain, configuration, forcing).items():
            rows.setdefault(name, []).append(value)
        own = plain["streams"]
        rows.setdefault("observe", []).append([own[s]["observe"] if s in own else "" for s in streams])
        rows.setdefault("days", []).append([own[s]["days"] if s in own else 0 for s in streams])
        rows.setdefault("prior", []).append([name in plain["priors"] for name in PRIORS])
        rows.setdefault("edc", []).append([name in plain["constraints"] for name in EDCS])
    second = {"observe": "stream", "days": "stream", "prior": "of_prior", "edc": "constraint"}
    ds = xr.Dataset(
        {n: (("experiment", *([second[n]] if n in second else [])), np.array(v)) for n, v in rows.items()},
        {"experiment": list(experiments), "stream": list(streams), "of_prior": list(PRIORS), "constraint": list(EDCS)},
    )
    grows = bool((ds["observe"] == "biomass_curve").any())
    members = max((plain["members"] for plain in experiments.values()), default=0)
    return ds.assign_attrs(cells=cells, members=members, forward_years=configuration["forward_years"] if grows else 0)


def _run(plain: Mapping[str, Any], configuration: Mapping[str, Any], forcing: Sequence[int]) -> dict[str, Any]:
    simulation = plain["simulation"]
    cycle = simulation["cycle"] or forcing
    periods = {
        "cycle": cycle,
        "calibration": plain["calibration_years"] or configuration["calibration_years"],
        "validation": plain["validation_years"] or configuration["validation_years"] or (0, 0),
    }
    pools = plain["initial_pools"]
    return {
        "years": simulation["years"] or cycle[1] - cycle[0] + 1,
        "last_year": simulation["last_year"] or cycle[1],
        "bare_ground": all(name in pools and pools[name]["bounds"] is not None for name in LIVING),
        **{f"{name}_{end}": periods[name][i] for name in _PERIODS for i, end in enumerate(("first", "last"))},
    }
