"""Imports go one way: the layers of docs/architecture.md, checked by import-linter."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "diffdalec"


def test_import_contracts_are_kept():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    found = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "0 broken" in found.stdout


def test_no_position_has_a_meaning_in_the_science():
    """``x[:, 13]`` and ``.at[10]`` have no place in model, observation and cost."""
    for room in ("model", "observation", "cost"):
        for file in (PACKAGE / room).glob("*.py"):
            text = file.read_text(encoding="utf-8")
            assert not re.search(r"\[\s*:\s*,\s*\d+\s*\]", text), file.name
            assert not re.search(r"\.at\[\d+\]", text), file.name


def test_no_code_asks_for_an_experiments_name():
    for file in PACKAGE.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"(experiment|name)\s*==\s*[\"'](baseline|single_year|growth_curve)", text), file.name


def test_files_are_small():
    for file in PACKAGE.rglob("*.py"):
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 300, file.name
        assert "utils" not in file.stem
