"""Calibrate a stand under one or several experiments, members and experiments side by side."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from ..calibration import Calibration, CheckpointFile, Progress
from ..cells.backend import Backend, choose_backend
from ..cells.evaluation import Evaluation
from ..cells.forcing import canopy_efficiency
from ..cells.problem import StandData, stream_terms
from ..config import Experiment, load_experiment
from ..errors import InputError
from ..harmonise.growth_curve import GrowthCurve
from ..harmonise.interpolation import interpolated
from ..harmonise.periods import period_masks
from ..harmonise.run_calendar import RunCalendar
from ..harmonise.well_watered import well_watered_days
from .batch import Batch, experiment_calendar, joined, make_batch
from .fits import Fit, calibration_dataset, member_status
from .simulate import Precision

LAI_GAP = 16
"""Dates of LAI this many days apart are interpolated between for the pre-calibration: one missing 8-day value."""

GroupProgress = Callable[[str, int, int, np.ndarray], None]
"""Called with (experiments' names, iteration, iterations, best cost of each lane)."""


@dataclass(frozen=True)
class Settings:
    """What a calibration is run with beside its experiments and data.

    ``checkpoints`` is a folder for resuming. Members that would need more than ``memory`` [bytes] side by side are
    calibrated one part after the other, to the same numbers but for rounding.
    """

    seed: int = 0
    dtype: Precision = "float32"
    backend: Backend = field(default_factory=choose_backend)
    checkpoints: Path | None = None
    fingerprint: str = ""
    memory: float = 4 * 2**30
    progress: GroupProgress | None = None


def calibrate(
    ds: xr.Dataset,
    experiment: str | Path | Experiment = "growth_curve",
    growth_curve: GrowthCurve | None = None,
    *,
    members: int | None = None,
    seed: int = 0,
    biomass: float | None = None,
    priors: Mapping[str, float] | None = None,
    dtype: Precision = "float32",
    backend: str = "auto",
    **overrides: Any,
) -> xr.Dataset:
    """Calibrate a stand under one experiment.

    ``experiment`` is a shipped name, a YAML file or an :class:`~diffdalec.config.Experiment`; ``overrides`` are
    merged into it (``optimiser={"iterations": 300}``). ``growth_curve`` is the reference of total living biomass;
    ``biomass`` [gC m-2] the single value of a ``final_biomass`` stream, by default the curve's at the end of the
    growth run. ``backend`` is ``kernels``, ``xla`` or ``auto``. ``priors`` gives the centres of priors by parameter
    name; canopy efficiency is pre-calibrated where it is not given.

    Returns a Dataset over ``member``: parameters, initial pools, traits, ``cost``, ``cost_terms``, scores,
    ``status``. InputError on settings or data that cannot be used; a member that failed is a status, not an
    exception.
    """
    if members is not None:
        overrides["members"] = members
    chosen = load_experiment(experiment, **overrides)
    data = stand_data(ds, [chosen], growth_curve, biomass=biomass, priors=priors)
    fits = calibrate_experiments(data, [chosen], Settings(seed=seed, dtype=dtype, backend=choose_backend(backend)))
    return calibration_dataset(fits).isel(experiment=0)


def stand_data(
    ds: xr.Dataset,
    experiments: Sequence[Experiment],
    curve: GrowthCurve | None,
    *,
    biomass: float | None = None,
    priors: Mapping[str, float] | None = None,
) -> StandData:
    """The data of a stand with its periods and prior centres; pre-calibrates canopy efficiency where it is not
    given.
    """
    periods = period_masks(ds, experiments[0].calibration_years, experiments[0].validation_years)
    centres = dict(priors or {})
    if "canopy_efficiency" not in centres and any("canopy_efficiency" in e.priors for e in experiments):
        found = precalibrate(ds, periods["calibration"])
        if found is not None:
            centres["canopy_efficiency"] = found["value"]
    if biomass is None and curve is not None:
        biomass = float(curve.total_carbon(max([e.simulation.years or 0 for e in experiments] + [100])))
    return StandData(ds, periods, curve, biomass, centres)


def precalibrate(ds: xr.Dataset, calibration: np.ndarray) -> dict[str, float] | None:
    """Canopy efficiency on well-watered days of the calibration years; None where the data do not allow it.

    LAI is interpolated between its dates first: an 8-daily product would leave only one well-watered day in eight.
    """
    if not all(name in ds for name in ("evaporative_fraction", "gpp", "lai")):
        return None
    inside = ds.isel(time=np.flatnonzero(calibration))
    inside = inside.assign(lai=interpolated(inside["lai"], LAI_GAP))
    if not bool(np.isfinite(inside["evaporative_fraction"]).any()):
        return None
    found = canopy_efficiency(inside, well_watered_days(inside))
    return found if found["days"] > 0 else None


def calibrate_experiments(data: StandData, experiments: Sequence[Experiment], settings: Settings) -> list[Fit]:
    """Fits of the experiments, in their order. Experiments that share a run are calibrated as lanes of one batch.

    The batches follow one another: two XLA programs at once in one process, which share its thread pool, have been seen
    to wait for one another for ever (jaxlib 0.10.2, two cores).
    """
    groups = _groups(experiments)
    for group in groups:
        _check_streams(data, group)
    site = str(data.ds.attrs.get("site", ""))
    fits = {}
    # x64 is a setting of the thread: it must be entered here, where the arrays are made.
    with jax.enable_x64(settings.dtype == "float64"):
        batches = [make_batch(data, group, settings.backend, jnp.dtype(settings.dtype)) for group in groups]
        for compiler in {batch.compiler for batch in batches}:
            compiler.ahead(*(program for b in batches if b.compiler == compiler for program in b.programs))
        for batch in batches:
            parts = [
                part.calibrated(site, settings.seed, _reporting(part, settings.progress), _checkpoint(part, settings))
                for part in _parts(batch, data, settings)
            ]
            found, evaluation = joined(parts, len(batch.experiments))
            for index, e in enumerate(batch.experiments):
                fits[e.name] = _fit(e, index, found, evaluation, batch.calendar, data)
    return [fits[e.name] for e in experiments]


def _parts(batch: Batch, data: StandData, settings: Settings) -> Iterator[Batch]:
    """The batch, or parts of its members that one after the other fit into memory."""
    members = batch.experiments[0].members
    at_once = batch.members_at_once(settings.memory)
    if at_once == members:
        yield batch
        return
    for first in range(0, members, at_once):
        some = [e.model_copy(update={"members": min(at_once, members - first)}) for e in batch.experiments]
        yield make_batch(data, some, settings.backend, batch.dtype, first)


def _reporting(batch: Batch, progress: GroupProgress | None) -> Progress | None:
    if progress is None:
        return None
    return lambda iteration, iterations, best: progress(batch.name, iteration, iterations, best)


def _checkpoint(batch: Batch, settings: Settings) -> CheckpointFile | None:
    if settings.checkpoints is None:
        return None
    name = f"{batch.name}-from-member-{batch.first_member}" if batch.first_member else batch.name
    mark = hashlib.sha256(f"{settings.fingerprint}/{name}/{len(batch.lanes)}".encode()).hexdigest()
    return CheckpointFile(settings.checkpoints / f"{name}.npz", mark)


def _groups(experiments: Sequence[Experiment]) -> list[list[Experiment]]:
    """Experiments that can be lanes of one batch: alike but for names, weights and the streams that they have."""
    groups: list[list[Experiment]] = []
    for experiment in experiments:
        home = next((g for g in groups if all(_side_by_side(experiment, other) for other in g)), None)
        if home is None:
            groups.append([experiment])
        else:
            home.append(experiment)
    return groups


def _side_by_side(a: Experiment, b: Experiment) -> bool:
    def shared(terms_a: Mapping, terms_b: Mapping) -> bool:
        return all(
            terms_a[name].model_copy(update={"weight": 1.0}) == terms_b[name].model_copy(update={"weight": 1.0})
            for name in terms_a.keys() & terms_b.keys()
        )

    same = ("simulation", "calibration_years", "validation_years", "initial_pools", "optimiser", "members")
    return (
        a.name != b.name
        and all(getattr(a, field) == getattr(b, field) for field in same)
        and shared(a.streams, b.streams)
        and shared(a.priors, b.priors)
        and shared(a.constraints, b.constraints)
    )


def _check_streams(data: StandData, group: Sequence[Experiment]) -> None:
    for experiment in group:
        calendar = experiment_calendar(data.ds, experiment)
        fast = set(stream_terms(data, experiment, calendar, "calibration")) - {"biomass"}
        if not fast:
            wanted = ", ".join(name for name in experiment.streams if name != "biomass")
            raise InputError(
                f"{data.ds.attrs.get('site', 'the site')} has no value of {wanted} in the calibration years: "
                f"experiment {experiment.name} has nothing to be compared with"
            )


def _fit(
    experiment: Experiment,
    index: int,
    found: Calibration,
    evaluation: Evaluation,
    calendar: RunCalendar,
    data: StandData,
) -> Fit:
    """The lanes of one experiment of a batch."""
    own = slice(index * experiment.members, (index + 1) * experiment.members)
    lanes = Evaluation(**jax.tree.map(lambda a: a[..., own], vars(evaluation)))
    present = [f"stream:{name}" for name in experiment.streams] + [f"prior:{n}" for n in experiment.priors]
    present += list(experiment.constraints)
    status, reason = member_status(found.cost[own], found.failed_starts[own], lanes.canopy, experiment.optimiser)
    return Fit(
        experiment=experiment,
        calendar=calendar,
        values={name: value[own] for name, value in found.values.items()},
        traits=lanes.traits,
        cost=found.cost[own],
        terms={name: value for name, value in lanes.terms.items() if name in present},
        scores=lanes.scores,
        daily=lanes.daily,
        biomass=lanes.biomass,
        iterations=found.iterations,
        history=found.history[:, own],
        gradient_equivalents=found.gradient_equivalents,
        status=status,
        status_reason=reason,
        time=data.ds["time"].values[calendar.observed_days],
    )
