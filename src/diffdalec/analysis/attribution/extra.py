"""The optional packages of the ``attribution`` extra."""

from __future__ import annotations

from importlib.util import find_spec

from ...errors import InputError

PACKAGES = {"sklearn": "scikit-learn", "shap": "shap", "statsmodels": "statsmodels"}


def require_attribution() -> None:
    """Raise :class:`InputError`, naming the extra, where a package that the attribution needs is not installed."""
    absent = [name for module, name in PACKAGES.items() if find_spec(module) is None]
    if absent:
        verb = "is" if len(absent) == 1 else "are"
        raise InputError(
            f"the attribution needs {', '.join(absent)}, which {verb} not installed: "
            'pip install "diffdalec[attribution]"'
        )
