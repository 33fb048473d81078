"""The end of a run: the report is made of whatever there is, and what could not be attributed is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from typer.testing import CliRunner

from cell_sets import cell_set, write_study
from diffdalec.cli import app
from diffdalec.errors import InputError
from diffdalec.report.biome import pictures
from diffdalec.study import load_study
from diffdalec.workflows.study import conclusion, report
from diffdalec.workflows.study.figures import study_figures
from diffdalec.workflows.study.progress import StudyProgress
from diffdalec.workflows.study.stages import STAGES
from fake_stages import fake_stages

OPTIONS = ("--scheduler", "serial", "--backend", "xla")


@pytest.fixture
def study_file(tmp_path, monkeypatch) -> Path:
    path = write_study(tmp_path / "study", cell_set(2))
    for name, stage in fake_stages(load_study(path).cell_set).items():
        monkeypatch.setitem(STAGES, name, stage)
    monkeypatch.setattr(pictures, "SCREEN_DPI", 40)
    monkeypatch.setattr(report, "CELL_DPI", 40)
    monkeypatch.setattr(report, "study_figures", lambda *_: {})
    return path


def test_a_run_ends_with_its_report_and_says_why_nothing_is_attributed(study_file):
    said = CliRunner().invoke(app, ["run", str(study_file), *OPTIONS], catch_exceptions=False)
    page = load_study(study_file).out / "report.html"
    assert said.exit_code == 0 and page.is_file()
    assert "needs 50 cells at least, and there are 2" in said.output
    assert f"report: {page}" in said.output


@pytest.mark.parametrize("reason", ["the predictor clay is not there", 'pip install "diffdalec[attribution]"'])
def test_what_stops_the_attribution_does_not_stop_the_report(study_file, monkeypatch, reason):
    def stops(*_, **__):
        raise InputError(reason)

    CliRunner().invoke(app, ["run", str(study_file), "--no-report", *OPTIONS], catch_exceptions=False)
    study = load_study(study_file)
    assert not (study.out / "report.html").exists()
    monkeypatch.setattr(conclusion, "AttributionSettings", lambda: type("Few", (), {"least_cells": 1})())
    monkeypatch.setattr(conclusion, "attribute_study", stops)
    with StudyProgress() as progress:
        found = conclusion.conclude_study(study, progress, workers=1)
    assert found.notes == [f"traits are not attributed: {reason}"] and found.page.is_file()


@pytest.mark.slow
def test_processes_draw_what_one_draws_in_the_same_order(study_file):
    CliRunner().invoke(app, ["run", str(study_file), "--no-report", *OPTIONS], catch_exceptions=False)
    study, told = load_study(study_file), []
    kinds = ("trait", "leaf_economics", "nnse", "design")
    alone, together = (
        study_figures(study, lambda *step: told.append(step), kinds, workers) for workers in (1, 2)
    )
    names = {section: [picture.name for picture in found] for section, found in alone.items()}
    assert len(names["maps"]) > 4 and names == {s: [p.name for p in found] for s, found in together.items()}
    assert all(
        one.source == other.source for s in alone for one, other in zip(alone[s], together[s], strict=True)
    )
    total = sum(map(len, names.values()))
    assert told[-1] == ("figures", total, total)


def test_only_the_last_experiment_is_told(study_file, monkeypatch):
    CliRunner().invoke(app, ["run", str(study_file), "--no-report", *OPTIONS], catch_exceptions=False)
    names = ["baseline", "growth_curve", "truth"]
    status = xr.DataArray(np.full((3, 1), "not_attributed"), dims=("experiment", "trait"))
    found = xr.Dataset(
        {"status": status, "reason": xr.full_like(status, "few")}, {"experiment": names, "trait": ["wood_turnover"]}
    )
    monkeypatch.setattr(conclusion, "AttributionSettings", lambda: type("Few", (), {"least_cells": 1})())
    monkeypatch.setattr(conclusion, "attribute_study", lambda *_, **__: type("Found", (), {"attribution": found}))
    monkeypatch.setattr(conclusion, "attribution_sentences", lambda ds: [str(e) for e in ds["experiment"].values])
    with StudyProgress() as progress:
        assert conclusion.conclude_study(load_study(study_file), progress, workers=1).sentences == ["growth_curve"]
