"""The attribution of a study's store: what is read, what is written, and that processes change no number."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from typer.testing import CliRunner

from diffdalec.analysis.attribution import AttributionSettings
from diffdalec.cli import app
from diffdalec.errors import InputError
from diffdalec.grid import cell_centre, cell_id
from diffdalec.results.study_store import Mark, create_study_store, mark_cells, read_cells, write_cells
from diffdalec.study import load_study
from diffdalec.variables import PREDICTORS
from diffdalec.workflows.study.attribute import attribute_study

NUMBER = 90
DIMS = ("cell", "experiment", "member")
QUICK = AttributionSettings(
    repeats=1, inner_folds=2, candidates=((3, 10),), iterations=20, bootstrap=50, points=5, explained_cells=50
)


def tables_of_cells():
    latitude, longitude = (a.ravel() for a in np.meshgrid(60.25 + 0.5 * np.arange(9), 100.25 + 0.5 * np.arange(10)))
    cell = np.sort(cell_id(latitude, longitude))
    latitude, longitude = cell_centre(cell)
    rng = np.random.default_rng(0)
    cells = xr.Dataset({n: ("cell", rng.standard_normal(NUMBER)) for n in PREDICTORS}, {"cell": cell})
    cells = cells.assign(latitude=("cell", latitude), longitude=("cell", longitude))
    driven = 0.4 + 0.05 * cells["clay"].values
    members = driven[:, None, None] + 0.002 * rng.standard_normal((NUMBER, 2, 3))
    calibration = xr.Dataset(
        {
            "allocation_wood": (DIMS, members, {"units": "1", "group": "trait"}),
            "wood_turnover": (DIMS, np.full(members.shape, 1e-4), {"units": "d-1", "group": "parameter"}),
            "status": (DIMS, np.full(members.shape, "ok", dtype=object)),
        },
        {"cell": cell, "experiment": ["baseline", "growth_curve"], "member": np.arange(3)},
    )
    calibration["allocation_wood"][:10, 1] *= xr.DataArray([0.3, 1.0, 3.0], dims="member")
    return cells, calibration


@pytest.fixture
def study(tmp_path):
    cells, calibration = tables_of_cells()
    (tmp_path / "study.yaml").write_text("name: test\n", encoding="utf-8")
    loaded = load_study(tmp_path)
    groups = {"cells": cells, "calibration": calibration}
    create_study_store(loaded.store, groups, ("calibration",), 30, {})
    write_cells(loaded.store, "calibration", 0, [calibration.isel(cell=i) for i in range(NUMBER)])
    marks = [Mark.DONE] * 85 + [Mark.FAILED] * 5
    mark_cells(loaded.store, "calibration", 0, marks, [""] * NUMBER)
    return loaded


def test_a_study_is_attributed_and_written(study):
    seen = []
    found = attribute_study(study, QUICK, progress=lambda what, done, of: seen.append((done, of)))
    stored = read_cells(study.store, "attribution")
    assert seen == [(0, 2), (1, 2), (2, 2)]
    one = stored.sel(trait="allocation_wood")
    assert one["cells"].values.tolist() == [85, 75]
    assert one["left_out_not_robust"].values.tolist() == [0, 10]
    assert (one["status"] == "explained").all()
    assert (one["share"].sel(predictor="clay") > 0.5).all()
    total = one["base_value"] + one["shap"].sum("predictor")
    np.testing.assert_allclose(total.where(one["fitted"].notnull()), one["fitted"].transpose(*total.dims), atol=1e-6)
    assert (stored["status"].sel(trait="wood_turnover") == "not attributed").all()
    assert json.loads(stored.attrs["settings"])["repeats"] == 1
    for name, table in found.tables.items():
        written = pd.read_csv(study.out / "tables" / f"{name}.csv")
        assert list(written.columns) == list(table.columns) and len(written) == len(table)


def test_processes_change_no_number(study):
    one = attribute_study(study, QUICK, workers=1).attribution
    two = attribute_study(study, QUICK, workers=2).attribution
    xr.testing.assert_identical(one, two)


def test_a_known_truth_is_one_more_experiment(study):
    cells, _ = tables_of_cells()
    truth = xr.Dataset({"allocation_wood": 0.4 - 0.05 * cells["ph"]}).isel(cell=slice(None, None, -1))
    truth.to_zarr(study.archive.parent / "truth.zarr", zarr_format=3, consolidated=False)
    found = attribute_study(study, QUICK, experiments=("truth",)).attribution
    one = found.sel(experiment="truth", trait="allocation_wood")
    assert one["cells"].item() == 85
    assert one["share"].idxmax("predictor").item() == "ph"


def test_an_unknown_experiment_is_named(study):
    with pytest.raises(InputError, match="no experiment 'other'; it has baseline, growth_curve"):
        attribute_study(study, QUICK, experiments=("other",))


def test_nothing_calibrated_is_told(study):
    mark_cells(study.store, "calibration", 0, [Mark.WAITING] * NUMBER, [""] * NUMBER)
    with pytest.raises(InputError, match="no cell has been calibrated"):
        attribute_study(study, QUICK)


def test_the_command_refuses_what_cannot_be_attributed(study):
    """85 cells would do, but not in tiles as wide as these: each trait says so, and the command ends well."""
    result = CliRunner().invoke(app, ["attribute", str(study.out.parent), "--block", "40", "--workers", "1"])
    assert result.exit_code == 0, result.output
    assert "allocation_wood (baseline): not attributed" in result.output
    assert "lie in 1 tiles of 40°" in result.output
