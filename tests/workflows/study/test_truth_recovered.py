"""A synthetic biome through the whole chain at the shipped settings: do its results say what is true there?

One run of a dozen cells, by the command line, from files to tables; some two minutes of two cores.
"""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from diffdalec.cli import app
from diffdalec.workflows.synth import synthesise

pytestmark = pytest.mark.slow
EXPERIMENTS = ("baseline", "single_year", "growth_curve")


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict[str, dict]:
    folder = tmp_path_factory.mktemp("biome") / "twelve"
    study = synthesise(folder, cells=12, seed=0)
    said = CliRunner().invoke(app, ["run", str(study), "--no-report"], catch_exceptions=False)
    assert said.exit_code == 0, said.output
    summary = json.loads((folder / "out" / "summary.json").read_text())
    assert summary["cells"] == {"failed": 0, "evaluated": 12}
    return summary["experiments"]


def test_each_observation_of_biomass_brings_the_forests_closer(found):
    error = [found[name]["biomass"]["rmse"] for name in EXPERIMENTS]
    assert error[0] > error[1] > error[2]
    assert error[2] < 0.15 * error[0] and found["growth_curve"]["biomass"]["r2"] > 0.95


def test_fluxes_do_not_pay_for_it(found):
    held_out = [found[name]["nnse"]["validation"]["sum"] for name in EXPERIMENTS]
    assert max(held_out) - min(held_out) < 0.03


def test_wood_turnover_is_found_by_the_growth_curve(found):
    wood = [found[name]["retrieval"]["wood_turnover"] for name in EXPERIMENTS]
    assert wood[2]["correlation"] > 0.8 and abs(wood[2]["relative_bias"]) < 30
    assert wood[2]["rmse"] < 0.7 * wood[0]["rmse"]


def test_allocation_to_wood_is_found_better_than_from_fluxes(found):
    baseline, growth = (found[name]["retrieval"]["allocation_wood"] for name in ("baseline", "growth_curve"))
    assert growth["rmse"] < 0.6 * baseline["rmse"] and growth["correlation"] > baseline["correlation"]


def test_members_can_grow_a_forest(found):
    for name in EXPERIMENTS:
        biomass = found[name]["biomass"]
        assert biomass["alive"] >= 0.9 * biomass["members"], name
