"""What the documentation shows must work: the experiment file with every key, the commands and options it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
import yaml
from typer.testing import CliRunner

from diffdalec.cli import app
from diffdalec.config import Constraint, Experiment, Optimiser, PoolRange, Prior, Simulation, Stream, load_experiment
from diffdalec.harmonise.growth_curve import GrowthCurve

ROOT = Path(__file__).resolve().parents[2]
EXPERIMENTS = (ROOT / "docs/howto/experiments.md").read_text(encoding="utf-8")
COMMAND_LINE = (ROOT / "docs/reference/command_line.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def yaml_blocks() -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", EXPERIMENTS, re.DOTALL)


def keys(value) -> set[str]:
    """All keys of nested mappings."""
    if not isinstance(value, dict):
        return set()
    return set(value) | {key for item in value.values() for key in keys(item)}


@pytest.mark.parametrize("number", range(len(yaml_blocks())))
def test_documented_experiment_files_load(number: int, tmp_path: Path) -> None:
    path = tmp_path / "documented.yaml"
    path.write_text(yaml_blocks()[number], encoding="utf-8")
    load_experiment(path)


def test_the_file_with_every_key_has_every_key() -> None:
    shown = keys(yaml.safe_load(yaml_blocks()[1]))
    models = (Experiment, Simulation, Stream, Prior, Constraint, PoolRange, Optimiser)
    known = {name for model in models for name in model.model_fields}
    # ``sigma`` belongs to the single value of biomass, which stands in a comment beside the curve.
    assert known - shown == {"sigma"}
    assert "sigma: 0.2" in yaml_blocks()[1]


def test_extending_takes_the_stream_out(tmp_path: Path) -> None:
    path = tmp_path / "documented.yaml"
    path.write_text(yaml_blocks()[0], encoding="utf-8")
    experiment = load_experiment(path)
    assert "lai" not in experiment.streams
    assert experiment.constraints["edc6"].factor == 3.0
    assert experiment.constraints["edc5"] == load_experiment("growth_curve").constraints["edc5"]


def test_documented_options_of_site_are_all_of_them() -> None:
    site = typer.main.get_command(app).commands["site"]
    offered = {option for parameter in site.params for option in parameter.opts if option.startswith("--")} - {"--help"}
    section = COMMAND_LINE.partition("## `diffdalec site`")[2]
    described = set(re.findall(r"--[a-z][a-z0-9-]+", section))
    assert offered == described


@pytest.mark.parametrize("command", ["demo", "site", "report", "experiments", "growth-curve", "bench"])
def test_commands_in_the_reference_exist(command: str) -> None:
    assert f"`diffdalec {command}" in COMMAND_LINE
    assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0


def test_the_readme_curve_is_a_curve() -> None:
    text, unit = re.search(r"--growth-curve (\S+) --biomass-unit (\S+)", README).groups()
    curve = GrowthCurve.parse(text, unit)
    assert curve.total_carbon(100) == pytest.approx(GrowthCurve(62.0, 0.0622, 3.40).total_carbon(100))


def test_links_of_the_readme_lead_somewhere() -> None:
    targets = set(re.findall(r"\]\(([^)#]+)\)", README))
    missing = [target for target in targets if "://" not in target and not (ROOT / target).is_file()]
    assert missing == []


NAME = r"[A-Z][a-zé]+(?:-[A-Z][a-z]+)?"
YEAR = r"((?:19|20)\d\d)(?![–\d-])"
CITATION = re.compile(rf"({NAME})(?:,? (?:et al\.|(?:&|and) {NAME}),? \(?| \(){YEAR}|\(({NAME}) {YEAR}")


def test_what_is_cited_is_listed() -> None:
    """Every author and year in pages and docstrings stands among the references or with the products."""
    pages = [ROOT / "README.md", *(p for p in (ROOT / "docs").rglob("*.md") if "_build" not in p.parts)]
    listed = [
        line
        for name in ("theory/references.md", "howto/products.md")
        for line in re.split(r"\n(?:- |\n)", (ROOT / "docs" / name).read_text(encoding="utf-8"))
    ]
    missing = set()
    for path in [*pages, *(ROOT / "src").rglob("*.py")]:
        text = " ".join(path.read_text(encoding="utf-8").split())
        for found in CITATION.finditer(text):
            author, year = found[1] or found[3], found[2] or found[4]
            if not any(author in entry and year in entry for entry in listed):
                missing.add(f"{path.relative_to(ROOT)}: {author} {year}")
    assert not missing
