"""The commands of a study as a user meets them, with stages that take no time."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr
import yaml
from typer.testing import CliRunner

from cell_sets import cell_set, write_study
from diffdalec.cli import app
from diffdalec.errors import InputError
from diffdalec.results.study_store import read_cells
from diffdalec.study import (
    Domain,
    PrepareSettings,
    ProductSettings,
    SlurmSettings,
    Study,
    StudyYears,
    load_study,
)  # fmt: skip
from diffdalec.workflows.study.stages import STAGES
from fake_stages import fake_stages

PAGE = (Path(__file__).resolve().parents[1] / "docs/howto/study.md").read_text(encoding="utf-8")
OPTIONS = ("--scheduler", "serial", "--backend", "xla")


@pytest.fixture(scope="module")
def cells() -> xr.Dataset:
    return cell_set(2)


@pytest.fixture
def study_file(tmp_path, cells, monkeypatch) -> Path:
    path = write_study(tmp_path / "study", cells)
    for name, stage in fake_stages(load_study(path).cell_set).items():
        monkeypatch.setitem(STAGES, name, stage)
    return path


def command(*arguments) -> str:
    found = CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.output


def test_a_whole_run_and_its_outputs(study_file):
    said = command("run", study_file, "--no-report", *OPTIONS)
    assert "RMSE" in said
    out = load_study(study_file).out
    tables = {path.stem for path in (out / "tables").glob("*.csv")}
    assert tables == {"biomass", "nnse", "traits", "robustness", "members", "cells", "failures"}
    biomass = pd.read_csv(out / "tables" / "biomass.csv")
    assert biomass["experiment"].tolist() == ["baseline", "single_year", "growth_curve"]
    assert len(pd.read_csv(out / "tables" / "cells.csv")) == 2 * 3
    summary = json.loads((out / "summary.json").read_text())
    growth = summary["experiments"]["growth_curve"]
    assert growth["rmse_growth_curve"] == pytest.approx(biomass["rmse_along"].iloc[2], rel=1e-4)
    assert set(growth["nnse"]) == {"calibration", "validation"} and "gpp" in growth["nnse"]["validation"]
    assert growth["members"] == {"ok": 4}
    for group in ("medians", "evaluation"):
        assert read_cells(load_study(study_file).store, group).sizes["cell"] == 2
    said = command("status", study_file)
    for stage in ("precalibrate", "calibrate", "forward"):
        assert f"{stage}: 2 of 2 cells done" in said
    assert "evaluate: done, of 2 cells" in said and "the last run finished" in said


def test_stages_one_by_one_give_the_same_store(study_file, tmp_path, cells):
    command("run", study_file, "--no-report", *OPTIONS)
    other = write_study(tmp_path / "other", cells)
    for stage in ("precalibrate", "calibrate", "forward"):
        command(stage, other, *OPTIONS)
    command("evaluate", other)
    for group in ("calibration", "forward", "medians", "evaluation"):
        one, two = (read_cells(load_study(path).store, group) for path in (study_file, other))
        assert one.identical(two), group


def test_evaluation_of_a_study_half_done(study_file):
    command("precalibrate", study_file, *OPTIONS)
    with pytest.raises(InputError, match="no cell has been calibrated"):
        command("evaluate", study_file)
    command("calibrate", study_file, *OPTIONS)
    assert "RMSE" not in command("evaluate", study_file)
    assert "forward: 0 of 2 cells done, 2 to do" in command("status", study_file)


def test_the_truth_is_compared_where_it_lies_beside_the_archive(study_file):
    truth = xr.Dataset({"wood_turnover": ("cell", [1e-4, 2e-4])}, {"cell": [200_007, 200_000]})
    truth.to_zarr(study_file.parent / "truth.zarr", zarr_format=3, consolidated=False)
    assert "with the truth" in command("run", study_file, "--no-report", *OPTIONS)
    table = pd.read_csv(load_study(study_file).out / "tables" / "retrieval.csv")
    assert table["quantity"].unique().tolist() == ["wood_turnover"] and (table["cells"] == 2).all()


def test_status_does_not_stumble_over_a_broken_ledger(study_file):
    command("run", study_file, "--no-report", *OPTIONS)
    ledger = load_study(study_file).out / "ledger.sqlite"
    ledger.write_bytes(b"not a database" * 100)
    assert "ledger.sqlite cannot be read" in command("status", study_file)
    assert ledger.read_bytes().startswith(b"not a database")


def test_a_dry_run_does_nothing(study_file):
    said = command("run", study_file, "--dry-run", "--workers", "7")
    assert "workers: 7" in said and "3 members" not in said and "2 members" in said
    assert not load_study(study_file).store.exists()


def test_slurm_needs_its_section(study_file):
    with pytest.raises(InputError, match="no section slurm"):
        command("run", study_file, "--scheduler", "slurm", "--dry-run")


def test_a_study_without_products_and_cells(study_file, tmp_path):
    with pytest.raises(InputError, match="names no products"):
        command("run", study_file, "--out", tmp_path / "empty")


def test_bad_input_is_one_sentence_and_exit_code_2(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("membrs: 3\n")
    found = subprocess.run(
        [sys.executable, "-m", "diffdalec", "status", str(path)], capture_output=True, text=True, check=False
    )
    assert found.returncode == 2
    assert found.stderr == f"diffdalec: study {path}: unknown key 'membrs' (did you mean 'members'?)\n"


class TestPage:
    def shown(self) -> dict:
        return yaml.safe_load(re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL).group(1))

    def test_the_file_shown_loads(self, tmp_path):
        (tmp_path / "study.yaml").write_text(yaml.safe_dump(self.shown()))
        study = load_study(tmp_path / "study.yaml")
        assert study.location("growth_curves") == "/data/products/xu/growth.nc"
        assert {e.name for e in study.load_experiments()} == {"baseline", "single_year", "growth_curve"}

    def test_it_has_every_key_and_the_defaults(self, tmp_path):
        shown = self.shown()
        assert set(shown) == set(Study.model_fields)
        for key, model in (("domain", Domain), ("years", StudyYears), ("prepare", PrepareSettings)):
            assert set(shown[key]) == set(model.model_fields)
        given = {key for value in shown["products"].values() if isinstance(value, dict) for key in value}
        assert given == set(ProductSettings.model_fields)
        assert SlurmSettings.model_fields  # shown on the page on clusters
        (tmp_path / "study.yaml").write_text("name: boreal\n")
        own = {"title", "archive", "out", "products"}
        default = load_study(tmp_path / "study.yaml").model_dump(exclude=own)
        (tmp_path / "study.yaml").write_text(yaml.safe_dump(shown))
        assert load_study(tmp_path / "study.yaml").model_dump(exclude=own) == default

    def test_commands_and_options_exist(self):
        shown = "".join(
            CliRunner().invoke(app, [name, "--help"], catch_exceptions=False, env={"COLUMNS": "200"}).output
            for name in set(re.findall(r"[`$] ?diffdalec (\w+)", PAGE))
        )
        for option in set(re.findall(r"--[a-z][a-z-]+", PAGE)):
            assert option in shown
