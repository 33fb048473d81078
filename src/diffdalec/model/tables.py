"""How the model's named quantities are declared: one line each, from which all else is derived.

A field of :class:`~diffdalec.model.parameters.Parameters` or :class:`~diffdalec.model.pools.Pools` carries
its bounds, unit, meaning and names elsewhere in its metadata. Bounds arrays, tables in the docs, attributes
in the store and random starts are all read from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Quantity:
    """What is known of one parameter or initial pool.

    ``lower`` and ``upper`` are the bounds of the prior, log-uniform between them unless ``circular``:
    a circular quantity is a day of year, searched as an unbounded angle.
    ``peer`` is the name in DifferLand v1.0 and ``symbol`` the one in CARDAMOM's literature.
    """

    name: str
    lower: float
    upper: float
    unit: str
    long_name: str
    symbol: str = ""
    peer: str = ""
    source: str = ""
    circular: bool = False


def quantity(
    lower: float,
    upper: float,
    unit: str,
    long_name: str,
    *,
    symbol: str = "",
    peer: str = "",
    source: str = "",
    circular: bool = False,
) -> Any:
    """Declare a dataclass field that is a bounded quantity; see :class:`Quantity`."""
    return field(
        metadata=dict(
            lower=lower,
            upper=upper,
            unit=unit,
            long_name=long_name,
            symbol=symbol,
            peer=peer,
            source=source,
            circular=circular,
        )
    )


def table(cls: type) -> dict[str, Quantity]:
    """The declarations of a dataclass made with :func:`quantity`, by name, in order."""
    return {f.name: Quantity(name=f.name, **f.metadata) for f in fields(cls)}
