"""The choice of the GPU among the backends."""

from __future__ import annotations

import pytest

from diffdalec import InputError
from diffdalec.cells.backend import choose_backend, integrator_for
from diffdalec.kernels import gpu
from diffdalec.model import jarvis_stewart


@pytest.fixture(autouse=True)
def forget():
    """Choices are remembered, and here the machine changes."""
    choose_backend.cache_clear()
    yield
    choose_backend.cache_clear()


def test_without_a_gpu_the_user_is_told_and_auto_takes_the_processor(monkeypatch):
    monkeypatch.setattr(gpu, "gpu_available", lambda: "there is none")
    with pytest.raises(InputError, match="backend 'gpu' cannot be had here: there is none"):
        choose_backend("gpu")
    assert choose_backend("auto").name == "kernels"


def test_with_a_gpu_auto_takes_it(monkeypatch):
    monkeypatch.setattr(gpu, "gpu_available", lambda: "")
    for name, asked_for in (("gpu", True), ("auto", False)):
        chosen = choose_backend(name)
        assert (chosen.name, chosen.integrate, chosen.asked_for) == ("gpu", gpu.integrate, asked_for)
        assert integrator_for(chosen, jarvis_stewart) is gpu.integrate
