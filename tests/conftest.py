"""Fixtures of all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the repository; the test is skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("no real data: ../shared/data is absent")
    return SHARED_DATA


@pytest.fixture(scope="session")
def golden(shared_data: Path) -> Path:
    """DifferLand's own numbers for FI-Hyy; the test is skipped where they are absent."""
    path = shared_data.parent / "golden" / "FI-Hyy.npz"
    if not path.is_file():
        pytest.skip("no golden numbers: ../shared/golden/FI-Hyy.npz is absent")
    return path
