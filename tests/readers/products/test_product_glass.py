"""GLASS LAI: HDF4-EOS with corners packed or plain, integers scaled by attribute or version, codes, all composites."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from product_writers import axes, glass, packed, pattern

from diffdalec.readers.products import PRODUCTS

GLASS = PRODUCTS["glass_lai"]


def one(folder, **settings):
    (file,) = GLASS.find(folder, **settings)
    return file


@pytest.mark.parametrize("in_degrees", [True, False])
def test_lai_of_a_window_at_the_composites_first_day(tmp_path, in_degrees):
    glass(tmp_path, 2004, 361, in_degrees=in_degrees)
    file = one(tmp_path)
    header = GLASS.check(file)
    np.testing.assert_allclose(header.latitude, axes(0.05)[0])
    found = GLASS.read(file, (61.0, 61.5), (22.0, 22.5))["lai"]
    assert found.shape == (1, 10, 10) and pd.Timestamp(found["time"].values[0]) == pd.Timestamp(2004, 12, 26)
    assert GLASS.read(file, (70.0, 71.0), (100.0, 101.0))["lai"].shape == (1, 0, 0)
    np.testing.assert_allclose(found[0], pattern(found["latitude"], found["longitude"], None, 0.0, 6.0), atol=0.051)


def test_255_and_numbers_beyond_the_valid_range_are_missing(tmp_path):
    glass(tmp_path, 2003, 1)
    found = GLASS.read(one(tmp_path))["lai"]
    assert int(np.isnan(found).sum()) == 2 and np.isnan(found[0, -1, :2]).all()


def test_a_version_that_counts_in_hundredths_says_so(tmp_path, refused):
    attributes = {
        "scale_factor": ("FLOAT64", 0.01), "_FillValue": ("INT16", -1), "valid_range": ("CHAR", "0, 1000"),
        "units": ("CHAR", "m2/m2"),
    }  # fmt: skip
    path = glass(tmp_path, 2003, 9, version="50", dtype=np.int16, scale=0.01, attributes=attributes)
    found = GLASS.read(one(tmp_path))["lai"]
    np.testing.assert_allclose(
        found[0, :-1], pattern(found["latitude"], found["longitude"], None, 0.0, 6.0)[:-1], atol=0.0051
    )
    assert int(np.isnan(found).sum()) == 2
    glass(tmp_path, 2003, 9, version="50", dtype=np.int16, scale=0.01)
    for call in (GLASS.check, GLASS.read):
        refused(call, one(tmp_path), words=[path.name, "no scale_factor"])


@pytest.mark.parametrize("degrees", [-180.0, 90.0, 52.05, 60.15, 21.7, -61.35])
def test_packed_corners_are_degrees_minutes_and_seconds(degrees):
    from diffdalec.readers.products.hdf4 import _degrees

    assert _degrees(packed(degrees)) == pytest.approx(degrees, abs=1e-6)


def test_a_file_without_corners_is_the_globe_or_refused(tmp_path, refused):
    path = glass(tmp_path, 2003, 17, corners=False)
    refused(GLASS.check, one(tmp_path), words=[path.name, "spacing of 3 degrees", "0.05"])


def test_every_composite_of_the_years_must_be_there(tmp_path, refused):
    for day in range(1, 362, 8):
        if day != 49:
            (tmp_path / f"GLASS01B01.V60.A2003{day:03d}.2022010.hdf").write_text("")
    refused(GLASS.find, tmp_path, years=range(2003, 2004), words=["glass_lai", "lai of 2003-02-18"])
    (tmp_path / "GLASS01B01.V60.A2003049.2022010.hdf").write_text("")
    assert len(GLASS.find(tmp_path, years=range(2003, 2004))) == 46
    (tmp_path / "GLASS01B01.V60.A2003049.2023010.hdf").write_text("")
    refused(GLASS.find, tmp_path, words=["2022010", "2023010", "hold the same lai"])
    (tmp_path / "GLASS01B01.V60.A2003050.2023010.hdf").write_text("")
    refused(GLASS.find, tmp_path, words=["of day 50"])


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.97])
def test_a_truncated_file_is_told_by_its_header(tmp_path, refused, share):
    path = glass(tmp_path, 2003, 25)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    for call in (GLASS.check, GLASS.read):
        refused(call, one(tmp_path), words=[path.name, "HDF4"])


def test_another_variable_is_refused(tmp_path, refused):
    path = glass(tmp_path, 2003, 33, name="FAPAR")
    refused(GLASS.check, one(tmp_path), words=[path.name, "no variable LAI", "FAPAR"])
    assert GLASS.check(one(tmp_path, variable="FAPAR")).resolution == 0.05


def test_without_the_library_the_extra_is_named(tmp_path, refused, monkeypatch):
    import sys

    glass(tmp_path, 2003, 41)
    monkeypatch.setitem(sys.modules, "pyhdf.SD", None)
    refused(GLASS.check, one(tmp_path), words=["needs the library pyhdf", 'pip install "diffdalec[products]"'])
