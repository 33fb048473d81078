"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

Out = Annotated[Path, typer.Option("--out", help="Folder for the results. Running again goes on from what is there.")]
Seed = Annotated[int, typer.Option(help="Seed of the members' starts.")]
Members = Annotated[int | None, typer.Option(min=1, help="Members of each experiment.")]
Iterations = Annotated[int | None, typer.Option(min=1, help="Iterations of the optimiser.")]
Backend = Annotated[str, typer.Option(help="'kernels', 'gpu', 'xla', or 'auto': the fastest that this machine has.")]
GrowthYears = Annotated[int | None, typer.Option(min=10, help="Length of the growth run [years].")]


def overrides(members: int | None, iterations: int | None) -> dict[str, Any]:
    """What the command line changes in every experiment."""
    changed: dict[str, Any] = {}
    if members is not None:
        changed["members"] = members
    if iterations is not None:
        changed["optimiser"] = {"iterations": iterations}
    return changed
