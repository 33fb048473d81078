"""The summary of a study: the numbers that a script or another study asks for, as strict JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from .provenance import ATTRIBUTES
from .text_files import write_json


def study_summary(tables: Mapping[str, pd.DataFrame], attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The summary of a study's tables; NaN where a number does not exist (null in the file).

    For each experiment: over cells ``biomass`` (``rmse``, ``r2``, ``pbias`` at the end of the forward runs and
    ``rmse_growth_curve`` along the curves [Mg ha-1 of dry matter]), medians of ``nnse`` by period and stream, and of
    ``traits``; ``members`` by status; ``retrieval`` of true traits where they are known; the share of cell-parameters
    that the filter on the robust CV removes.
    """
    experiments = {}
    for name in tables["traits"]["experiment"].unique():
        own = {key: table[table["experiment"] == name] for key, table in tables.items() if "experiment" in table}
        filtered = own["robustness"]
        entry: dict[str, Any] = {
            "nnse": {
                str(period): dict(zip(rows["stream"], rows["median"], strict=True))
                for period, rows in own["nnse"].groupby("period", sort=False)
            },
            "traits": dict(zip(own["traits"]["quantity"], own["traits"]["median"], strict=True)),
            "members": dict(zip(own["members"]["status"], own["members"]["members"], strict=True)),
            "removed_by_robust_cv": float(filtered["removed"].sum() / max(filtered["cells"].sum(), 1)),
        }
        if "biomass" in own:
            row = own["biomass"].iloc[0]
            entry["biomass"] = {key: row[key] for key in ("cells", "rmse", "r2", "pbias", "members", "alive")}
            entry["rmse_growth_curve"], entry["biomass_100"] = row["rmse_along"], row["mean"]
        if "retrieval" in own:
            entry["retrieval"] = {
                row["quantity"]: {key: row[key] for key in ("relative_bias", "rmse", "correlation", "coverage")}
                for _, row in own["retrieval"].iterrows()
            }
        experiments[str(name)] = entry
    return {
        "title": attributes.get("title", ""),
        "cells": {"failed": len(tables["failures"]), "evaluated": int(tables["cells"]["cell"].nunique())},
        "experiments": experiments,
        "provenance": {name: attributes[name] for name in ATTRIBUTES if name in attributes},
    }


def write_study_summary(summary: Mapping[str, Any], path: Path) -> Path:
    """Write a summary as strict JSON (NaN and infinity as null), beside and renamed."""
    return write_json(path, summary)
