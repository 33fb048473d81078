"""Which cells there are: those of the domain that have a growth curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from ...errors import InputError
from ...grid import cell_centre, cell_id
from ...readers.products import PRODUCTS, SourceFile
from ...study import Study

CURVE = ("biomass_curve_maximum", "biomass_curve_rate", "biomass_curve_shape")


@dataclass(frozen=True)
class ChosenCells:
    """Ids ascending, their growth curves (name -> (cells,)), and the cells that were asked for and left out."""

    ids: np.ndarray
    curves: Mapping[str, np.ndarray]
    without_curve: tuple[int, ...] = ()


def choose_cells(study: Study, growth_curves: Sequence[SourceFile]) -> ChosenCells:
    """The cells of the study's domain that have a growth curve of three finite numbers above zero, in those files.

    InputError where there is none.
    """
    latitudes, longitudes = study.domain.latitude, study.domain.longitude
    fields = [PRODUCTS["growth_curves"].read(file, latitudes, longitudes) for file in growth_curves]
    curves = xr.merge(fields, compat="equals", join="outer", combine_attrs="drop")[list(CURVE)]
    known = np.logical_and.reduce([(curves[name] > 0).values for name in CURVE])
    rows, columns = np.nonzero(known)
    ids = cell_id(curves["latitude"].values[rows], curves["longitude"].values[columns])
    latitude, longitude = cell_centre(ids)
    inside = (latitude >= latitudes[0]) & (latitude <= latitudes[1])
    inside &= (longitude >= longitudes[0]) & (longitude <= longitudes[1])
    asked = study.domain.cells
    if asked is not None:
        inside &= np.isin(ids, asked)
    order = np.flatnonzero(inside)[np.argsort(ids[inside])]
    if not order.size:
        raise InputError(
            f"study {study.name}: no cell of the domain ({latitudes[0]:g} to {latitudes[1]:g}°N, {longitudes[0]:g} to "
            f"{longitudes[1]:g}°E{'' if asked is None else f', {len(asked)} cells'}) has a growth curve"
        )
    chosen = ids[order]
    without = () if asked is None else tuple(int(cell) for cell in sorted(set(asked) - set(chosen.tolist())))
    values = {name: curves[name].transpose("latitude", "longitude").values[rows, columns][order] for name in CURVE}
    return ChosenCells(chosen, values, without)
