"""The parts of what does not change in time: biomass, roots, traits, soil, vegetation, and references."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import xarray as xr

from ...errors import InputError
from ...grid import CELLS_PER_DEGREE, cell_id
from ...harmonise.mature import PIXELS, PIXELS_PER_DEGREE
from ...harmonise.regrid import regridder
from ...harmonise.soil import DEPTH, depth_mean, layer_weights
from ...readers.products import SourceFile
from ...study import Study
from .fields import axes_of, cell_means
from .parts import Group, Part, Placed
from .sources import Extent, Sources
from .windows import Window

PIXELS_OF_BIOMASS = "aboveground_biomass_pixels"
"""Variable of the biomass part: (cells, 10, 10) [Mg ha-1], rows from the south."""

METRES_PER_CENTIMETRE = 0.01

AVERAGED = ("root_biomass", "cue", "sla", "cardamom_2016")
"""Products whose fields become means over cells by area, nothing more."""


def biomass_part(study: Study, sources: Sources) -> Part | None:
    """The biomass map on the 0.05° pixels of each cell; None where the study has none."""
    files = sources.of("esa_cci_biomass", "aboveground_biomass")
    if not files:
        return None
    share = study.prepare.minimum_valid_fraction
    if len(files) > 1:
        _whole_cells(files, sources)
    groups = tuple(Group((f,), partial(_pixels, share, sources.extents[f.path])) for f in files)
    settings = {"minimum_valid_fraction": share}
    return Part("esa_cci_biomass", "pixels", {PIXELS_OF_BIOMASS: (PIXELS, PIXELS)}, groups, settings)


def _whole_cells(files: Sequence[SourceFile], sources: Sources) -> None:
    """Raise InputError where tiles meet inside a cell, which would be made of one of them only."""
    for file in files:
        extent = sources.extents[file.path]
        for axis in (extent.latitude, extent.longitude):
            assert axis is not None
            if any(abs(edge * CELLS_PER_DEGREE - round(edge * CELLS_PER_DEGREE)) > 1e-6 for edge in axis.bounds):
                raise InputError(
                    f"{file.path.name}: reaches from {axis.bounds[0]:g}° to {axis.bounds[1]:g}°, "
                    "expected tiles that begin and end at multiples of 0.5°"
                )


def _pixels(share: float, extent: Extent, window: Window, datasets: Sequence[xr.Dataset]) -> dict[str, Placed]:
    (field,) = (ds["aboveground_biomass"].transpose("latitude", "longitude") for ds in datasets)
    latitude, longitude = window.axes
    target = (latitude.refined(PIXELS_PER_DEGREE), longitude.refined(PIXELS_PER_DEGREE))
    means = regridder(axes_of(field, extent), target)(field.values, share)
    blocks = means.reshape(latitude.count, PIXELS, longitude.count, PIXELS).transpose(0, 2, 1, 3)
    rows, columns = window.cells // (360 * CELLS_PER_DEGREE), window.cells % (360 * CELLS_PER_DEGREE)
    chosen = blocks[rows - latitude.first, columns - longitude.first]
    return {PIXELS_OF_BIOMASS: Placed((), chosen)}


def averaged_parts(study: Study, sources: Sources) -> dict[str, Part]:
    """Product -> the part of its fields' means over cells, under the reader's names; those that the study has."""
    share = study.prepare.minimum_valid_fraction
    parts = {}
    for product in AVERAGED:
        files = sources.of(product)
        if files:
            names = tuple(name for file in files for name in file.variables if not name.endswith("_sd"))
            groups = tuple(Group((f,), partial(_means, share, sources.extents[f.path])) for f in files)
            parts[product] = Part(product, "means", dict.fromkeys(names, ()), groups, {"minimum_valid_fraction": share})
    return parts


def vegetation_part(study: Study, sources: Sources) -> Part | None:
    """The fractions of plant functional types of each year, (cells, years)."""
    files = sources.of("pft")
    if not files:
        return None
    share = study.prepare.minimum_valid_fraction
    groups = tuple(
        Group((f,), partial(_means, share, sources.extents[f.path], where=(index,))) for index, f in enumerate(files)
    )
    variables = {name: (len(files),) for name in files[0].variables}
    return Part("pft", "years", variables, groups, {"minimum_valid_fraction": share})


def _means(
    share: float, extent: Extent, window: Window, datasets: Sequence[xr.Dataset], where: tuple = ()
) -> dict[str, Placed]:
    placed = {}
    for name, field in ((str(name), field) for ds in datasets for name, field in ds.data_vars.items()):
        if not name.endswith("_sd"):
            field = field.transpose("latitude", "longitude")
            placed[name] = Placed(where, cell_means(field.values, axes_of(field, extent), window, share))
    return placed


def soil_part(study: Study, sources: Sources) -> Part | None:
    """Soil properties as means over the depth of :data:`diffdalec.harmonise.soil.DEPTH` and over cells."""
    files = sources.of("gsde_soil")
    if not files:
        return None
    share = study.prepare.minimum_valid_fraction
    names = list(dict.fromkeys(name for file in files for name in file.variables))
    groups = []
    for name in names:
        of_name = sources.of("gsde_soil", name)
        groups.append(Group(of_name, partial(_soil, name, share, sources.extents[of_name[0].path])))
    settings = {"minimum_valid_fraction": share, "depth": DEPTH}
    return Part("gsde_soil", "means", dict.fromkeys(names, ()), tuple(groups), settings)


def _soil(name: str, share: float, extent: Extent, window: Window, datasets: Sequence[xr.Dataset]) -> dict[str, Placed]:
    layers = [ds[name].transpose("layer", "latitude", "longitude") for ds in datasets]
    bottoms = np.concatenate([field["layer_bottom"].values for field in layers]) * METRES_PER_CENTIMETRE
    order = np.argsort(bottoms)
    values = np.concatenate([field.values for field in layers])[order]
    weights = layer_weights(DEPTH, tuple(bottoms[order]))
    mean = depth_mean(values, weights)
    return {name: Placed((), cell_means(mean, axes_of(layers[0], extent), window, share))}


def plots_part(sources: Sources) -> Part | None:
    """Field plots: their mean NPP allocation in each cell, and their number."""
    files = sources.of("field_allocation")
    if not files:
        return None
    names = {f"field_{name}": () for name in files[0].variables} | {"field_allocation_plots": ()}
    return Part("field_allocation", "plots", names, (Group(files, _plots),))


def _plots(window: Window, datasets: Sequence[xr.Dataset]) -> dict[str, Placed]:
    plots = xr.concat(datasets, "plot") if len(datasets) > 1 else datasets[0]
    cells = cell_id(plots["latitude"].values, plots["longitude"].values)
    order = np.argsort(window.cells)
    place = np.searchsorted(window.cells[order], cells).clip(0, len(order) - 1)
    ours = window.cells[order][place] == cells
    index = order[place[ours]]
    count = np.bincount(index, minlength=len(window.cells))
    placed = {"field_allocation_plots": Placed((), count)}
    for name in map(str, plots.data_vars):
        values = plots[name].values[ours]
        finite = np.isfinite(values)
        number = np.bincount(index[finite], minlength=len(window.cells))
        sums = np.bincount(index[finite], values[finite], minlength=len(window.cells))
        mean = np.divide(sums, number, out=np.full(len(window.cells), np.nan), where=number > 0)
        placed[f"field_{name}"] = Placed((), mean)
    return placed
