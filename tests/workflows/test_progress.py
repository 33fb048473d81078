"""What is told while something runs: everything that was said, once, on a terminal and without one."""

from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console

from diffdalec.workflows.progress import CalibrationProgress
from diffdalec.workflows.study.progress import StudyProgress


def shown(terminal: bool) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=120, color_system=None)


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("kind", [CalibrationProgress, StudyProgress])
def test_brackets_are_text(kind, terminal):
    """Units and paths stand in brackets: they are no styles."""
    console = shown(terminal)
    with kind(console) as progress:
        progress.say("leaf area [m2 m-2] of [/data/site.nc] and [bold]")
    assert "leaf area [m2 m-2] of [/data/site.nc] and [bold]" in console.file.getvalue()


def test_bars_say_what_they_count():
    console = shown(True)
    with StudyProgress(console) as progress:
        progress.begin(["calibrate", "forward"], 3, 1)
    assert "calibrate, forward [batches]" in console.file.getvalue()


def test_lines_begin_end_and_are_few():
    console = shown(False)
    with CalibrationProgress(console) as progress:
        for i in range(1, 201):
            progress("baseline+single_year", i, 200, np.array([2.0, 1.0 / i]))
    lines = console.file.getvalue().splitlines()
    assert lines[0] == "baseline + single_year: iteration 1 of 200, best cost 1.000"
    assert lines[-1].startswith("baseline + single_year: iteration 200 of 200, best cost 0.005")
    assert len(lines) == 2
