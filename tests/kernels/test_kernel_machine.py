"""The cache of compiled kernels."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from kernel_toys import pool_run, value_and_gradient

from diffdalec.kernels import integrate, machine, plan
from diffdalec.kernels.block import Target


@pytest.fixture
def compilations(tmp_path, monkeypatch):
    """How often LLVM is asked to compile, with an empty cache on disk and in memory."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(machine, "_loaded", {})
    counted = []
    compile_ = machine._compile
    monkeypatch.setattr(machine, "_compile", lambda ir: counted.append(ir) or compile_(ir))
    return counted


def test_a_kernel_is_compiled_once(compilations, tmp_path):
    run = pool_run((4,))
    first = run.by(integrate)
    assert len(compilations) == 1
    assert [p.suffix for p in (tmp_path / "diffdalec" / "kernels").iterdir()] == [".o"]
    run.by(integrate)
    machine._loaded.clear()  # as in another process
    again = run.by(integrate)
    assert len(compilations) == 1
    assert all((first[0][k] == again[0][k]).all() for k in first[0])


def test_another_length_or_window_needs_no_new_kernel(compilations):
    run = pool_run((4,))
    run = replace(run, recordings={"loss": replace(run.recordings["loss"], stop=130)})
    run.by(integrate)
    longer = replace(run, calendar=jnp.arange(300) % 40)
    longer.by(integrate)
    assert len(compilations) == 2  # the longer run also has days on which nothing is recorded
    replace(longer, recordings={"loss": replace(run.recordings["loss"], start=20, stop=250)}).by(integrate)
    assert len(compilations) == 2


def test_a_cache_that_cannot_be_written_is_done_without(compilations, tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    pool_run((4,)).by(integrate)
    assert len(compilations) == 1


@pytest.mark.parametrize("width", [4, 8])
def test_without_avx512(width, monkeypatch):
    """The code for lesser processors gives the same numbers; here with whatever instructions there are."""
    run = pool_run((13,))
    expected = value_and_gradient(run, integrate)
    monkeypatch.setattr(plan, "host_target", lambda bits, members: Target(bits, width, False, True))
    got = value_and_gradient(run, integrate)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4), got, expected)


def test_without_llvmlite_the_reason_is_told():
    code = (
        "import sys; sys.modules['llvmlite'] = None\n"
        "from diffdalec.kernels import available\n"
        "print(available())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "llvmlite" in told
