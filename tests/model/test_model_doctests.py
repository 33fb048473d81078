"""The examples in the docstrings of the equations run."""

from __future__ import annotations

import doctest
import pkgutil
from importlib import import_module

import pytest

import diffdalec.model

MODULES = [m.name for m in pkgutil.iter_modules(diffdalec.model.__path__)]
WITH_EXAMPLES = {"allocation", "photosynthesis", "traits", "turnover", "water"}


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    found = doctest.testmod(import_module(f"diffdalec.model.{name}"))
    assert found.failed == 0
    assert found.attempted > 0 or name not in WITH_EXAMPLES
