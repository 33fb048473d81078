"""Fixtures of the product readers' tests."""

from __future__ import annotations

import pytest

from diffdalec.errors import InputError


@pytest.fixture
def refused():
    """``refused(call, *args, words)``: the call raises InputError with one sentence that has all the words."""

    def check(call, *arguments, words, **named):
        with pytest.raises(InputError) as caught:
            call(*arguments, **named)
        text = str(caught.value)
        for word in words:
            assert word in text, f"{word!r} is not in {text!r}"
        assert text.endswith(".") and "\n" not in text and text.count(". ") == 0, text
        return text

    return check
