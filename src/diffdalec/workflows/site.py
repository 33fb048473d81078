"""``diffdalec site``: a site file and a growth curve in, calibrated experiments, forward runs and a report out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import xarray as xr
import yaml

from ..cells.backend import choose_backend
from ..cells.compilation import keep_compiled_programs
from ..config import SITE_EXPERIMENTS, Experiment, load_experiment
from ..errors import InputError
from ..harmonise.growth_curve import GrowthCurve
from ..harmonise.run_calendar import whole_years
from ..readers import open_site
from .calibrate import Settings, stand_data
from .outputs import finish, open_folder
from .progress import CalibrationProgress
from .simulate import Precision
from .stand import StandRun, run_stand


@dataclass(frozen=True)
class SiteRequest:
    """What a user asks of a site. ``biomass`` [gC m-2]; ``priors`` are centres by parameter name; ``overrides`` are
    merged into every experiment, ``growth_years`` into those that follow a growth curve."""

    experiments: Sequence[str] = SITE_EXPERIMENTS
    curve: GrowthCurve | None = None
    biomass: float | None = None
    priors: Mapping[str, float] = field(default_factory=dict)
    growth_years: int | None = None
    seed: int = 0
    dtype: Precision = "float32"
    backend: str = "auto"
    overrides: Mapping[str, Any] = field(default_factory=dict)


def run_site(
    path: Path,
    request: SiteRequest,
    out: Path,
    *,
    progress: CalibrationProgress,
    calibration_years: int | tuple[int, int] | None = None,
    **reading: Any,
) -> xr.DataTree:
    """Open a site file and run the request into ``out``. ``reading`` goes to :func:`~diffdalec.readers.open_site`.

    Without ``calibration_years`` it is the first five, or three in five of a file with fewer than seven, so that
    some years are held out.
    """
    if calibration_years is None:
        number = len(whole_years(open_site(path, calibration_years=1, **reading)["time"]))
        calibration_years = 5 if number >= 7 else max(1, round(0.6 * number))
    return run_request(open_site(path, calibration_years=calibration_years, **reading), request, out, progress=progress)


def run_request(
    ds: xr.Dataset,
    request: SiteRequest,
    out: Path,
    *,
    progress: CalibrationProgress,
    truth: xr.Dataset | None = None,
    title: str | None = None,
) -> xr.DataTree:
    """Run a request on a site's Dataset into the folder ``out``; goes on from what is there of the same
    configuration.
    """
    keep_compiled_programs()
    experiments = load_experiments(request)
    if request.curve is None and request.biomass is None and any("biomass" in e.streams for e in experiments):
        names = ", ".join(e.name for e in experiments if "biomass" in e.streams)
        raise InputError(f"experiments {names} compare biomass: give a growth curve (BMAX,K,P and a unit)")
    data = stand_data(ds, experiments, request.curve, biomass=request.biomass, priors=request.priors)
    backend = choose_backend(request.backend)
    configuration = _configuration(ds, request, experiments) | {"backend": backend.name}
    checkpoints = open_folder(out, configuration)
    warnings = _warnings(data, experiments) + ([backend.notice] if backend.notice else [])
    for note in (*ds.attrs.get("notes", ()), *warnings):
        progress.say(f"  {note}")
    settings = Settings(
        seed=request.seed,
        dtype=request.dtype,
        backend=backend,
        checkpoints=checkpoints,
        fingerprint=hashlib.sha256(yaml.safe_dump(configuration).encode()).hexdigest(),
        progress=progress,
    )
    stand = StandRun(
        title=title or str(ds.attrs.get("site", "")),
        data=data,
        experiments=experiments,
        settings=settings,
        configuration=configuration,
        warnings=warnings,
        truth=truth,
    )

    tree, made = finish(out, lambda: run_stand(stand))
    if not made:
        progress.say(f"{out} holds the finished results of this configuration; figures and report were drawn anew")
    return tree


def load_experiments(request: SiteRequest) -> list[Experiment]:
    """The request's experiments with its overrides; InputError where two have one name."""
    loaded = []
    for name in request.experiments:
        experiment = load_experiment(name, **request.overrides)
        stream = experiment.streams.get("biomass")
        if request.growth_years is not None and stream is not None and stream.observe == "biomass_curve":
            experiment = load_experiment(experiment, simulation={"years": request.growth_years})
        loaded.append(experiment)
    names = [e.name for e in loaded]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"two experiments are named {', '.join(twice)}: names must differ")
    years = {(e.calibration_years, e.validation_years) for e in loaded}
    if len(years) > 1:
        raise InputError("experiments of one run must have the same calibration and validation years")
    return loaded


def _configuration(ds: xr.Dataset, request: SiteRequest, experiments: Sequence[Experiment]) -> dict[str, Any]:
    """Everything that was set, in plain types: what makes two runs the same."""
    curve = None
    if request.curve is not None:
        curve = {k: v for k, v in asdict(request.curve).items() if k in ("bmax", "k", "p", "unit", "root_shoot")}
    return {
        "diffdalec": version("diffdalec"),
        "site": str(ds.attrs.get("site", "")),
        "source": str(ds.attrs.get("source", "")),
        "source_sha256": str(ds.attrs.get("source_sha256", "")),
        "calibration_years": str(ds.attrs.get("calibration_years", "")),
        "growth_curve": curve,
        "biomass": request.biomass,
        "priors": dict(request.priors),
        "seed": request.seed,
        "dtype": request.dtype,
        "experiments": {e.name: e.model_dump(mode="json") for e in experiments},
    }


def _warnings(data, experiments: Sequence[Experiment]) -> list[str]:
    """What a reader must know of the set-up: priors without a centre, a curve that rests on little."""
    lacking = sorted({
        name
        for e in experiments
        for name, prior in e.priors.items()
        if prior.centre_at(data.prior_centres.get(name)) is None
    })  # fmt: skip
    reasons = {
        "canopy_efficiency": "there are no well-watered days with evaporative fraction, GPP and LAI",
        "lcma": "no LCMA was given (--lcma)",
        "autotrophic_fraction": "no CUE was given (--cue)",
        "labile_lifespan": "the experiment gives it no centre",
    }
    sentences = [f"The prior on {name} was left out: {reasons[name]}." for name in lacking]
    if data.curve is not None:
        sentences += [f"Growth curve: {note}" for note in data.curve.notes]
    return sentences
