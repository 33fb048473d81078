"""The benchmark's figures as tables on standard output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from rich.console import Console
from rich.table import Table

from ...results.provenance import machine, versions
from .biome import CELLS, BiomeCost
from .convergence import WITHIN, Convergence
from .speed import Measurement

LEGEND = (
    "M/s: million member-days per second, float32; forward and gradient of the whole cost with all its terms, the "
    "Jacobian of daily fast streams and yearly biomass by 34 quantities. Ratios are of this run, on the same cores."
)


def print_speed(found: Sequence[Measurement]) -> None:
    """One row per case: forward, gradient and Jacobian of each backend, and the ratios."""
    console = Console(highlight=False, width=130)
    functions = [f for f in ("forward", "gradient", "jacobian") if any(m.function == f for m in found)]
    backends = [b for b in ("kernels", "gpu", "xla") if any(m.backend == b for m in found)]
    table = Table("threads", "years", "members")
    for function in functions:
        for backend in backends:
            table.add_column(f"{function}\n{backend} M/s", justify="right")
        if len(backends) == 2:
            table.add_column("ratio", justify="right")
    table.add_column("compile\ns", justify="right")
    by_case = {(m.threads, m.years, m.members, m.function, m.backend): m for m in found}
    for case in dict.fromkeys(key[:3] for key in by_case):
        cells = [str(n) for n in case]
        for function in functions:
            measured = [by_case.get((*case, function, backend)) for backend in backends]
            cells += ["" if m is None else f"{m.rate / 1e6:.1f}" for m in measured]
            if len(backends) == 2:
                both = [m.rate for m in measured if m is not None]
                cells.append(f"{both[0] / both[1]:.1f} ×" if len(both) == 2 else "")
        compiled = [m.compile_seconds for key, m in by_case.items() if key[:3] == case and key[4] == backends[0]]
        table.add_row(*cells, f"{sum(compiled):.1f}")
    console.print(table)
    _print_threads(console, by_case)
    console.print(LEGEND)


def _print_threads(console: Console, by_case: Mapping[tuple, Measurement]) -> None:
    """What more threads add, where the same case was measured with one."""
    for (threads, years, members, function, backend), m in by_case.items():
        alone = by_case.get((1, years, members, function, backend))
        if threads > 1 and alone is not None and function == "gradient":
            console.print(
                f"{threads} threads are {m.rate / alone.rate:.2f} times one: {backend}, {members} members, "
                f"{years} years"
            )


def print_machine() -> None:
    """The machine and the versions that figures are of."""
    found = ", ".join(f"{name} {number}" for name, number in versions().items())
    Console(highlight=False, width=130).print(f"{machine()}; {found}")


def print_convergence(cold: Convergence, warm: Convergence) -> None:
    """Seconds of a stand, and where its members ended."""
    console = Console(highlight=False, width=130)
    console.print(
        f"three experiments of a stand: {cold.again_seconds:.1f} s once compiled; "
        f"compilation {cold.compile_seconds:.1f} s the first time, {warm.compile_seconds:.1f} s from disk"
    )
    table = Table("experiment", "best cost", "median", "worst", f"within {WITHIN} of the best", "gradients a member")
    for name, costs in cold.costs.items():
        near = sum(cost <= min(costs) + WITHIN for cost in costs)
        table.add_row(
            name, f"{min(costs):.3f}", f"{median(costs):.3f}", f"{max(costs):.3f}", f"{near} of {len(costs)}",
            f"{cold.gradient_equivalents[name]:.0f}",
        )  # fmt: skip
    console.print(table)


def print_biome(found: Sequence[BiomeCost]) -> None:
    """Cells per hour of each experiment and of all, what more workers add, and hours for a biome."""
    console = Console(highlight=False, width=130)
    most = max(found, key=lambda cost: cost.workers)
    console.print(
        f"{most.stands} stands x 3 experiments x {most.members} members, one core per worker ({most.workers}); "
        f"{most.failed} members not ok. A cell's seconds once everything is compiled:"
    )
    table = Table("part", "s per cell", "cells per hour and core")
    for name, seconds in most.seconds_by_part.items():
        table.add_row(name, f"{seconds:.2f}", f"{3600 / seconds:.0f}")
    table.add_row("all", f"{most.stand_seconds:.2f}", f"{3600 / most.stand_seconds:.0f}")
    console.print(table)
    alone = next((cost for cost in found if cost.workers == 1), None)
    table = Table(
        "workers", "stands", "wall clock\nwith all s", "compilation\ns", "s per cell\nand core", "cells\nper hour",
        "times one\nworker", f"{CELLS:,} cells\nh",
    )  # fmt: skip
    for cost in found:
        table.add_row(
            f"{cost.workers}", f"{cost.stands}", f"{cost.seconds:.0f}", f"{cost.compile_seconds:.1f}",
            f"{cost.stand_seconds:.2f}", f"{cost.cells_per_hour:.0f}",
            "" if alone is None else f"{cost.cells_per_hour / alone.cells_per_hour:.2f}", f"{cost.biome_hours:.2f}",
        )  # fmt: skip
    console.print(table)
    console.print(
        "Seconds and cells per hour are without compilation, which each worker does once, here with nothing kept on "
        f"disk. The wall clock has it, the workers' start and the making of the stands in it; the hours of {CELLS:,} "
        "cells have compilation in them, reading of forcing and writing of results not."
    )
