"""Experiment files -> frozen, validated objects. An experiment is data: no code anywhere asks for its name.

A file may extend another (``extends: baseline``): mappings are merged key by key, all else replaced; ``null`` for a
stream, prior or EDC takes it out.
"""

from __future__ import annotations

import difflib
import itertools
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from .errors import InputError

Years = tuple[int, int]
Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Simulation(_Frozen):
    """What is simulated: the calendar years of ``cycle`` (all whole years of the data if null), repeated so that
    the run is ``years`` long (one pass if null) and ends with ``last_year`` (the last of the cycle if null)."""

    cycle: Years | None = None
    years: Annotated[int, Field(ge=1, le=2000)] | None = None
    last_year: int | None = None
    water_stress: Literal["jarvis_stewart", "none"] = "jarvis_stewart"


class Stream(_Frozen):
    """A stream of observations in the cost.

    ``observe``: ``daily`` values; ``window_mean`` of ``days`` days, over the days that have a value; ``sample`` every
    ``days`` days; ``biomass_curve``, total living biomass at the end of each year of age against the growth curve;
    ``final_biomass``, one value at the end of the run, scored as 1/(1 + (relative error/``sigma``)²).
    ``fill`` is the least share of days with a value that a window mean must have; its windows follow one another from
    the first day compared, or begin anew each 1 January (``windows: year``) or each month (``month``: thirds of months
    for 10 days), as those of 10-day products do; ``product``: as the data's attribute ``windows`` says, where it does.
    """

    observe: Literal["daily", "window_mean", "sample", "biomass_curve", "final_biomass"] = "daily"
    days: Annotated[int, Field(ge=1)] = 1
    windows: Literal["run", "year", "month", "product"] = "run"
    weight: NonNegative = 1.0
    sigma: Positive = 0.2
    fill: Annotated[float, Field(ge=0, le=1)] = 0.5


class Prior(_Frozen):
    """A Gaussian prior: weight · ½ ((x − centre)/width)², x the parameter or its logarithm.

    ``centre`` null: the value comes with the site (canopy efficiency from pre-calibration, LCMA and autotrophic
    fraction from trait maps or the user), and is ``otherwise`` where the site brings none; where that is null too the
    term is left out and the result says so.
    """

    centre: float | None = None
    otherwise: float | None = None
    width: Positive
    scale: Literal["linear", "log"] = "linear"
    weight: NonNegative = 1.0

    def centre_at(self, site: float | None) -> float | None:
        """The centre where the ``site`` brings this value or none; None: the term is left out."""
        return next((value for value in (self.centre, site, self.otherwise) if value is not None), None)


class Constraint(_Frozen):
    """An ecological and dynamical constraint (EDC): weight · (√(1 + (v/width)²) − 1), v its violation in ln units.

    ``factor`` bounds a ratio from both sides (EDC5, EDC6, EDC9). For EDC7, v is the departure from the leaf-economics
    line in residual standard deviations.
    """

    weight: NonNegative = 1.0
    width: Positive = 0.1
    factor: Annotated[float, Field(gt=1)] = 5.0


class PoolRange(_Frozen):
    """Search bounds of an initial pool and the range that starts are drawn from (the bounds if null)."""

    bounds: tuple[Positive, Positive] | None = None
    start: tuple[Positive, Positive] | None = None

    @model_validator(mode="after")
    def _ordered(self):
        for pair in (self.bounds, self.start):
            if pair is not None and pair[0] >= pair[1]:
                raise ValueError(f"the lower value must be below the upper one, found {list(pair)}")
        return self


class Rehearsal(_Frozen):
    """A descent on a run shortened to ``years``, before the one that counts: it looks for the right valley where a
    step costs little. ``starts`` of it go in; the cheapest go on. Left out where the run is no longer than that."""

    years: Annotated[int, Field(ge=1)]
    starts: Annotated[int, Field(ge=1)]
    iterations: Annotated[int, Field(ge=1)]
    learning_rate: Positive
    final_learning_rate: Positive


class Optimiser(_Frozen):
    """How a member is calibrated: ``candidates`` draws are run forward; from the cheapest it descends side by side,
    through the ``rehearsals`` on shorter runs, with ``starts`` of them on the run itself; it is the best of these.

    ``method`` is Adam by coordinates, or in the eigenbasis of its second moment. Learning rates are steps in the
    transformed space. A member whose cost ends more than ``stuck_margin`` above the best member's is reported as stuck.
    """

    method: Literal["eigenbasis", "adam"] = "eigenbasis"
    candidates: Annotated[int, Field(ge=1)] = 256
    rehearsals: tuple[Rehearsal, ...] = ()
    starts: Annotated[int, Field(ge=1)] = 1
    iterations: Annotated[int, Field(ge=1)] = 220
    learning_rate: Positive = 0.04
    final_learning_rate: Positive = 0.001
    warmup: Annotated[int, Field(ge=0)] = 10
    schedule: Literal["cosine", "constant"] = "cosine"
    transform: Literal["sine", "logistic", "arctan"] = "sine"
    gradient_clip: Positive | None = 0.01
    first_moment_decay: Annotated[float, Field(ge=0, lt=1)] = 0.8
    second_moment_decay: Annotated[float, Field(ge=0, lt=1)] = 0.98
    stuck_margin: Positive = 0.5

    @model_validator(mode="after")
    def _ever_fewer(self):
        numbers = [self.candidates, *(r.starts for r in self.rehearsals), self.starts]
        for many, few in itertools.pairwise(numbers):
            if many < few:
                whence = "candidates" if many == self.candidates else "starts of a rehearsal"
                raise ValueError(f"{few} starts cannot be chosen from {many} {whence}")
        return self


