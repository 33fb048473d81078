"""Does the store give back what was put in, and never something half-written or foreign?"""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
import zarr

from diffdalec.errors import InputError
from diffdalec.results import provenance, read_tree, store, write_tree
from tree import stand_tree


def test_what_is_written_is_read(tmp_path):
    tree = stand_tree(members=3, years=2)
    path = write_tree(tree, tmp_path / "results.zarr")
    back = read_tree(path)
    assert set(back.children) == set(tree.children)
    assert back.attrs == tree.attrs
    for name, node in tree.children.items():
        xr.testing.assert_identical(back[name].to_dataset(), node.to_dataset())
        assert list(back[name].data_vars) == list(node.data_vars), "the order of variables is lost"


def test_stored_strings_compare_as_strings(tmp_path):
    back = read_tree(write_tree(stand_tree(years=1), tmp_path / "results.zarr"))
    assert back["calibration"]["status"].dtype.kind == "U"
    assert int((back["calibration"]["status"] == "ok").sum()) == 13


def test_writing_again_replaces(tmp_path):
    path = tmp_path / "results.zarr"
    write_tree(stand_tree(members=2, years=1), path)
    write_tree(stand_tree(members=4, years=1), path)
    assert read_tree(path)["calibration"].sizes["member"] == 4
    assert [entry.name for entry in tmp_path.iterdir()] == ["results.zarr"], "leftovers beside the store"


def test_an_interrupted_write_leaves_the_old_store_and_nothing_else(tmp_path, monkeypatch):
    path = write_tree(stand_tree(members=2, years=1), tmp_path / "results.zarr")

    def broken(self, where, **_):
        (where / "calibration").mkdir(parents=True)
        raise KeyboardInterrupt

    monkeypatch.setattr(xr.DataTree, "to_zarr", broken)
    with pytest.raises(KeyboardInterrupt):
        write_tree(stand_tree(members=5, years=1), path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["results.zarr"]
    assert read_tree(path)["calibration"].sizes["member"] == 2


def test_no_store_is_said_plainly(tmp_path):
    with pytest.raises(InputError, match="no such store"):
        read_tree(tmp_path / "results.zarr")


@pytest.mark.parametrize("kind", ["empty folder", "file", "another zarr"])
def test_what_is_not_ours_is_neither_read_nor_overwritten(tmp_path, kind):
    path = tmp_path / "results.zarr"
    if kind == "file":
        path.write_text("precious")
    elif kind == "empty folder":
        path.mkdir()
    else:
        zarr.create_group(path, attributes={"title": "somebody else's"})
    with pytest.raises(InputError, match="not a diffdalec store"):
        read_tree(path)
    with pytest.raises(InputError, match="not a diffdalec store"):
        write_tree(stand_tree(members=1, years=1), path)
    assert path.exists()


def test_another_layout_is_named(tmp_path, monkeypatch):
    path = write_tree(stand_tree(members=1, years=1), tmp_path / "results.zarr")
    monkeypatch.setattr(store, "STORE_FORMAT", 2)
    with pytest.raises(InputError, match=r"layout 1.*reads layout 2"):
        read_tree(path)


def test_a_lacking_group_is_named(tmp_path):
    tree = stand_tree(members=1, years=1)
    del tree["calibration"]
    with pytest.raises(InputError, match="/calibration"):
        write_tree(tree, tmp_path / "results.zarr")


def test_provenance_names_what_can_change_a_number():
    attributes = provenance({"seed": 1, "curve": {"bmax": 62.0}}, "0" * 64)
    assert all(isinstance(value, str) for value in attributes.values())
    for name in ("jax", "numpy", "xarray", "zarr", "python"):
        assert f'"{name}"' in attributes["versions"]
    assert "core" in attributes["machine"]
    other = provenance({"seed": 2, "curve": {"bmax": 62.0}}, "0" * 64)
    assert other["configuration_sha256"] != attributes["configuration_sha256"]
    again = provenance({"seed": 1, "curve": {"bmax": 62.0}}, "0" * 64)
    assert again["configuration_sha256"] == attributes["configuration_sha256"]


def test_provenance_refuses_what_yaml_cannot_hold():
    with pytest.raises(Exception, match="represent"):
        provenance({"seed": np.float32(1)}, "")
