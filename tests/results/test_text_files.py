"""Files are whole or not there, and JSON is strict."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from diffdalec.results.text_files import write_json, write_text


def test_json_that_any_reader_takes(tmp_path):
    content = {
        2012: np.float32(0.5), "none": float("nan"), "endless": [np.inf, -1.0], "count": np.int64(3),
        "series": np.array([1.0, np.nan]), "yes": np.bool_(True), "nested": {"unit": "gC m⁻²"},
    }  # fmt: skip
    text = write_json(tmp_path / "new" / "summary.json", content).read_text(encoding="utf-8")
    assert "NaN" not in text and "⁻²" in text
    assert json.loads(text) == {
        "2012": 0.5, "none": None, "endless": [None, -1.0], "count": 3, "series": [1.0, None], "yes": True,
        "nested": {"unit": "gC m⁻²"},
    }  # fmt: skip


def test_what_was_there_stays_until_the_new_is_whole(tmp_path, monkeypatch):
    path = write_text(tmp_path / "page.html", "old")
    monkeypatch.setattr(Path, "replace", lambda *a: (_ for _ in ()).throw(OSError("the disk is full")))
    with pytest.raises(OSError, match="full"):
        write_text(path, "new")
    assert path.read_text() == "old"
