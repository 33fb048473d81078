"""``diffdalec cache``: compiled programs that are kept on disk."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from .root import app


@app.command()
def cache(clear: Annotated[bool, typer.Option("--clear", help="Delete what is kept.")] = False) -> None:
    """Show where compiled programs are kept and how large they are, or delete them."""
    from ..kernels import cache as programs

    for kept in programs.kept_programs():
        typer.echo(f"{kept.folder}: {kept.files} programs, {kept.size / 2**20:.1f} MiB")
    if clear:
        typer.echo(f"{programs.clear() / 2**20:.1f} MiB deleted; what is needed is compiled again and kept")
    else:
        total = sum(kept.size for kept in programs.kept_programs())
        limit = programs.LIMIT / 2**20
        typer.echo(f"{total / 2**20:.1f} MiB; beyond {limit:.0f} the least recently used go, once a day")
    named = os.environ.get("JAX_COMPILATION_CACHE_DIR")
    if named:
        typer.echo(f"XLA's programs go to {named} (JAX_COMPILATION_CACHE_DIR), which this command leaves alone")
