"""Writing netCDF files as the products have them: regular axes, fill values, light compression."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ....grid import Axis
from ..domain import Domain

_KEPT_BITS = np.uint32(0xFFFFF800)  # 12 bits of the significand: 1 in 8,192


def axes(domain: Domain, per_degree: int) -> tuple[Axis, Axis]:
    """Latitude and longitude of the box in cells of 1/``per_degree``°, ascending."""
    return domain.latitude_axis.refined(per_degree), domain.longitude_axis.refined(per_degree)


@contextmanager
def created(path: Path, sizes: Mapping[str, int], attributes: Mapping[str, Any] = {}) -> Iterator[Any]:
    """A new netCDF-4 file with dimensions of ``sizes``, open for writing."""
    import netCDF4

    path.parent.mkdir(parents=True, exist_ok=True)
    with netCDF4.Dataset(path, "w") as dataset:
        for name, size in sizes.items():
            dataset.createDimension(name, size)
        dataset.setncatts(dict(attributes))
        dataset.set_auto_maskandscale(False)
        yield dataset


def variable(
    dataset: Any, name: str, kind: str, dims: tuple[str, ...], fill: float | None = None, **attributes: Any
) -> Any:
    """A new variable, compressed where it has two dimensions or more; records of it are stored apart."""
    sizes = [len(dataset.dimensions[dim]) for dim in dims]
    options: dict[str, Any] = {}
    if len(dims) > 1:
        plane = sizes[-1] * sizes[-2]
        records = max(1, min(sizes[0], 400_000 // plane)) if len(dims) == 3 else 1
        chunks = (records, *sizes[-2:]) if len(dims) == 3 else (*(1 for _ in sizes[:-2]), *sizes[-2:])
        options = {"zlib": True, "complevel": 1, "shuffle": True, "chunksizes": chunks}
    made = dataset.createVariable(name, kind, dims, fill_value=fill, **options)
    made.set_auto_maskandscale(False)
    made.setncatts(attributes)
    return made


def rounded(values: np.ndarray) -> np.ndarray:
    """float32 values with 12 significant bits, which compress better; far finer than any product's error.

    Fill values are put in afterwards: rounded, they would be no fill values.
    """
    bits = np.ascontiguousarray(values, dtype=np.float32).view(np.uint32)
    return ((bits + np.uint32(0x400)) & _KEPT_BITS).view(np.float32)
