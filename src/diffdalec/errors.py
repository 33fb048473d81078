"""The one exception that a user's input can raise: a sentence that names what is wrong and what was expected."""

from __future__ import annotations


class InputError(ValueError):
    """Input that cannot be used. The message names the file or key, what was found and what was expected.

    The command line prints it as one line and ends with exit code 2.
    """