StreamName = Literal["gpp", "reco", "et", "lai", "biomass"]
PriorName = Literal["canopy_efficiency", "lcma", "autotrophic_fraction", "labile_lifespan"]
ConstraintName = Literal["edc1", "edc2", "edc3", "edc4", "edc5", "edc6", "edc7", "edc8", "edc9"]
LivingOrOther = Literal["labile", "foliar", "root", "wood", "litter", "som", "paw", "puw"]


class Experiment(_Frozen):
    """One calibration experiment, whole. See ``docs/howto/experiments.md`` for a file with every key."""

    name: str
    title: str = ""
    description: str = ""
    simulation: Simulation = Simulation()
    calibration_years: Years | None = None
    validation_years: Years | None = None
    streams: dict[StreamName, Stream]
    priors: dict[PriorName, Prior] = {}
    constraints: dict[ConstraintName, Constraint] = {}
    initial_pools: dict[LivingOrOther, PoolRange] = {}
    optimiser: Optimiser = Optimiser()
    members: Annotated[int, Field(ge=1)] = 5

    @model_validator(mode="after")
    def _consistent(self):
        biomass = self.streams.get("biomass")
        if biomass is not None and biomass.observe not in ("biomass_curve", "final_biomass"):
            raise ValueError("streams.biomass must observe biomass_curve or final_biomass")
        for name, stream in self.streams.items():
            if name != "biomass" and stream.observe in ("biomass_curve", "final_biomass"):
                raise ValueError(f"streams.{name} cannot observe {stream.observe}")
        for pair in (self.calibration_years, self.validation_years, self.simulation.cycle):
            if pair is not None and pair[0] > pair[1]:
                raise ValueError(f"years must be given first to last, found {list(pair)}")
        return self

    def yaml(self) -> str:
        """The experiment as YAML text, every setting written out."""
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False)


SITE_EXPERIMENTS = ("baseline", "single_year", "growth_curve")


def load_experiment(name_or_path: str | Path | Experiment, **overrides: Any) -> Experiment:
    """An experiment by shipped name (``growth_curve``, ``paper/growth_curve``) or from a YAML file.

    ``overrides`` are merged into it as an extending file would be, e.g. ``optimiser={"iterations": 200}``.
    Raises InputError naming the file and key, with the nearest known key.
    """
    if isinstance(name_or_path, Experiment):
        data, source = name_or_path.model_dump(), name_or_path.name
    else:
        data, source = _read(name_or_path)
    return _validate(_merge(data, overrides), source)


def shipped_experiments() -> list[str]:
    """Names of the experiments that come with the package."""
    root = resources.files(__package__) / "experiments"
    names = []
    for folder in sorted(root.iterdir(), key=lambda f: f.name):
        if folder.is_dir():
            prefix = "" if folder.name == "site" else f"{folder.name}/"
            names += sorted(prefix + f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml"))
    return names


def _read(name_or_path: str | Path, seen: tuple[str, ...] = ()) -> tuple[dict, str]:
    text, source, folder = _text(str(name_or_path), seen)
    if source in seen:
        raise InputError(f"experiment {source} extends itself")
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InputError(f"experiment {source} is not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(data, dict):
        raise InputError(f"experiment {source} must be a mapping of keys, found {type(data).__name__}")
    parent = data.pop("extends", None)
    if parent is not None:
        base, _ = _read(folder / parent if folder and (folder / parent).is_file() else parent, (*seen, source))
        data = _merge(base, data)
    return data, source


def _text(name: str, seen: tuple[str, ...]) -> tuple[str, str, Path | None]:
    path = Path(name)
    if path.suffix in (".yaml", ".yml"):
        if not path.is_file():
            raise InputError(f"experiment file {name} does not exist")
        return path.read_text(encoding="utf-8"), path.name, path.parent
    known = shipped_experiments()
    if name not in known:
        raise InputError(f"no experiment is named {name!r}{_nearest(name, known)}; shipped are {', '.join(known)}")
    inside = name if "/" in name else f"site/{name}"
    resource = resources.files(__package__) / "experiments" / f"{inside}.yaml"
    return resource.read_text(encoding="utf-8"), inside, None


def _merge(base: dict, extra: dict) -> dict:
    out = dict(base)
    for key, value in extra.items():
        if isinstance(value, dict) and isinstance(out.get(key), dict):
            out[key] = _merge(out[key], value)
        else:
            out[key] = value
    return out


_OPTIONAL_MEMBERS = ("streams", "priors", "constraints", "initial_pools")


def _validate(data: dict, source: str) -> Experiment:
    data = {
        key: {k: v for k, v in value.items() if v is not None}
        if key in _OPTIONAL_MEMBERS and isinstance(value, dict)
        else value
        for key, value in data.items()
    }
    try:
        return Experiment.model_validate(data)
    except ValidationError as error:
        raise InputError(f"experiment {source}: {_sentence(error)}") from None


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part != "[key]")
    if first["type"] == "extra_forbidden":
        key = str(first["loc"][-1])
        return f"unknown key {where!r}{_nearest(key, _known_keys())}"
    message = first["msg"].removeprefix("Value error, ")
    found = "" if first["type"] == "missing" or isinstance(first["input"], dict) else f", found {first['input']!r}"
    return f"{where}: {message[0].lower() + message[1:]}{found}" if where else message


def _known_keys() -> list[str]:
    models = (Experiment, Simulation, Stream, Prior, Constraint, PoolRange, Rehearsal, Optimiser)
    return sorted({name for model in models for name in model.model_fields})


def _nearest(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f" (did you mean {close[0]!r}?)" if close else ""
