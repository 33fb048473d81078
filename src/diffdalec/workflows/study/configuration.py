"""What the cells of a study are calibrated with: one value that the store keeps, and that workers read from it."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import xarray as xr

from ...cells.backend import BACKENDS, choose_backend
from ...cells.cell_set import cell_set_identity
from ...config import Experiment, Years, load_experiment
from ...errors import InputError
from ...results.study_store import read_attributes
from ...study import Study
from ..fits import follows_curve

ATTRIBUTE = "run_configuration"


@dataclass(frozen=True)
class RunConfiguration:
    """Everything that a cell's numbers depend on beside its data; ``cell_set`` is the identity of that.

    ``backend`` is the integrator's name, never ``auto``.
    """

    diffdalec: str
    name: str
    experiments: tuple[Experiment, ...]
    calibration_years: Years
    validation_years: Years | None
    seed: int
    forward_years: int
    carbon_fraction: float
    backend: str
    cell_set: str

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages that this study has: forward runs need an experiment that follows a growth curve."""
        return ("precalibrate", "calibrate", "forward") if self.grows else ("precalibrate", "calibrate")

    @property
    def grows(self) -> bool:
        """Whether an experiment follows a growth curve."""
        return any(follows_curve(e) for e in self.experiments)

    def plain(self) -> dict[str, Any]:
        """The configuration in plain types."""
        return {**vars(self), "experiments": {e.name: e.model_dump(mode="json") for e in self.experiments}}


def run_configuration(study: Study, cells: xr.Dataset, backend: str) -> RunConfiguration:
    """The configuration of a study on a cell set.

    ``auto`` is what this machine would choose; a backend by name need be there on workers only.
    """
    if backend not in BACKENDS:
        raise InputError(f"backend {backend!r} is not known: expected one of {', '.join(BACKENDS)}")
    return RunConfiguration(
        diffdalec=version("diffdalec"),
        name=study.name,
        experiments=tuple(study.load_experiments()),
        calibration_years=study.years.calibration,
        validation_years=study.years.validation,
        seed=study.seed,
        forward_years=study.forward_years,
        carbon_fraction=study.prepare.carbon_fraction,
        backend=choose_backend().name if backend == "auto" else backend,
        cell_set=cell_set_identity(cells),
    )


@functools.lru_cache(maxsize=4)
def stored_configuration(store: Path) -> RunConfiguration:
    """The configuration that a store was laid out for."""
    plain = json.loads(read_attributes(store)[ATTRIBUTE])
    experiments = tuple(load_experiment(Experiment.model_validate(e)) for e in plain["experiments"].values())
    years = {key: tuple(plain[key]) for key in ("calibration_years", "validation_years") if plain[key] is not None}
    return RunConfiguration(**{**plain, **years, "experiments": experiments})
