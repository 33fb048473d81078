"""The ensembles of a study's cells: which members count, their medians, and where they agree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr

from ...results.members import OK
from ..ensemble import circular_median, is_circular, quantity_names, robust_cv
from ..tables import ROBUST_CV_LIMIT


@dataclass(frozen=True)
class CellEnsemble:
    """The store's group ``calibration``, dims (cell, experiment, member), and what follows from it."""

    calibration: xr.Dataset

    @cached_property
    def ok(self) -> xr.DataArray:
        """True where a member is usable: dims (cell, experiment, member)."""
        return self.calibration["status"] == OK

    @property
    def experiments(self) -> list[str]:
        """The experiments in their order; the first is what the others are compared with."""
        return [str(name) for name in self.calibration["experiment"].values]

    @property
    def quantities(self) -> list[str]:
        """Names of traits, then parameters."""
        return quantity_names(self.calibration, "trait") + quantity_names(self.calibration, "parameter")

    def members(self, name: str) -> xr.DataArray:
        """A quantity, NaN for members that are not ok; attributes kept."""
        values = self.calibration[name]
        return values.where(self.ok).assign_attrs(values.attrs)

    @cached_property
    def medians(self) -> xr.Dataset:
        """Medians over ok members, dims (cell, experiment), of traits, parameters and initial pools."""
        names = [*self.quantities, *quantity_names(self.calibration, "initial_pool")]
        found = {}
        for name in names:
            values = self.members(name)
            median = circular_median(values) if is_circular(values) else values.median("member")
            found[name] = median.astype(np.float32).assign_attrs(values.attrs)
        return xr.Dataset(found)

    @cached_property
    def spread(self) -> xr.DataArray:
        """Robust coefficient of variation 1.4826·MAD/|median| over ok members: dims (quantity, cell, experiment).

        Traits and parameters but for days of year; NaN where fewer than two members are ok.
        """
        names = [name for name in self.quantities if not is_circular(self.calibration[name])]
        enough = self.ok.sum("member") >= 2
        found = [robust_cv(self.members(name)).where(enough).drop_attrs() for name in names]
        stacked = xr.concat(found, "quantity", coords="minimal", compat="override")
        attributes = {"units": "1", "long_name": "robust coefficient of variation over members"}
        return stacked.assign_coords(quantity=names).rename("robust_cv").assign_attrs(attributes)

    def robust(self, name: str) -> xr.DataArray:
        """True where the members of a cell agree on a quantity, dims (cell, experiment); never where only one is ok.

        A day of year, for which a coefficient of variation means nothing, counts as agreed on.
        """
        if name not in self.spread["quantity"].values:
            return self.ok.any("member")
        return self.spread.sel(quantity=name, drop=True) <= ROBUST_CV_LIMIT
