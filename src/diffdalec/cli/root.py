"""The command itself: its name, its version, and what all commands hang on."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    name="diffdalec",
    help="Learn where boreal forests put their carbon, and how long they keep it: a differentiable DALEC.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
curves = typer.Typer(help="Growth curves: biomass of a stand against its age.", no_args_is_help=True)
app.add_typer(curves, name="growth-curve")
benchmarks = typer.Typer(help="What this machine can do: speed, a stand, a biome.", no_args_is_help=True)
app.add_typer(benchmarks, name="bench")


def _version(show: bool) -> None:
    if show:
        from importlib.metadata import version

        typer.echo(f"diffdalec {version('diffdalec')}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Learn where boreal forests put their carbon, and how long they keep it: a differentiable DALEC."""
