"""The command line: bad input is one sentence and exit code 2, and leaves nothing that could be taken for a result."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from diffdalec import __main__ as command
from stands import observed_stand

CURVE = ("--growth-curve", "60,0.05,3", "--biomass-unit", "MgC/ha")
SMALL = ("--members", "1", "--iterations", "2", "--growth-years", "10", "--calibration-years", "2")
HEAVY = ("jax", "xarray", "pandas", "matplotlib", "numpy", "optax", "scipy")


def run(capsys, monkeypatch, *arguments: str | Path) -> tuple[int, str, str]:
    """The command in this process: exit code, standard output, standard error."""
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
    monkeypatch.setattr(sys, "argv", ["diffdalec", *map(str, arguments)])
    code = 0
    try:
        command.main()
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture(scope="module")
def table():
    """Three years of a synthetic stand as a table in our names."""
    ds = observed_stand()
    return ds.drop_vars(["latitude", "mean_temperature", "mean_precipitation"]).to_dataframe()


@pytest.fixture
def site_file(tmp_path, table):
    """Writes the table, changed, as a plain CSV; returns its path."""

    def write(change=lambda t: t, name="stand.csv") -> Path:
        path = tmp_path / name
        path.write_text("# latitude: 62\n" + change(table.copy()).to_csv(index_label="time"), encoding="utf-8")
        return path

    return write


def without(table, first: int, number: int):
    table.iloc[first : first + number, table.columns.get_loc("tmin")] = np.nan
    return table


def duplicated(table):
    import pandas as pd

    return pd.concat([table.iloc[:100], table.iloc[90:] + 0.01])


def swapped(table):
    return table.assign(tmax=table["tmin"] - 5.0)


FILES = {
    "missing variable": (lambda t: t.drop(columns="vpd"), "vpd"),
    "40-day gap": (lambda t: without(t, 200, 40), "tmin"),
    "tmax below tmin": (swapped, "tmax"),
    "duplicated days": (duplicated, "stand.csv"),
    "hopeless unit": (lambda t: t.assign(tmin=1e6, tmax=1e6), "tmin"),
    "ten-daily file": (lambda t: t.iloc[::10], "stand.csv"),
}


def assert_refused(result: tuple[int, str, str], out: Path, *expected: str) -> None:
    code, _, said = result
    assert code == 2, said
    lines = said.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("diffdalec: "), said
    assert "Traceback" not in said
    for word in expected:
        assert word in lines[0]
    left = [p.name for p in out.rglob("*")] if out.is_dir() else []
    assert not {"results.zarr", "report.html", "summary.json"} & set(left)


@pytest.mark.parametrize("case", FILES)
def test_bad_files(case, capsys, monkeypatch, site_file, tmp_path):
    change, word = FILES[case]
    out = tmp_path / "out"
    assert_refused(run(capsys, monkeypatch, "site", site_file(change), *CURVE, *SMALL, "--out", out), out, word)
    assert not out.exists()


def test_streams_that_are_all_missing(capsys, monkeypatch, site_file, tmp_path):
    out = tmp_path / "out"
    path = site_file(lambda t: t.assign(gpp=np.nan, reco=np.nan, et=np.nan, lai=np.nan))
    assert_refused(run(capsys, monkeypatch, "site", path, *CURVE, *SMALL, "--out", out), out)


OPTIONS = {
    "no such file": (("site", "nothing.csv", *CURVE), ("nothing.csv",)),
    "negative rate": (("--growth-curve", "60,-0.05,3", "--biomass-unit", "MgC/ha"), ("k", "-0.05", "above 0")),
    "two numbers": (("--growth-curve", "60,0.05", "--biomass-unit", "MgC/ha"), ("three", "BMAX,K,P")),
    "not a number": (("--growth-curve", "60,x,3", "--biomass-unit", "MgC/ha"), ("'x'",)),
    "curve without a unit": (("--growth-curve", "60,0.05,3"), ("--biomass-unit", "MgC/ha")),
    "unknown unit": (("--growth-curve", "60,0.05,3", "--biomass-unit", "kg/m2"), ("kg/m2", "MgC")),
    "no curve at all": ((), ("growth curve",)),
    "calibration years": ((*CURVE, "--calibration-years", "some"), ("--calibration-years", "some")),
    "years the file lacks": ((*CURVE, "--calibration-years", "1990-1995"), ("1990",)),
    "experiment by name": ((*CURVE, "--experiment", "basline"), ("basline", "did you mean")),
    "cue": ((*CURVE, "--cue", "1.4"), ("--cue", "1.4")),
    "lcma": ((*CURVE, "--lcma", "-3"), ("--lcma", "-3")),
    "one name twice": ((*CURVE, "--experiment", "baseline", "--experiment", "paper/baseline"), ("baseline",)),
}


@pytest.mark.parametrize("case", OPTIONS)
def test_bad_options(case, capsys, monkeypatch, site_file, tmp_path):
    arguments, words = OPTIONS[case]
    out = tmp_path / "out"
    if arguments[:1] != ("site",):
        small = SMALL[:-2] if "--calibration-years" in arguments else SMALL
        arguments = ("site", site_file(), *small, *arguments)
    assert_refused(run(capsys, monkeypatch, *arguments, "--out", out), out, *words)
    assert not out.exists()


def test_unknown_experiment_key_names_the_nearest(capsys, monkeypatch, site_file, tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("extends: baseline\nname: mine\noptimizer: {iterations: 3}\n", encoding="utf-8")
    out = tmp_path / "out"
    result = run(capsys, monkeypatch, "site", site_file(), *CURVE, "--experiment", mine, "--out", out)
    assert_refused(result, out, "mine.yaml", "optimizer", "did you mean 'optimiser'")
    assert not out.exists()


class TestOutputFolder:
    def test_of_another_configuration_is_left_alone(self, capsys, monkeypatch, site_file, tmp_path):
        out = tmp_path / "out"
        out.mkdir()
        (out / "configuration.yaml").write_text("seed: 99\n", encoding="utf-8")
        result = run(capsys, monkeypatch, "site", site_file(), *CURVE, *SMALL, "--out", out)
        assert_refused(result, out, "another configuration")
        assert (out / "configuration.yaml").read_text(encoding="utf-8") == "seed: 99\n"
        assert [p.name for p in out.iterdir()] == ["configuration.yaml"]

    def test_that_holds_something_else_is_left_alone(self, capsys, monkeypatch, site_file, tmp_path):
        out = tmp_path / "out"
        out.mkdir()
        (out / "thesis.tex").write_text("mine", encoding="utf-8")
        result = run(capsys, monkeypatch, "site", site_file(), *CURVE, *SMALL, "--out", out)
        assert_refused(result, out, "not empty")
        assert [p.name for p in out.iterdir()] == ["thesis.tex"]

    def test_that_is_a_file(self, capsys, monkeypatch, site_file, tmp_path):
        out = tmp_path / "out"
        out.write_text("mine", encoding="utf-8")
        assert_refused(run(capsys, monkeypatch, "site", site_file(), *CURVE, *SMALL, "--out", out), out, "is a file")


def test_report_of_a_folder_without_results(capsys, monkeypatch, tmp_path):
    assert_refused(run(capsys, monkeypatch, "report", tmp_path), tmp_path)


def test_table_that_is_not_there(capsys, monkeypatch, tmp_path):
    result = run(capsys, monkeypatch, "growth-curve", "fit", tmp_path / "none.csv")
    assert_refused(result, tmp_path, "none.csv")


def test_help_does_not_wait_for_jax():
    code = f"import diffdalec.cli, sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_every_command_has_help():
    for arguments in (("--help",), ("site", "--help"), ("demo", "--help"), ("growth-curve", "fit", "--help")):
        found = subprocess.run(
            [sys.executable, "-m", "diffdalec", *arguments], capture_output=True, text=True, check=False
        )
        assert found.returncode == 0 and "Usage" in found.stdout


def test_a_truncated_file_as_a_user_meets_it(tmp_path):
    """In a process of its own: exit code 2 and one line on standard error."""
    path, out = tmp_path / "cut.nc", tmp_path / "out"
    observed_stand().drop_attrs().to_netcdf(path, engine="netcdf4")
    path.write_bytes(path.read_bytes()[:5000])
    found = subprocess.run(
        [sys.executable, "-m", "diffdalec", "site", path, *CURVE, "--out", out],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert_refused((found.returncode, found.stdout, found.stderr), out, "cut.nc")
    assert not out.exists()


def test_a_small_run_from_file_to_report(capsys, monkeypatch, site_file, tmp_path):
    """Whole and short, and again: the second time nothing is calibrated."""
    out = tmp_path / "out"
    arguments = ("site", site_file(), *CURVE, *SMALL, "--experiment", "growth_curve",
                 "--out", out)  # fmt: skip
    code, said, errors = run(capsys, monkeypatch, *arguments)
    assert code == 0, errors
    assert {"results.zarr", "report.html", "summary.json", "configuration.yaml"} <= {p.name for p in out.iterdir()}
    assert not (out / "checkpoints").exists()
    assert "report.html" in said
    with xr.open_datatree(out / "results.zarr", engine="zarr", consolidated=False) as tree:
        cost = tree["calibration"]["cost"].values.copy()
    code, _, errors = run(capsys, monkeypatch, *arguments)
    assert code == 0 and "drawn anew" in errors
    with xr.open_datatree(out / "results.zarr", engine="zarr", consolidated=False) as tree:
        np.testing.assert_array_equal(tree["calibration"]["cost"].values, cost)
    assert_refused_again = run(capsys, monkeypatch, *arguments, "--seed", "3")
    assert assert_refused_again[0] == 2 and "seed was 0, is now 3" in assert_refused_again[2]


def test_an_interrupt_says_how_to_go_on(capsys, monkeypatch):
    def interrupted():
        raise SystemExit(130)  # what the command line library makes of a KeyboardInterrupt

    monkeypatch.setattr("diffdalec.cli.app", interrupted)
    with pytest.raises(SystemExit) as end:
        command.main()
    assert end.value.code == 130
    assert "run the same command again" in capsys.readouterr().err
