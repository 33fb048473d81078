"""The benchmark's commands run and say what they measured; no time is judged."""

from __future__ import annotations

import json
import os

import pytest
from typer.testing import CliRunner

from diffdalec.cli import app
from diffdalec.errors import InputError
from diffdalec.workflows.bench.biome import BiomeCost, without_compilation
from diffdalec.workflows.bench.child import in_child


def test_speed_of_one_case(tmp_path):
    file = tmp_path / "speed.json"
    command = ["bench", "speed", "--batch", "2", "--years", "2", "--threads", "1", "--repeats", "1"]
    done = CliRunner().invoke(app, [*command, "--json", str(file)], catch_exceptions=False)
    assert done.exit_code == 0
    found = json.loads(file.read_text())
    measured = {(m["function"], m["backend"]): m for m in found["figures"]}
    assert set(measured) == {(f, b) for f in ("forward", "gradient", "jacobian") for b in ("kernels", "xla")}
    for m in measured.values():
        assert (m["members"], m["years"], m["threads"]) == (2, 2, 1)
        assert m["rate"] == pytest.approx(2 * 731 / m["seconds"])
    assert "×" in done.output and found["machine"] in done.output.replace("\n", " ")


def test_a_child_has_the_cores_it_was_given():
    assert in_child("os", "cpu_count", {}) == os.cpu_count()
    here = len(os.sched_getaffinity(0))
    assert in_child("diffdalec.kernels.machine", "default_threads", {}, threads=1) == 1
    with pytest.raises(InputError, match=f"{here + 1} threads, but this process may use {here} cores"):
        in_child("os", "getpid", {}, threads=here + 1)


def test_hours_of_a_biome_by_hand():
    """Compilation is once for each worker, side by side, and before all else."""
    cost = BiomeCost(48, 2, 5, 100.0, {"a": 1.6, "b": 2.0}, 36.0, 0)
    assert cost.cells_per_hour == pytest.approx(2 * 3600 / 3.6)
    assert cost.biome_hours == pytest.approx(5000 * 3.6 / 2 / 3600 + 0.01)


def test_each_workers_first_stand_does_not_count():
    found = [("x", {"a": 30.0}), ("y", {"a": 20.0}), ("x", {"a": 4.0}), ("x", {"a": 6.0}), ("y", {"a": 5.0})]
    assert without_compilation(found) == ({"a": pytest.approx(5.0)}, pytest.approx(20.0))


def test_too_few_stands_to_tell_compilation_from_calibration():
    done = CliRunner().invoke(app, ["bench", "biome", "--stands", "5", "--workers", "2"])
    assert isinstance(done.exception, InputError) and "at least 6" in str(done.exception)


@pytest.mark.slow
def test_a_biome_of_a_few_stands(tmp_path):
    file = tmp_path / "biome.json"
    command = ["bench", "biome", "--stands", "3", "--workers", "1", "--members", "1", "--iterations", "2"]
    done = CliRunner().invoke(app, [*command, "--json", str(file)], catch_exceptions=False)
    (found,) = json.loads(file.read_text())["figures"]
    assert set(found["seconds_by_part"]) >= {"baseline and single_year", "growth_curve", "forward runs"}
    assert found["compile_seconds"] > 0 and found["seconds"] > 3 * sum(found["seconds_by_part"].values())
    assert "without compilation" in done.output


def test_a_curve_that_is_none_is_said():
    done = CliRunner().invoke(app, ["bench", "stand", "--growth-curve", "1,2"])
    assert isinstance(done.exception, InputError) and "BMAX,K,P" in str(done.exception)
