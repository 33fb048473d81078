"""``diffdalec growth-curve fit``: a table in, a fitted curve and what can be said of it out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ..errors import InputError
from ..harmonise.growth_curve import GrowthCurve
from ..harmonise.growth_fit import fit_growth_curve
from ..harmonise.growth_table import growth_table


def fit_table(path: Path, unit: str | None, root_shoot: float | None) -> str:
    """Fit a Chapman–Richards curve to a CSV of age and biomass and describe it. InputError on a table that does not
    do.
    """
    if not path.is_file():
        raise InputError(f"growth table {path} does not exist")
    try:
        frame = pd.read_csv(path)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise InputError(f"growth table {path.name} is not a CSV file: {error}") from None
    table = growth_table(frame, source=path.name)
    chosen = unit or table.unit
    if chosen is None:
        raise InputError(f"growth table {path.name} does not say its unit: give --unit 'MgC/ha' or 'Mg/ha'")
    curve = fit_growth_curve(table.age, table.biomass, chosen, root_shoot=root_shoot, sd=table.sd, source=path.name)
    return describe(curve, table.dropped)


def describe(curve: GrowthCurve, dropped: int) -> str:
    """A fitted curve in lines: parameters with standard errors, R², notes, and how to use it."""
    errors = curve.standard_errors or {}
    rows = [
        f"{name:5s} {getattr(curve, name):10.4g} ± {errors.get(name, float('nan')):<10.3g} {unit}"
        for name, unit in (("bmax", curve.unit), ("k", "yr-1"), ("p", ""))
    ]
    summary = f"R² {curve.r2:.3f}, n {curve.n}" + (
        f" ({dropped} rows without age or biomass left out)" if dropped else ""
    )
    usage = f'--growth-curve {curve.bmax:.6g},{curve.k:.6g},{curve.p:.6g} --biomass-unit "{curve.unit}"'
    if curve.root_shoot is not None:
        usage += f" --root-shoot {curve.root_shoot:g}"
    return "\n".join([*(row.rstrip() for row in rows), summary, *(f"note: {note}" for note in curve.notes), usage])
