"""What a store says in sentences: the warnings that matter, the result in words, what cannot be concluded."""

from __future__ import annotations

from typing import SupportsFloat

import numpy as np
import xarray as xr

from ..results import member_alive, member_ok
from ..variables import FAST_STREAMS
from .ensemble import quantity_names, robust_cv, usable_members
from .positions import positions
from .recovery import recovery
from .tables import ROBUST_CV_LIMIT, headline


def label(name: str) -> str:
    """An experiment's or quantity's name as text: experiments with a hyphen."""
    return name.replace("_", "-")


def warnings(tree: xr.DataTree) -> list[str]:
    """What a reader must know before the numbers: the run's own warnings, failures, deaths, gaps."""
    sentences = [str(text) for text in tree.attrs.get("warnings", ())]
    ok, alive = member_ok(tree), member_alive(tree)
    status = tree["calibration"].to_dataset()["status"]
    for name in ok["experiment"].values:
        here = ok.sel(experiment=name)
        failed = int((~here).sum())
        if failed == here.size:
            which = f"none of the {here.size} members" if here.size > 1 else "not even its one member"
            sentences.append(f"{label(name)}: {which} is usable, so this experiment has no result.")
        elif failed:
            kinds, counts = np.unique(status.sel(experiment=name).values[~here.values], return_counts=True)
            listed = ", ".join(f"{n} {kind.replace('_', '-')}" for kind, n in zip(kinds, counts, strict=True))
            sentences.append(
                f"{label(name)}: {failed} of {here.size} members failed in calibration ({listed}) "
                "and count nowhere."
            )
        if alive is not None:
            dead = int((here & ~alive.sel(experiment=name)).sum())
            if dead:
                sentences.append(
                    f"{label(name)}: {dead} of {int(here.sum())} usable members died in their forward run; "
                    "their trajectories stay in the median."
                )
    lacking = [s.upper() for s in FAST_STREAMS if not has_data(tree, s)]
    if lacking:
        verb = "has" if len(lacking) == 1 else "have"
        sentences.append(f"{', '.join(lacking)} {verb} no observations and constrained nothing.")
    if not has_period(tree, "validation"):
        sentences.append("No year was held out: nothing here says how the fit does on years it has not seen.")
    if "forward" not in tree.children:
        sentences.append(
            "There was no growth curve, so biomass was neither constrained by it nor compared with it."
        )
    return sentences


def result(tree: xr.DataTree) -> list[str]:
    """The result in words: the growth curve, held-out fluxes, and recovery where the truth is known."""
    table = headline(tree)
    sentences = []
    if "rmse" in table and bool(table["rmse"].notnull().any()):
        reference, best = _first_and_best(table["rmse"])
        a, b = float(table["rmse"].sel(experiment=reference)), float(table["rmse"].sel(experiment=best))
        if best == reference or not a > b:
            sentences.append(
                f"No experiment follows the growth curve better than {label(reference)} "
                f"(RMSE {a:.1f} Mg ha⁻¹ of dry matter)."
            )
        else:
            sentences.append(
                f"Along the growth curve the RMSE of biomass is {b:.1f} Mg ha⁻¹ of dry matter "
                f"under {label(best)} and {a:.1f} under {label(reference)}: {100 * (1 - b / a):.0f} % less."
            )
            sums = table["nnse_validation"]
            c, d = float(sums.sel(experiment=reference)), float(sums.sel(experiment=best))
            if np.isfinite(c) and np.isfinite(d):
                sentences.append(
                    f"The fluxes of the held-out years hardly tell them apart: the NNSE sum is {d:.3f} under "
                    f"{label(best)} and {c:.3f} under {label(reference)}."
                    if abs(c - d) <= 0.05
                    else f"The fluxes of the held-out years are fitted differently, though: the NNSE sum is "
                    f"{d:.3f} under {label(best)} and {c:.3f} under {label(reference)}."
                )
    if "wood_residence_time" in table:
        times = [
            f"{label(name)} {value:.0f}"
            for name, value in zip(
                table["experiment"].values, table["wood_residence_time"].values, strict=True
            )
            if np.isfinite(value)
        ]
        if times:
            sentences.append(f"Wood residence time (median of members, years): {', '.join(times)}.")
    return sentences + _recovered(tree)


