"""The kernels' tests compile into a cache of their own, and are skipped where kernels cannot be had."""

from __future__ import annotations

import pytest

from diffdalec.kernels import available


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory):
    """A cache folder that is new for the session."""
    reason = available()
    if reason:
        pytest.skip(reason)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield
