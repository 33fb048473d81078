"""Tables of cells whose traits have known drivers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr
from smooth_fields import smooth_field

from diffdalec.analysis.attribution import AttributionSettings
from diffdalec.grid import cell_id
from diffdalec.variables import PREDICTORS

CENTRES = {"coldest_month_temperature": (-22.0, 7.0), "ph": (5.6, 0.8), "mean_vpd": (3.0, 1.0)}


@pytest.fixture(scope="session")
def cells() -> xr.Dataset:
    """600 cells with all predictors: half of each one's variance is smooth in space, half the cell's own."""
    rng = np.random.default_rng(5)
    latitude, longitude = (a.ravel() for a in np.meshgrid(55.25 + 0.5 * np.arange(20), 90.25 + 0.5 * np.arange(30)))
    ds = xr.Dataset(coords={"cell": cell_id(latitude, longitude)})
    ds["latitude"], ds["longitude"] = ("cell", latitude), ("cell", longitude)
    for name in PREDICTORS:
        centre, spread = CENTRES.get(name, (1.0, 0.3))
        field = smooth_field(rng, latitude, longitude, 6.0) + rng.standard_normal(latitude.size)
        ds[name] = ("cell", centre + spread * field / np.sqrt(2.0))
    return ds


@pytest.fixture(scope="session")
def quick() -> AttributionSettings:
    return AttributionSettings(
        repeats=1, inner_folds=2, candidates=((4, 20),), iterations=30, learning_rate=0.2,
        bootstrap=400, explained_cells=200, points=15,
    )


@pytest.fixture(scope="session")
def wood_turnover(cells) -> Callable[..., tuple[xr.DataArray, float]]:
    """Wood turnover that bends at −20 °C and falls with pH, and the most R² of its logarithm that scatter allows."""

    def make(scatter: float = 0.15, seed: int = 1) -> tuple[xr.DataArray, float]:
        rng = np.random.default_rng(seed)
        known = 0.06 * np.maximum(cells["coldest_month_temperature"] + 20.0, 0.0) - 0.15 * (cells["ph"] - 5.6)
        noise = scatter * rng.standard_normal(cells.sizes["cell"])
        whole = known + noise
        ceiling = 1.0 - float((noise**2).sum() / ((whole - whole.mean()) ** 2).sum())
        return np.exp(whole - 10.0).assign_attrs(units="d-1"), ceiling

    return make
