"""The cells that a trait is attributed with: those whose members agree, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from ...errors import InputError
from .predictors import NAMES
from .settings import AttributionSettings


@dataclass(frozen=True, eq=False)
class Sample:
    """One trait of one experiment over n cells in the order of their ids.

    ``predictors`` (n, p) with columns ``names``, those that vary; ``response`` (n,), the trait or its logarithm, in
    ``unit``. ``left_out``: numbers of cells that are not in, by reason. ``constant``: predictors that do not vary.
    """

    trait: str
    experiment: str
    cell: np.ndarray
    latitude: np.ndarray
    longitude: np.ndarray
    predictors: np.ndarray
    names: tuple[str, ...]
    response: np.ndarray
    unit: str
    logarithmic: bool
    left_out: dict[str, int]
    constant: tuple[str, ...]

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.cell.size


def take_sample(
    trait: str,
    experiment: str,
    values: xr.DataArray,
    robust: xr.DataArray,
    predictors: xr.Dataset,
    settings: AttributionSettings,
) -> Sample:
    """The sample of a trait: ``values`` and ``robust`` (cell,), ``predictors`` as ``check_predictors`` returns them.

    Cells without a value, with members that disagree (robust CV above 0.3) or without one of the predictors are left
    out and counted. InputError where what is left cannot be attributed: too few cells, a trait that does not vary, or
    one that has no logarithm.
    """
    predictors = predictors.sortby("cell")
    cell = predictors["cell"].values
    series = values.reindex(cell=cell).values.astype(float)
    agreed = robust.reindex(cell=cell, fill_value=False).values.astype(bool)
    columns = np.stack([predictors[name].values for name in NAMES], axis=1)
    place = np.stack([predictors[name].values for name in ("latitude", "longitude")], axis=1)
    has = np.isfinite(series)
    known = np.isfinite(columns).all(axis=1) & np.isfinite(place).all(axis=1)
    kept = has & agreed & known
    left_out = {
        "no_value": int((~has).sum()),
        "not_robust": int((has & ~agreed).sum()),
        "no_predictor": int((has & agreed & ~known).sum()),
    }
    what = f"{trait} ({experiment})"
    if kept.sum() < settings.least_cells:
        raise InputError(
            f"{what}: {int(kept.sum())} of {cell.size} cells are left ({left_out['no_value']} without a value, "
            f"{left_out['not_robust']} whose members disagree, {left_out['no_predictor']} without all predictors), "
            f"expected at least {settings.least_cells}"
        )
    response = series[kept]
    logarithmic = trait in settings.logarithmic
    if logarithmic:
        if response.min() <= 0:
            raise InputError(f"{what}: found {response.min():g}, expected positive values to take the logarithm of")
        response = np.log(response)
    if np.ptp(response) <= 1e-9 * np.abs(response).max():
        raise InputError(f"{what}: the trait is the same in all {response.size} cells, there is nothing to attribute")
    varies = np.ptp(columns[kept], axis=0) > 0
    if not varies.any():
        raise InputError(f"{what}: no predictor varies over the {response.size} cells")
    unit = str(values.attrs.get("units", "1"))
    return Sample(
        trait=trait,
        experiment=experiment,
        cell=cell[kept],
        latitude=place[kept, 0],
        longitude=place[kept, 1],
        predictors=np.ascontiguousarray(columns[kept][:, varies]),
        names=tuple(name for name, keep in zip(NAMES, varies, strict=True) if keep),
        response=response,
        unit=f"ln({unit})" if logarithmic else unit,
        logarithmic=logarithmic,
        left_out=left_out,
        constant=tuple(name for name, keep in zip(NAMES, varies, strict=True) if not keep),
    )
