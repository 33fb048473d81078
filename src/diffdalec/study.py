"""Study files -> frozen, validated objects: which products, which cells and years, which experiments.

A study file is YAML; see ``docs/howto/study.md`` for one with every key. Paths in it are relative to the file's own
folder, those of products to ``archive``. An unknown key is an error with the nearest known one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import BaseModel, ByteSize, ConfigDict, Field, ValidationError, field_validator, model_validator

from .config import Experiment, Optimiser, Years, load_experiment
from .errors import InputError
from .settings_errors import nearest, sentence

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Range = tuple[float, float]

ProductName = Literal[
    "cru_jra", "trendy_radiation", "fluxsat", "gleam", "zeng_reco", "glass_lai", "esa_cci_biomass", "root_biomass",
    "sla", "cue", "gsde_soil", "pft", "co2", "growth_curves", "field_allocation", "cardamom_2016",
]  # fmt: skip
PRODUCT_NAMES: tuple[str, ...] = get_args(ProductName)
"""Names of products that a study may give a place: each has a reader of the same name."""

PRODUCT_SETTINGS: dict[str, tuple[str, ...]] = {"fluxsat": ("maximum_quality",), "esa_cci_biomass": ("year",)}
"""Product -> what else its reader can be told; products that are not here have nothing of the kind."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _ordered(pair: tuple | None) -> tuple | None:
    if pair is not None and pair[0] > pair[1]:
        raise ValueError("must be given first to last")
    return pair


class Domain(_Frozen):
    """Where cells are looked for: latitudes and longitudes [degrees, east and north positive] of the grid cells'
    centres, and optionally the ids of the only cells to be taken (:mod:`diffdalec.grid`)."""

    latitude: Range = (50.0, 72.0)
    longitude: Range = (-180.0, 180.0)
    cells: tuple[int, ...] | None = None

    _check = field_validator("latitude", "longitude")(_ordered)


class StudyYears(_Frozen):
    """Calendar years, first and last: of the ``forcing``, of the ``observations``, and those that ``calibration`` sees.

    The years of observations after the last of calibration are held out.
    """

    forcing: Years = (1985, 2020)
    observations: Years = (2001, 2019)
    calibration: Years = (2001, 2012)

    _check = field_validator("forcing", "observations", "calibration")(_ordered)

    @model_validator(mode="after")
    def _inside(self):
        for name, inner, outer, pair in (
            ("calibration", self.calibration, "observations", self.observations),
            ("observations", self.observations, "forcing", self.forcing),
        ):
            if inner[0] < pair[0] or inner[1] > pair[1]:
                raise ValueError(f"{name} {list(inner)} must lie within {outer} {list(pair)}")
        return self

    @property
    def validation(self) -> Years | None:
        """The years held out; None where calibration sees all to the last."""
        return (self.calibration[1] + 1, self.observations[1]) if self.calibration[1] < self.observations[1] else None


class ProductSettings(_Frozen):
    """Where a product lies: a folder, a file or a glob, relative to the study's ``archive``; and where its files call
    a variable by a name of their own, that name: ``variable`` for the only one, ``variables`` by our names.

    ``settings`` are those of the product's reader, by the names in :data:`PRODUCT_SETTINGS`."""

    path: str
    variable: str | None = None
    variables: dict[str, str] = {}
    settings: dict[str, int] = {}


class PrepareSettings(_Frozen):
    """How products become cells. ``memory`` bounds the peak of ``prepare`` [bytes, or '4 GiB'].

    ``minimum_valid_fraction``: least share of a cell's area that must have a value. A 0.05° pixel is mature where its
    biomass exceeds both the ``mature_percentile`` of its cell and ``mature_minimum`` [Mg ha-1]. ``carbon_fraction`` is
    of dry matter.
    """

    memory: ByteSize = ByteSize(4 * 2**30)
    minimum_valid_fraction: Share = 0.5
    mature_percentile: Annotated[float, Field(ge=0, lt=100)] = 90.0
    mature_minimum: Annotated[float, Field(ge=0)] = 50.0
    carbon_fraction: Annotated[float, Field(gt=0, lt=1)] = 0.5


class SlurmSettings(_Frozen):
    """What a SLURM job asks for: see :class:`diffdalec.workflows.execution.Slurm`, whose fields these are."""

    cores: Annotated[int, Field(ge=1)]
    memory: str
    walltime: str = "12:00:00"
    queue: str | None = None
    account: str | None = None
    processes: Annotated[int, Field(ge=1)] | None = None
    directives: tuple[str, ...] = ()
    prologue: tuple[str, ...] = ()
    python: str | None = None
    interface: str | None = None
    scratch: str | None = None
    logs: str | None = None


