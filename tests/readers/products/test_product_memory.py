"""A window of a product takes the memory of the window, whatever the size of the file."""

from __future__ import annotations

import tracemalloc

import numpy as np
from product_writers import gleam

from diffdalec.readers.products import PRODUCTS
from diffdalec.readers.products.native import NATIVE
from diffdalec.variables import VARIABLES

GLEAM = PRODUCTS["gleam"]


def peak(file, latitudes):
    tracemalloc.start()
    try:
        found = GLEAM.read(file, latitudes)["et"]
        return tracemalloc.get_traced_memory()[1], found.nbytes
    finally:
        tracemalloc.stop()


def test_memory_goes_with_the_window_and_not_with_the_file(tmp_path):
    (tmp_path / "small").mkdir()
    (tmp_path / "large").mkdir()
    gleam(tmp_path / "small", "E", 2003, box=(60.0, 61.0, 20.0, 26.0))
    gleam(tmp_path / "large", "E", 2003, box=(56.0, 64.0, 20.0, 26.0))
    (small,), (large,) = GLEAM.find(tmp_path / "small"), GLEAM.find(tmp_path / "large")
    assert large.path.stat().st_size > 7 * small.path.stat().st_size
    GLEAM.read(small)  # what is imported and cached on the first call
    from_small, size = peak(small, (60.0, 61.0))
    from_large, _ = peak(large, (60.0, 61.0))
    assert from_large < 1.1 * from_small
    assert from_large < 4.0 * size


def test_every_variable_that_readers_give_has_one_row():
    assert not set(NATIVE) & set(VARIABLES)
    given = {name for product in PRODUCTS.values() for name in product.variables}
    assert given <= set(VARIABLES) | set(NATIVE)
    assert all(np.isfinite(VARIABLES[name].plausible or np.nan).all() for name in given & set(VARIABLES))
    for name, product in PRODUCTS.items():
        assert product.name == name and product.title
