"""Making parts on dask's threads: one thread reads at a time, the others average what was read.

The netCDF and HDF libraries are not safe in threads, so a lock stands round every reading; decompressing, hashing and
averaging go on beside it. As many windows are in memory at once as there are threads, which is what bounds it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

import dask
import numpy as np
import xarray as xr

from ...readers.products import PRODUCTS, SourceFile, unpacked
from .parts import Group, Part, PartStore
from .sources import Progress, Sources
from .windows import Window, windows

REPAIRS = ("set_to_lowest", "left_out_as_implausible", "left_out_by_quality")
"""Attributes by which readers count what was done to a variable's values."""

_reading = threading.Lock()


class Pool:
    """Makes the parts that are not there yet, within ``memory`` [bytes] per worker."""

    def __init__(self, store: PartStore, sources: Sources, cells: np.ndarray, memory: float, workers: int):
        self._store, self._sources, self._cells = store, sources, cells
        self._memory, self._workers = memory, workers
        self._done = 0
        self._lock = threading.Lock()

    def make(self, parts: Sequence[Part], progress: Progress, name: str) -> None:
        """Make ``parts``; those that are done are left as they are. Each is whole under its name as soon as it is made.

        InputError where a file cannot be read or is not plausible.
        """
        groups = sum(len(part.groups) for part in parts)
        wanted = [part for part in parts if not self._store.is_done(part)]
        self._done = groups - sum(len(part.groups) for part in wanted)
        progress(name, self._done, groups)

        def make_group(part: Part, group: Group, begun: None) -> None:
            self._make_group(part, group)
            with self._lock:
                self._done += 1
                progress(name, self._done, groups)

        # What a task is of is bound to its function: dask would look for collections in all arguments, file by file.
        tasks = []
        for part in wanted:
            begun = dask.delayed(partial(self._store.begin, part), pure=False)()
            made = [dask.delayed(partial(make_group, part, group), pure=False)(begun) for group in part.groups]
            tasks.append(dask.delayed(partial(self._finish, part), pure=False)(made))
        dask.compute(*tasks, scheduler="threads", num_workers=self._workers, optimize_graph=False)

    def _make_group(self, part: Part, group: Group) -> None:
        extents = [self._sources.extents[file.path] for file in group.files]
        of_group = list(windows(self._cells, extents, self._memory))
        with ExitStack() as open_files:
            plain = [open_files.enter_context(unpacked(file)) for file in group.files] if of_group else []
            for window in of_group:
                datasets = [_read(file, window) for file in plain]
                self._store.put(part, window, group.make(window, datasets), _repairs(datasets))

    def _finish(self, part: Part, made: list[None]) -> None:
        self._store.finish(part)


def _read(file: SourceFile, window: Window) -> xr.Dataset:
    with _reading:
        return PRODUCTS[file.product].read(file, window.latitudes, window.longitudes)


def _repairs(datasets: Sequence[xr.Dataset]) -> dict[str, dict[str, int]]:
    return {
        str(name): {what: int(array.attrs[what]) for what in REPAIRS if array.attrs.get(what)}
        for dataset in datasets
        for name, array in dataset.data_vars.items()
    }
