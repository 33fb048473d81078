"""A product that is netCDF on a regular grid: what its files must look like, and ``check`` and ``read`` from that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr

from diffdalec.errors import InputError
from diffdalec.readers.products.fields import Encoding, array, field, require_dimensions, stored_name
from diffdalec.readers.products.files import Band, Header, SourceFile
from diffdalec.readers.products.opening import opened
from diffdalec.readers.products.window import Grid, grid_of

FIRST_PART_NOTE = "of gzipped files only the beginning was looked at; the rest is judged when it is read"

Convert = Callable[[str, np.ndarray, Mapping, str], tuple[np.ndarray, str]]
"""(our name, values, attributes in the file, name of the file) -> values in our unit and what was converted, empty
where nothing was."""


@dataclass(frozen=True)
class Gridded:
    """Layout of a gridded product.

    ``usual``: our name -> name in the file. ``resolutions`` [degrees] that there are, None for any; ``aligned``: cell
    edges are multiples of it. ``times`` decodes and checks the time axis, which lies along ``time_dimension``;
    without it the product is static. ``strict``: no value may be implausible (forcing).
    """

    usual: Mapping[str, str]
    resolutions: Sequence[float] | None
    encoding: Encoding = Encoding()
    times: Callable[[xr.Dataset, SourceFile], pd.Index] | None = None
    time_dimension: str = "time"
    convert: Convert | None = None
    strict: bool = False
    aligned: bool = True

    def check(self, file: SourceFile) -> Header:
        """The header of a file: variables, dimensions, grid, calendar. Raises InputError for what is not right."""
        if file.path.suffix == ".gz":
            try:
                with opened(file, first_part=True) as dataset:
                    return replace(self._header(dataset, file), notes=(FIRST_PART_NOTE,))
            except InputError:
                # What is needed may lie further back in the archive: only the whole can be judged.
                pass
        with opened(file) as dataset:
            return self._header(dataset, file)

    def read(self, file: SourceFile, latitudes: Band | None = None, longitudes: Band | None = None) -> xr.Dataset:
        """The window of a file, in our names and units."""
        with opened(file) as dataset:
            grid = self.grid(dataset, file).window(latitudes, longitudes)
            times = None if self.times is None else self.times(dataset, file)
            found = {ours: self._variable(dataset, ours, grid, file) for ours in file.variables}
        coordinates: dict[str, object] = dict(grid.coordinates)
        if times is not None:
            coordinates["time"] = times
        return xr.Dataset(found, coordinates, {"source": file.path.name.removesuffix(".gz")})

    def grid(self, dataset: xr.Dataset, file: SourceFile) -> Grid:
        """The grid of an opened file, checked."""
        return grid_of(dataset, file.path.name, self.resolutions, self.aligned)

    def name_in(self, dataset: xr.Dataset, file: SourceFile, ours: str) -> str:
        """The name of our variable in an opened file, its dimensions checked."""
        name = stored_name(dataset, file, ours, self.usual[ours])
        require_dimensions(dataset, name, file, *([] if self.times is None else [self.time_dimension]))
        return name

    def _header(self, dataset: xr.Dataset, file: SourceFile) -> Header:
        for ours in file.variables:
            self.name_in(dataset, file, ours)
        grid = self.grid(dataset, file)
        times = None if self.times is None else self.times(dataset, file)
        return Header(grid.latitude.centres, grid.longitude.centres, times, grid.latitude.resolution)

    def _variable(self, dataset: xr.Dataset, ours: str, grid: Grid, file: SourceFile) -> xr.DataArray:
        name = self.name_in(dataset, file, ours)
        kept = None if self.times is None else self.time_dimension
        values = field(dataset, name, grid, file, self.encoding, kept)
        attributes, converted = dataset[name].attrs, ""
        if self.convert is not None:
            values, converted = self.convert(ours, values, attributes, file.path.name)
        dims = ("latitude", "longitude") if self.times is None else ("time", "latitude", "longitude")
        made = array(ours, dims, values, file, name, strict=self.strict)
        if converted:
            made.attrs["converted"] = converted
        return made
