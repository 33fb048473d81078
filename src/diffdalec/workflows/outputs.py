"""An output folder: whose configuration it holds, its checkpoints, and the files of a finished run."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import xarray as xr
import yaml

from ..errors import InputError
from ..figures.style import save_figure
from ..report import draw_figures, write_report
from ..results import read_tree, write_summary, write_tree
from ..results.text_files import write_text

STORE = "results.zarr"
CONFIGURATION = "configuration.yaml"
CHECKPOINTS = "checkpoints"


def open_folder(path: Path, configuration: Mapping[str, Any]) -> Path:
    """Make ``path`` the output folder of a configuration, or check that it is. Returns the folder of checkpoints.

    InputError where it is a file, holds something else, or the results of another configuration: they are not
    overwritten.
    """
    text = yaml.safe_dump(dict(configuration), sort_keys=False, allow_unicode=True)
    file = path / CONFIGURATION
    if path.exists() and not path.is_dir():
        raise InputError(f"output folder {path} is a file")
    if file.exists():
        difference = first_difference(yaml.safe_load(file.read_text(encoding="utf-8")), dict(configuration))
        if difference is not None:
            raise InputError(
                f"output folder {path} belongs to another configuration ({difference}): "
                "give another --out, or remove it"
            )
    elif path.exists() and any(path.iterdir()):
        raise InputError(
            f"output folder {path} is not empty and holds no {CONFIGURATION} of diffdalec: give another --out"
        )
    checkpoints = path / CHECKPOINTS
    checkpoints.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        write_text(file, text)
    return checkpoints


def finish(path: Path, make: Callable[[], xr.DataTree]) -> tuple[xr.DataTree, bool]:
    """The tree of a folder, made and stored if it is not there yet, with its figures, report and summary written anew.

    Returns the tree and whether it had to be made.
    """
    store = path / STORE
    made = not store.exists()
    if made:
        write_tree(make(), store)
    tree = read_tree(store)
    write_outputs(tree, path)
    shutil.rmtree(path / CHECKPOINTS, ignore_errors=True)
    return tree, made


def write_outputs(tree: xr.DataTree, path: Path) -> None:
    """Figures (PNG, PDF), ``report.html`` and ``summary.json`` of a tree."""
    figures = draw_figures(tree)
    for name, figure in figures.items():
        save_figure(figure, path / "figures", name)
    write_report(tree, figures, path / "report.html")
    write_summary(tree, path / "summary.json")


def first_difference(there: Any, here: Any, where: str = "") -> str | None:
    """The first setting in which two configurations differ, as ``key: there / here``; None where they agree."""
    if isinstance(there, dict) and isinstance(here, dict):
        for key in [*here, *(k for k in there if k not in here)]:
            name = f"{where}.{key}" if where else str(key)
            found = first_difference(there.get(key), here.get(key), name)
            if found is not None:
                return found
        return None
    if isinstance(there, (list, tuple)) and isinstance(here, (list, tuple)):
        there, here = list(there), list(here)
    return None if there == here else f"{where} was {there!r}, is now {here!r}"
