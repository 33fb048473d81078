"""Evaporative fraction: evaporation per potential evaporation."""

from __future__ import annotations

import xarray as xr

from ..variables import OBSERVATIONS

LEAST_POTENTIAL = 0.1
"""Potential evaporation [mm d-1] below which the fraction is a ratio of two errors: left out."""


def evaporative_fraction(evaporation: xr.DataArray, potential: xr.DataArray) -> xr.DataArray:
    """``evaporative_fraction`` [1] of E and Ep [mm d-1], NaN where Ep is below :data:`LEAST_POTENTIAL` or the ratio is
    not plausible.

    Of a cell's means over its mature pixels: ratio of means. The attributes count what was left out:
    ``days_of_little_potential_evaporation`` and ``days_of_implausible_ratio``.
    """
    row = OBSERVATIONS["evaporative_fraction"]
    assert row.plausible is not None
    low, high = row.plausible
    both = evaporation.notnull() & potential.notnull()
    enough = both & (potential >= LEAST_POTENTIAL)
    ratio = evaporation / potential.where(enough)
    plausible = (ratio >= low) & (ratio <= high)
    counts = {
        "days_of_little_potential_evaporation": int((both & ~enough).sum()),
        "days_of_implausible_ratio": int((enough & ~plausible).sum()),
    }
    return ratio.where(plausible).rename(row.name).assign_attrs(row.attributes | counts)