class Study(_Frozen):
    """A study, whole. ``archive`` and ``out`` are absolute once a file has been loaded.

    ``calibration`` is merged into every experiment's optimiser. ``batch`` is the number of cells that are finished and
    written together (null: chosen by the number of cells).
    """

    name: str
    title: str = ""
    archive: Path = Path("archive")
    out: Path = Path("out")
    domain: Domain = Domain()
    years: StudyYears = StudyYears()
    products: dict[ProductName, ProductSettings] = {}
    prepare: PrepareSettings = PrepareSettings()
    experiments: Annotated[tuple[str, ...], Field(min_length=1)] = (
        "paper/baseline", "paper/single_year", "paper/growth_curve",
    )  # fmt: skip
    members: Annotated[int, Field(ge=1)] = 5
    seed: Annotated[int, Field(ge=0)] = 0
    calibration: dict[str, Any] = {}
    forward_years: Annotated[int, Field(ge=1, le=2000)] = 100
    batch: Annotated[int, Field(ge=1)] | None = None
    slurm: SlurmSettings | None = None

    @field_validator("products", mode="before")
    @classmethod
    def _shorthand(cls, products: Any) -> Any:
        if not isinstance(products, dict):
            return products
        for name in products:
            if name not in PRODUCT_NAMES:
                raise ValueError(
                    f"no product is named {name!r}{nearest(str(name), PRODUCT_NAMES)}; "
                    f"known are {', '.join(PRODUCT_NAMES)}"
                )
        return {name: {"path": value} if isinstance(value, str) else value for name, value in products.items()}

    @field_validator("products")
    @classmethod
    def _settings(cls, products: dict[ProductName, ProductSettings]) -> dict[ProductName, ProductSettings]:
        for name, product in products.items():
            known = PRODUCT_SETTINGS.get(name, ())
            for key in product.settings:
                if key not in known:
                    has = f"known are {', '.join(known)}" if known else "it has none"
                    raise ValueError(f"{name} has no setting {key!r}{nearest(key, known)}; {has}")
        return products

    @field_validator("calibration")
    @classmethod
    def _optimiser(cls, settings: dict[str, Any]) -> dict[str, Any]:
        for key in settings:
            if key not in Optimiser.model_fields:
                raise ValueError(f"unknown key {key!r}{nearest(key, Optimiser.model_fields)}")
        return settings

    @property
    def cell_set(self) -> Path:
        """The cell set that ``prepare`` makes and the calibration reads."""
        return self.out / "cells.zarr"

    @property
    def store(self) -> Path:
        """The store of results."""
        return self.out / "study.zarr"

    def location(self, product: str) -> str:
        """Where a product lies: an absolute path or glob. InputError where the study does not name the product."""
        settings = self.products.get(product)  # type: ignore[call-overload]
        if settings is None:
            raise InputError(f"study {self.name} gives no place for product {product}: add it under products")
        return str(self.archive / Path(settings.path).expanduser())

    def load_experiments(self) -> list[Experiment]:
        """The study's experiments with its members, years and optimiser; InputError where they cannot be run."""
        loaded = [
            load_experiment(
                name,
                members=self.members,
                optimiser=self.calibration,
                calibration_years=self.years.calibration,
                validation_years=self.years.validation,
            )
            for name in self.experiments
        ]
        names = [e.name for e in loaded]
        for name in names:
            if names.count(name) > 1:
                raise InputError(f"study {self.name}: two experiments are named {name}; names must differ")
        for experiment in loaded:
            self._check_cycle(experiment)
        return loaded

    def _check_cycle(self, experiment: Experiment) -> None:
        first, last = experiment.simulation.cycle or self.years.forcing
        if first < self.years.forcing[0] or last > self.years.forcing[1]:
            raise InputError(
                f"study {self.name}: experiment {experiment.name} simulates {first}-{last}, "
                f"but the forcing has {self.years.forcing[0]}-{self.years.forcing[1]}"
            )

    def yaml(self) -> str:
        """The study as YAML text, every setting written out."""
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def load_study(path: str | Path, **overrides: Any) -> Study:
    """A study from its YAML file; ``overrides`` replace top-level keys (``out=…`` is relative to the working folder).

    Raises InputError naming the file and key, with the nearest known key.
    """
    file = Path(path)
    if file.is_dir():
        file = file / "study.yaml"
    if not file.is_file():
        raise InputError(f"study file {file} does not exist")
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise InputError(f"study {file} is not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(data, dict):
        raise InputError(f"study {file} must be a mapping of keys, found {type(data).__name__}")
    folder = file.resolve().parent
    data = {"name": folder.name, **data}
    try:
        study = Study.model_validate(data | {k: v for k, v in overrides.items() if v is not None})
    except ValidationError as error:
        models = (Study, Domain, StudyYears, ProductSettings, PrepareSettings, SlurmSettings)
        raise InputError(f"study {file}: {sentence(error, models)}") from None
    out = Path(overrides["out"]).resolve() if overrides.get("out") is not None else folder / study.out.expanduser()
    experiments = tuple(
        str(folder / name) if name.endswith((".yaml", ".yml")) else name for name in study.experiments
    )
    return study.model_copy(
        update={"archive": folder / study.archive.expanduser(), "out": out, "experiments": experiments}
    )
