"""Study files: what they say is what is run, and what they get wrong is told in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from diffdalec.errors import InputError
from diffdalec.readers.products import PRODUCTS
from diffdalec.study import PRODUCT_NAMES, PRODUCT_SETTINGS, load_study


@pytest.fixture
def written(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "study.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_places_are_relative_to_the_file(written, tmp_path):
    study = load_study(written("archive: products\nproducts: {cru_jra: met, co2: {path: /abs/co2.txt}}\n"))
    assert study.archive == tmp_path / "products"
    assert study.location("cru_jra") == str(tmp_path / "products" / "met")
    assert study.location("co2") == "/abs/co2.txt"
    assert study.cell_set == tmp_path / "out" / "cells.zarr"
    assert study.name == tmp_path.name


def test_out_of_the_command_line_is_relative_to_where_one_stands(written, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_study(written("name: a\n"), out=Path("there")).out == tmp_path / "there"


def test_experiments_take_the_studys_years_members_and_optimiser(written):
    study = load_study(written("members: 3\ncalibration: {iterations: 7}\nyears: {calibration: [2003, 2010]}\n"))
    experiments = study.load_experiments()
    assert [e.name for e in experiments] == ["baseline", "single_year", "growth_curve"]
    for experiment in experiments:
        assert (experiment.members, experiment.optimiser.iterations) == (3, 7)
        assert experiment.calibration_years == (2003, 2010)
        assert experiment.validation_years == (2011, 2019)


def test_an_experiment_beside_the_study_file(written, tmp_path):
    (tmp_path / "mine.yaml").write_text("extends: paper/baseline\nname: mine\n", encoding="utf-8")
    assert [e.name for e in load_study(written("experiments: [mine.yaml]\n")).load_experiments()] == ["mine"]


def test_no_year_need_be_held_out(written):
    study = load_study(written("years: {calibration: [2001, 2019]}\n"))
    assert study.years.validation is None
    assert study.load_experiments()[0].validation_years is None


def test_a_written_study_reads_back(written):
    study = load_study(written("name: a\nprepare: {memory: 2 GiB}\nproducts: {sla: here}\nbatch: 4\n"))
    assert study.prepare.memory == 2 * 2**30
    assert load_study(written(study.yaml())) == study


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("producs: {}", ("producs", "did you mean 'products'")),
        ("products: {crujra: x}", ("crujra", "did you mean 'cru_jra'")),
        ("products: {sla: {pth: x}}", ("pth", "did you mean 'path'")),
        ("products: {fluxsat: {path: x, settings: {maximum_qualty: 3}}}", ("fluxsat", "mean 'maximum_quality'")),
        ("products: {gleam: {path: x, settings: {year: 3}}}", ("gleam has no setting 'year'", "it has none")),
        ("products: {fluxsat: {path: x, settings: {maximum_quality: good}}}", ("maximum_quality", "good")),
        ("calibration: {iteration: 2}", ("iteration", "did you mean 'iterations'")),
        ("years: {forcing: [2000, 1999]}", ("years.forcing", "first to last")),
        ("years: {forcing: [2005, 2019]}", ("observations [2001, 2019]", "within forcing [2005, 2019]")),
        ("prepare: {memory: lots}", ("prepare.memory", "lots")),
        ("members: 0", ("members", "0")),
        ("slurm: {memory: 4 GB}", ("slurm.cores",)),
        ("experiments: []", ("experiments",)),
        ("- a list", ("mapping",)),
        ("name: [", ("not valid YAML",)),
    ],
)
def test_what_is_wrong_is_said(written, text, words):
    with pytest.raises(InputError) as error:
        load_study(written(text))
    assert "study.yaml" in str(error.value) and "\n" not in str(error.value)
    for word in words:
        assert word in str(error.value)


def test_experiments_that_cannot_be_run_are_told_of(written):
    with pytest.raises(InputError, match="growth_curve simulates 1985-2020, but the forcing has 1990-2020"):
        load_study(written("years: {forcing: [1990, 2020]}\n")).load_experiments()
    with pytest.raises(InputError, match="two experiments are named baseline"):
        load_study(written("experiments: [paper/baseline, baseline]\n")).load_experiments()
    with pytest.raises(InputError, match=r"optimiser\.iterations"):
        load_study(written("calibration: {iterations: -2}\n")).load_experiments()


def test_a_product_without_a_place(written):
    with pytest.raises(InputError, match="no place for product gleam"):
        load_study(written("name: a\n")).location("gleam")


def test_no_file(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        load_study(tmp_path / "none.yaml")


def test_every_product_has_a_reader():
    assert set(PRODUCTS) == set(PRODUCT_NAMES)
    assert {name: p.settings for name, p in PRODUCTS.items() if p.settings} == PRODUCT_SETTINGS
