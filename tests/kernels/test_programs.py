"""Programs on disk: told apart by all that they are made of, found without tracing, and safe to lose or to damage."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from diffdalec.calibration import DescentSettings, Dimension, SearchSpace
from diffdalec.calibration.descent import Iteration
from diffdalec.calibration.space import Physical
from diffdalec.kernels import Compiler, keep_programs
from diffdalec.kernels import programs as room
from diffdalec.kernels.description import Undescribed, described
from diffdalec.model import STRESS_FUNCTIONS

SPACE = SearchSpace((Dimension("rate", 1e-3, 1e-1), Dimension("day", 1.0, 365.0, None, 365.25)), "sine")


class TestDescription:
    def test_tells_settings_apart_and_equal_ones_not(self):
        settings = DescentSettings(10, 0.1, 0.01)
        texts = [described(s) for s in (settings, replace(settings, clip=0.1), replace(settings, iterations=11))]
        assert len(set(texts)) == 3
        assert described(DescentSettings(10, 0.1, 0.01)) == texts[0]
        assert described(("a, b",)) != described(("a", "b"))
        assert described({"x": 1, "y": 2}) == described({"y": 2, "x": 1})
        assert described(1) != described(1.0) != described(True)

    def test_arrays_by_what_a_program_is_compiled_for(self):
        array = np.zeros((3, 2), np.float32)
        assert described(array) == described(jnp.ones((3, 2))) == described(jax.ShapeDtypeStruct((3, 2), jnp.float32))
        assert described(array) != described(array.T)
        assert described(array) != described(array.astype(np.float64))
        assert described(jnp.asarray(1.0)) != described(jnp.float32(1.0))  # a weak type

    def test_functions_of_the_package_by_name_and_no_others(self):
        names = {described(f) for f in STRESS_FUNCTIONS.values()}
        assert len(names) == len(STRESS_FUNCTIONS)
        assert described(partial(Physical, SPACE)) != described(partial(Physical, replace(SPACE, transform="logistic")))
        for unknown in (lambda x: x, np.sin, self.test_tells_settings_apart_and_equal_ones_not, object()):
            with pytest.raises(Undescribed):
                described(unknown)


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "_programs", {})
    keep_programs(tmp_path)
    yield tmp_path
    keep_programs(None)


@pytest.fixture
def traced(monkeypatch):
    """The functions that were traced."""
    found: list = []
    lowered = room._Lowered

    def watch(compiler, function, arguments):
        found.append(function)
        return lowered(compiler, function, arguments)

    monkeypatch.setattr(room, "_Lowered", watch)
    return found


def forget() -> None:
    room._programs.clear()


Z = np.linspace(-1.0, 1.0, 8, dtype=np.float32).reshape(2, 4)


class TestKept:
    def test_found_again_without_tracing_and_to_the_same_numbers(self, kept, traced):
        first = Compiler()(Physical(SPACE), Z)(Z)
        forget()
        again = Compiler()(Physical(SPACE), Z)(Z)
        assert len(traced) == 1 and len(list(kept.iterdir())) == 1
        for name, values in SPACE.physical(jnp.asarray(Z)).items():
            np.testing.assert_array_equal(first[name], again[name])
            np.testing.assert_allclose(first[name], values, rtol=1e-6)

    def test_another_shape_setting_option_or_source_is_another_program(self, kept, traced, monkeypatch):
        Compiler()(Physical(SPACE), Z)
        Compiler()(Physical(SPACE), Z[:, :2])
        Compiler()(Physical(replace(SPACE, transform="logistic")), Z)
        Compiler((("xla_backend_optimization_level", 0),))(Physical(SPACE), Z)
        assert len(traced) == len(list(kept.iterdir())) == 4
        forget()
        monkeypatch.setattr(room, "source_mark", lambda: "a later version")
        Compiler()(Physical(SPACE), Z)
        assert len(traced) == 5

    def test_what_runs_often_has_options_of_its_own(self):
        compiler = Compiler((("a", 0),), (("a", 1),))
        assert compiler.options_of(Physical(SPACE)) == (("a", 0),)
        assert compiler.options_of(Iteration(Physical(SPACE), DescentSettings(10, 0.1, 0.01))) == (("a", 1),)

    def test_precision_is_part_of_it(self, kept, traced):
        Compiler()(Physical(SPACE), Z)
        with jax.enable_x64(True):
            Compiler()(Physical(SPACE), Z)
            found = Compiler()(Physical(SPACE), Z.astype(np.float64))(Z.astype(np.float64))
        assert len(traced) == 3 and found["rate"].dtype == np.float64

    def test_damage_is_said_and_mended(self, kept, traced):
        Compiler()(Physical(SPACE), Z)
        (file,) = kept.iterdir()
        good = file.read_bytes()
        file.write_bytes(good[:-10] + b"0123456789")
        forget()
        with pytest.warns(UserWarning, match="damaged"):
            Compiler()(Physical(SPACE), Z)
        assert len(traced) == 2
        forget()
        Compiler()(Physical(SPACE), Z)
        assert len(traced) == 2

    def test_a_function_of_the_users_own_is_compiled_but_not_kept(self, kept, traced):
        def double(z):
            return 2 * z

        np.testing.assert_array_equal(Compiler()(double, Z)(Z), 2 * Z)
        assert len(traced) == 1 and not list(kept.iterdir())

    def test_ahead_takes_shapes_and_serves_arrays(self, kept, traced):
        shape = jax.ShapeDtypeStruct(Z.shape, Z.dtype)
        other = jax.ShapeDtypeStruct((2, 5), Z.dtype)
        requests = [(Physical(SPACE), (shape,)), (Physical(SPACE), (other,)), (Physical(SPACE), (shape,))]
        Compiler().ahead(*requests)
        Compiler()(Physical(SPACE), Z)(Z)
        assert len(traced) == len(list(kept.iterdir())) == 2
        forget()
        Compiler().ahead(*requests)
        assert len(traced) == 2

    def test_linear_algebra_is_there_in_a_program_that_was_never_traced(self, tmp_path):
        """Two processes: within one JAX has looked LAPACK's functions up already."""
        first, second = run_in_process(tmp_path), run_in_process(tmp_path)
        assert first["traced"] and not second["traced"]
        assert first["z"] == second["z"]

    def test_nothing_is_kept_unless_asked(self, tmp_path, monkeypatch):
        monkeypatch.setattr(room, "_programs", {})
        Compiler()(Physical(SPACE), Z)
        assert not list(tmp_path.iterdir())


def run_in_process(cache) -> dict:
    script = Path(__file__).with_name("kept_program_run.py")
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    run = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)
