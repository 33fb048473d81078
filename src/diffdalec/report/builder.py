"""Put a stand's figures, tables and sentences into one HTML file."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr
import yaml
from matplotlib.figure import Figure

from ..analysis import findings
from ..figures.style import figure_bytes
from ..results.text_files import write_text
from ..variables import FAST_STREAMS
from . import page, tables, text
from .captions import CAPTIONS

SCREEN_DPI = 190
"""Sharp on a phone and in print at the page's width, without weighing megabytes."""


def build_report(tree: xr.DataTree, figures: Mapping[str, Figure]) -> str:
    """The report as HTML that needs no other file: images are inside it.

    ``figures`` maps names to figures (:func:`diffdalec.report.draw_figures`); they appear in its order.
    """
    site = tree["site"].to_dataset()
    return page.fill(
        "report.html.jinja",
        title=tree.attrs.get("title") or site.attrs.get("site", "a stand"),
        what_was_run=_what_was_run(tree, site),
        warnings=findings.warnings(tree),
        result=findings.result(tree),
        headline=tables.headline_table(tree),
        figures=[_figure(name, figure) for name, figure in figures.items()],
        recovery=tables.recovery_table(tree),
        scores=tables.scores_table(tree),
        quantities=tables.quantities_table(tree),
        members=tables.members_table(tree),
        cost=tables.cost_table(tree),
        cannot_say=findings.cannot_say(tree),
        notes=[str(note) for note in site.attrs.get("notes", ())],
        configuration=tree.attrs.get("configuration", ""),
        provenance=_provenance(tree),
    )


def write_report(tree: xr.DataTree, figures: Mapping[str, Figure], path: str | os.PathLike[str]) -> Path:
    """Write :func:`build_report` to a file, beside and renamed."""
    return write_text(path, build_report(tree, figures))


def _figure(name: str, figure: Figure) -> dict[str, str]:
    title, reading = CAPTIONS.get(name, (name.replace("_", " "), ""))
    image = base64.b64encode(figure_bytes(figure, "png", dpi=SCREEN_DPI)).decode("ascii")
    return {"name": name, "title": title, "reading": reading, "source": f"data:image/png;base64,{image}"}


def _what_was_run(tree: xr.DataTree, site: xr.Dataset) -> str:
    """One paragraph: the site, its years and observations, the curve, the experiments and their size."""
    days = site["time"].values
    parts = [
        f"{site.attrs.get('site', 'The site')} ({site.attrs.get('source', 'unknown source')}): "
        f"{days.size} days, "
        f"{str(days[0])[:10]} to {str(days[-1])[:10]}"
    ]
    if "latitude" in site:
        parts[0] += f", at {text.decimals(site['latitude'], 2)}° latitude"
    if "mean_temperature" in site and "mean_precipitation" in site:
        rain = float(site["mean_precipitation"]) * 365.25
        parts[0] += (
            f", {text.decimals(site['mean_temperature'], 1)} °C and {text.decimals(rain, 0)} mm a year "
            "on average over the calibration years"
        )
    years = {period: _years(site, period) for period in ("calibration", "validation")}
    parts.append(f"Calibrated on {years['calibration']}, held out {years['validation']}")
    streams = [
        f"{name.upper()} ({int(site[name].notnull().sum())} days)"
        for name in FAST_STREAMS
        if findings.has_data(tree, name)
    ]
    parts.append(f"Observed: {', '.join(streams) if streams else 'nothing'}")
    curve = _growth_curve(tree)
    parts.append(f"Growth curve: {curve}" if curve else "No growth curve")
    calibration = tree["calibration"].to_dataset()
    names = [text.experiment(name) for name in calibration["experiment"].values]
    size = f"{len(names)} experiment{'s' * (len(names) > 1)} ({', '.join(names)})"
    size += f" of {calibration.sizes['member']} member{'s' * (calibration.sizes['member'] > 1)} each"
    if "iteration" in calibration.coords and np.isfinite(calibration["iteration"].values.astype(float)).any():
        size += f", {int(np.nanmax(calibration['iteration'].values.astype(float)))} iterations"
    return ". ".join([*parts, size]) + "."


def _years(site: xr.Dataset, period: str) -> str:
    if period not in site or not bool(site[period].any()):
        return "no year"
    years = site["time"].dt.year.values[site[period].values.astype(bool)]
    return str(years.min()) if years.min() == years.max() else f"{years.min()}–{years.max()}"


def _growth_curve(tree: xr.DataTree) -> str:
    """The curve's settings, as the configuration gives them."""
    settings = yaml.safe_load(tree.attrs.get("configuration", "") or "{}")
    curve = settings.get("growth_curve") if isinstance(settings, dict) else None
    if isinstance(curve, dict):
        return ", ".join(
            f"{key} {text.significant(value, 4) if isinstance(value, float) else value}"
            for key, value in curve.items()
            if value is not None
        )
    if curve:
        return str(curve)
    return "given (its parameters are in the settings)" if "forward" in tree.children else ""


def _provenance(tree: xr.DataTree) -> list[tuple[str, str]]:
    """Where the store comes from, and how long its steps took."""
    rows = page.provenance(tree.attrs)
    if "wall_seconds" in tree.attrs:
        steps = json.loads(tree.attrs["wall_seconds"]).items()
        rows.append(("wall seconds", ", ".join(f"{step} {float(seconds):.1f} s" for step, seconds in steps)))
    return rows
