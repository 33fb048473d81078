"""A window of a variable on a grid: read from the file, unscaled, missing made NaN, converted, found plausible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from diffdalec.errors import InputError
from diffdalec.readers.products.files import SourceFile
from diffdalec.readers.products.native import variable
from diffdalec.readers.products.opening import refused_in_one_sentence
from diffdalec.readers.products.window import Grid, names_of_axes

FILL_ATTRIBUTES = ("_FillValue", "missing_value", "Fill_value", "fillvalue")

ONLY_FIELD = "*"
"""Stands for the name of a variable where it is the only one on the grid."""

LARGEST_VALUE = 1e10
"""Larger magnitudes are fill values (9.97e36, 1e20), whatever the attributes say."""

MOST_OUTLIERS = 1e-3
"""Share of the values of an observed product that may lie outside the plausible range and be left out."""


@dataclass(frozen=True)
class Encoding:
    """How a product writes numbers where the file's attributes do not say.

    ``scale`` and ``offset`` make values of numbers. ``missing_below``: numbers so low or lower are missing, and
    ``missing_above`` so high or higher (both before scaling); ``fill`` is the one number that is missing.
    """

    scale: float = 1.0
    offset: float = 0.0
    fill: float | None = None
    missing_below: float = -np.inf
    missing_above: float = LARGEST_VALUE


def stored_name(dataset: xr.Dataset, file: SourceFile, ours: str, usual: str) -> str:
    """The name of our variable in the file: the one in the settings, else the product's usual one.

    Raises InputError where the file lacks it, and where there is not one alone for ``ONLY_FIELD``.
    """
    chosen = dict(file.setting("variables", ())).get(ours) or file.setting("variable") or usual
    if chosen == ONLY_FIELD:
        axes = set(names_of_axes(dataset, file.path.name))
        fields = [str(name) for name in dataset.data_vars if axes <= set(dataset[name].dims)]
        if len(fields) != 1:
            raise InputError(
                f"{file.path.name}: has {len(fields)} variables on the grid ({', '.join(fields)}); name the one "
                f"that is {ours}."
            )
        return fields[0]
    if chosen not in dataset.variables:
        raise InputError(
            f"{file.path.name}: has no variable {chosen} for {ours}; it has "
            f"{', '.join(map(str, dataset.variables))}."
        )
    return chosen


def require_dimensions(dataset: xr.Dataset, name: str, file: SourceFile, *others: str) -> None:
    """Raise InputError unless variable ``name`` lies along latitude, longitude and ``others`` alone."""
    expected = {*names_of_axes(dataset, file.path.name), *others}
    found = [str(dim) for dim in dataset[name].dims if dim in expected or dataset.sizes[dim] > 1]
    if set(found) != expected:
        raise InputError(
            f"{file.path.name}: {name} has the dimensions {', '.join(map(str, dataset[name].dims))}; expected "
            f"{', '.join(sorted(expected))}."
        )


def field(
    dataset: xr.Dataset,
    name: str,
    grid: Grid,
    file: SourceFile,
    encoding: Encoding,
    kept: str | None = None,
    select: Mapping[str, int] | None = None,
) -> np.ndarray:
    """Values (kept, latitude, longitude) float32 of the window ``grid``, missing NaN.

    ``kept`` is the one further dimension that there is, ``select`` picks positions along others; what is left must have
    length 1 (:func:`require_dimensions`). Raises InputError where the values cannot be read.
    """
    latitude, longitude = names_of_axes(dataset, file.path.name)
    order = [latitude, longitude] if kept is None else [kept, latitude, longitude]
    chosen = dict(select or {})
    single = {str(dim): 0 for dim in dataset[name].dims if dim not in order and dim not in chosen}
    stored = dataset[name].isel(single | chosen).transpose(*order)

    def stored_block(rows: slice, columns: slice) -> np.ndarray:
        with refused_in_one_sentence(file.path):
            return stored.isel({latitude: rows, longitude: columns}).values

    return decoded(grid.gather(stored_block), dataset[name].attrs, encoding, file)


def decoded(numbers: np.ndarray, attributes: Mapping, encoding: Encoding, file: SourceFile) -> np.ndarray:
    """float32 values of stored numbers: fill and scale from the attributes where there are any, else the product's.

    Raises InputError for an attribute that should be a number and is none.
    """
    fills = [number for key in FILL_ATTRIBUTES for number in attribute_numbers(attributes, key, file)]
    if encoding.fill is not None:
        fills.append(encoding.fill)
    if numbers.dtype.kind == "f":  # as the file rounds them
        fills = [float(numbers.dtype.type(fill)) for fill in fills]
    scale = (attribute_numbers(attributes, "scale_factor", file) or [encoding.scale])[0]
    offset = (attribute_numbers(attributes, "add_offset", file) or [encoding.offset])[0]
    values = np.array(numbers, dtype=np.float32)
    # One slab after another, so that masks and float64 stay small beside the values.
    slabs = [((), values)] if values.ndim < 3 else [((at,), values[at]) for at in range(len(values))]
    for at, slab in slabs:
        stored = np.asarray(numbers[at], dtype=np.float64)
        missing = ~(stored > encoding.missing_below) | ~(stored < encoding.missing_above)
        for fill in fills:
            missing |= stored == fill
        if (scale, offset) != (1.0, 0.0):
            slab[...] = stored * scale + offset
        slab[missing] = np.nan
    return values


def attribute_numbers(attributes: Mapping, key: str, file: SourceFile) -> list[float]:
    """The numbers of an attribute, also where they are written as text; none where it is absent or empty."""
    found = [value for value in np.ravel(attributes.get(key, [])) if str(value).strip()]
    try:
        return [float(value) for value in found]
    except ValueError:
        raise InputError(f"{file.path.name}: {key} is {attributes[key]!r}; expected a number.") from None


def plausible(
    name: str, values: np.ndarray, file: SourceFile, label: str, *, strict: bool = False
) -> tuple[np.ndarray, dict[str, int]]:
    """Values in the plausible range of ``name`` and what was done, as attributes.

    A few values of an observed product that lie outside are left out; with ``strict`` (forcing) there must be none.
    Raises InputError for more than that.
    """
    row = variable(name)
    low, high = row.plausible or (-np.inf, np.inf)
    outside = (values < low) | (values > high)
    count = int(outside.sum())
    if not count:
        return values, {}
    valid = int(np.isfinite(values).sum())
    if count > (0 if strict else MOST_OUTLIERS * valid):
        raise InputError(
            f"{file.path.name}: {label} has values from {np.nanmin(values):.4g} to {np.nanmax(values):.4g} {row.unit}, "
            f"{count} of {valid} outside what is expected of {name}, {low:g} to {high:g}."
        )
    return np.where(outside, np.float32(np.nan), values), {"left_out_as_implausible": count}


def array(
    name: str,
    dims: tuple[str, ...],
    values: np.ndarray,
    file: SourceFile,
    label: str,
    *,
    strict: bool = False,
    convert: Callable[[np.ndarray], np.ndarray] | None = None,
) -> xr.DataArray:
    """The DataArray of our variable ``name`` with its attributes, after conversion and the check of plausibility."""
    values, done = plausible(name, convert(values) if convert else values, file, label, strict=strict)
    return xr.DataArray(values, dims=dims, name=name, attrs=variable(name).attributes | done)
