"""``diffdalec bench``: measurements of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from .options import overrides
from .root import benchmarks

JsonFile = Annotated[Path | None, typer.Option("--json", help="Also write the figures to this file.")]
Members = Annotated[int, typer.Option(min=1, help="Members of each experiment.")]


@benchmarks.command()
def speed(
    batch: Annotated[list[int] | None, typer.Option(help="Batch size (members); repeat for several.")] = None,
    years: Annotated[list[int] | None, typer.Option(help="Length of the run [years]; repeat for several.")] = None,
    threads: Annotated[
        list[int] | None, typer.Option(help="Cores; repeat for several. Each in a process that sees no others.")
    ] = None,
    backend: Annotated[list[str] | None, typer.Option(help="'kernels', 'gpu' or 'xla'; repeat for several.")] = None,
    repeats: Annotated[int, typer.Option(min=1, help="Least number of timed calls; the fastest counts.")] = 3,
    json_file: JsonFile = None,
) -> None:
    """Member-days per second of the cost, its gradient and the Jacobian, kernels against plain XLA."""
    from ..cells.backend import choose_backend
    from ..kernels import default_threads
    from ..workflows.bench.speed import speed_on
    from ..workflows.bench.tables import print_machine, print_speed

    backends = tuple(backend or ("kernels", "xla"))
    for name in backends:
        choose_backend(name)  # says at once what cannot be had
    counts = tuple(threads or sorted({1, default_threads()}))
    found = speed_on(counts, tuple(batch or (1, 16, 128, 1024)), tuple(years or (9, 19, 107)), repeats, backends)
    print_machine()
    print_speed(found)
    _write(json_file, [vars(m) for m in found])


@benchmarks.command()
def stand(
    site: Annotated[Path | None, typer.Argument(help="A site's file; the synthetic stand without one.")] = None,
    growth_curve: Annotated[
        str, typer.Option(help="BMAX,K,P of total biomass [MgC ha-1] at the site.")
    ] = "119.9,0.0303,3.547",
    members: Members = 5,
    json_file: JsonFile = None,
) -> None:
    """Seconds of a stand's three experiments, once compiled and with compilation, and where the members end."""
    from ..errors import InputError
    from ..workflows.bench.convergence import measure_convergence
    from ..workflows.bench.tables import print_convergence, print_machine

    parts = growth_curve.split(",")
    try:
        bmax, k, p = (float(x) for x in parts)
    except ValueError:
        raise InputError(f"--growth-curve {growth_curve!r}: expected three numbers BMAX,K,P") from None
    found = measure_convergence(site, (bmax, k, p), members, lambda text: typer.echo(text, err=True))
    print_machine()
    print_convergence(*found)
    _write(json_file, [vars(one) for one in found])


@benchmarks.command()
def biome(
    stands: Annotated[int, typer.Option(min=3, help="Synthetic stands, each with weather of its own.")] = 48,
    workers: Annotated[
        list[int] | None,
        typer.Option(min=1, help="Processes of one core; repeat for several. By default 1 and all cores."),
    ] = None,
    members: Members = 5,
    iterations: Annotated[int | None, typer.Option(min=1, help="Iterations, for a quick look.")] = None,
    json_file: JsonFile = None,
) -> None:
    """Cells per hour under the paper's three experiments, by number of workers, and hours for 5,000 cells."""
    from ..kernels import default_threads
    from ..workflows.bench.biome import measure_biome
    from ..workflows.bench.tables import print_biome, print_machine

    settings: dict[str, Any] = overrides(None, iterations)
    counts = sorted(set(workers or (1, default_threads())))
    found = measure_biome(stands, counts, members, settings, lambda text: typer.echo(text, err=True))
    print_machine()
    print_biome(found)
    _write(json_file, [vars(f) | {"cells_per_hour": f.cells_per_hour, "biome_hours": f.biome_hours} for f in found])


def _write(path: Path | None, figures: list[dict[str, Any]]) -> None:
    from ..results.provenance import machine, versions
    from ..results.text_files import write_json

    if path is not None:
        content = {"machine": machine(), "versions": versions(), "figures": figures}
        write_json(path, content)