def cannot_say(tree: xr.DataTree) -> list[str]:
    """What these data do not settle, from the ensemble's own spread and bounds."""
    usable, placed = usable_members(tree), positions(tree)
    unseen = [str(n) for n in placed["quantity"].values[~placed["identifiable"].values.astype(bool)]]
    sentences = []
    if unseen:
        sentences.append(
            f"No assimilated stream depends on {_listed(unseen)}: "
            "their values say where the search started, and are not retrieved."
        )
    names = [n for n in quantity_names(usable, "parameter") if not bool(placed["circular"].sel(quantity=n))]
    names = [n for n in names if n not in unseen]
    for experiment in usable["experiment"].values:
        here = usable.sel(experiment=experiment)
        used = int(here[names[0]].notnull().sum()) if names else 0
        if used == 1:
            sentences.append(
                f"{label(experiment)}: one usable member says nothing of what the data leave open."
            )
        if used < 2:
            continue
        loose = [n for n in names if float(robust_cv(here[n])) > ROBUST_CV_LIMIT]
        bound = placed["at_bound"].sel(experiment=experiment, quantity=names)
        half = used / 2
        stuck = [str(n) for n in bound["quantity"].values[bound.values >= max(half, 1)]]
        text = f"{label(experiment)}: members disagree (robust CV above {ROBUST_CV_LIMIT}) on "
        text += f"{len(loose)} of {len(names)} parameters that a stream depends on"
        text += f": {_listed(loose)}." if loose else "."
        if stuck:
            text += f" At least half of the members sit at a bound in {_listed(stuck)}."
        sentences.append(text)
    return sentences


def has_data(tree: xr.DataTree, stream: str) -> bool:
    """Whether a stream has any observation."""
    site = tree["site"].to_dataset()
    return stream in site and bool(site[stream].notnull().any())


def has_period(tree: xr.DataTree, period: str) -> bool:
    """Whether any day belongs to the period."""
    site = tree["site"].to_dataset()
    return period in site and bool(site[period].any())


def _recovered(tree: xr.DataTree) -> list[str]:
    table = recovery(tree)
    if table is None:
        return []
    known = table.sel(quantity=table["identifiable"].values.astype(bool))
    counts = [
        f"{label(name)} {int(known['recovered'].sel(experiment=name).sum())}"
        for name in known["experiment"].values
    ]
    sentences = [
        f"Of the {known.sizes['quantity']} traits and parameters that some stream depends on, within 20 % "
        f"of the truth (15 days for days of year) are: {', '.join(counts)}."
    ]
    if "wood_turnover" in known["quantity"].values:
        errors = [
            f"{label(name)} {signed_percent(value)}" if np.isfinite(value) else f"{label(name)} –"
            for name, value in zip(
                known["experiment"].values, known["error"].sel(quantity="wood_turnover").values, strict=True
            )
        ]
        sentences.append(f"Error of wood turnover: {', '.join(errors)}.")
    return sentences


def signed_percent(share: SupportsFloat) -> str:
    """A share as a signed percentage with a true minus sign; no sign at zero."""
    rounded = round(100 * float(share))
    return f"{rounded:+d}\u00a0%".replace("-", "−") if rounded else "0\u00a0%"


def _first_and_best(rmse: xr.DataArray) -> tuple[str, str]:
    """The first experiment that has an RMSE (the least constrained) and the one with the lowest."""
    valid = rmse.dropna("experiment")
    return str(valid["experiment"].values[0]), str(valid["experiment"].values[int(np.argmin(valid.values))])


def _listed(names: list[str]) -> str:
    words = [name.replace("_", " ") for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
