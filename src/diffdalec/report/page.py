"""What the pages of a stand and of a study have in common: how templates are filled, and where results come from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..results.provenance import ATTRIBUTES


def fill(template: str, **parts: Any) -> str:
    """A template of ``report/templates`` with its parts, text escaped. One that is lacking raises UndefinedError."""
    environment = Environment(
        loader=PackageLoader("diffdalec.report", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    return environment.get_template(template).render(**parts)


def provenance(attributes: Mapping[Any, Any]) -> list[tuple[str, str]]:
    """The root attributes that say where a result comes from as (name, value), versions written out.

    Without the configuration, which has a place of its own, and those that are not there.
    """
    rows = []
    for name in ATTRIBUTES:
        if name == "configuration" or name not in attributes:
            continue
        value = str(attributes[name])
        if name == "versions":
            value = ", ".join(f"{key} {number}" for key, number in json.loads(value).items())
        rows.append((name.replace("_", " "), value))
    return rows
