"""Chapman–Richards growth curves: biomass of a stand against its age.

    B(age) = bmax (1 − exp(−k·age))^p

(Richards 1959; Chapman 1961; the form of the growth curves that Wu et al. assimilate.) A curve may be of dry
matter or of carbon, of aboveground or of all living biomass; :meth:`GrowthCurve.total_carbon` is the one way
to what the model calls total living biomass.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..errors import InputError
from ..units import carbon_from_dry_matter, dry_matter_from_carbon, grams_carbon_from_megagrams

CARBON = "MgC ha-1"
DRY_MATTER = "Mg ha-1"

_SYNONYMS = {
    "mgcha-1": CARBON,
    "mgc/ha": CARBON,
    "mgcha": CARBON,
    "tcha-1": CARBON,
    "tc/ha": CARBON,
    "tcha": CARBON,
    "mgha-1": DRY_MATTER,
    "mg/ha": DRY_MATTER,
    "mgha": DRY_MATTER,
    "mgdm/ha": DRY_MATTER,
    "mgdmha-1": DRY_MATTER,
    "mgha-1drymatter": DRY_MATTER,
    "mg/hadrymatter": DRY_MATTER,
    "mgha-1ofdrymatter": DRY_MATTER,
    "t/ha": DRY_MATTER,
    "tha-1": DRY_MATTER,
}
"""Ways to write the two units, without spaces, underscores and capitals."""


def biomass_unit(text: str) -> str:
    """The unit that ``text`` means, ``"MgC ha-1"`` or ``"Mg ha-1"`` (dry matter); InputError if it means
    neither.
    """
    key = str(text).lower()
    for character in " _·":
        key = key.replace(character, "")
    key = key.replace("⁻¹", "-1").replace("−", "-").replace("^", "")
    if key not in _SYNONYMS:
        raise InputError(
            f"biomass unit {text!r} is not known: expected {CARBON!r} (also MgC/ha) for carbon "
            f"or {DRY_MATTER!r} (also Mg/ha) for dry matter"
        )
    return _SYNONYMS[key]


@dataclass(frozen=True)
class GrowthCurve:
    """B(age) = bmax (1 − exp(−k·age))^p in ``unit``.

    ``bmax`` is the asymptote [``unit``], ``k`` the rate [yr-1], ``p`` the shape [1]; age in years.
    With ``root_shoot`` the curve is of aboveground biomass, without it of all living biomass.
    ``standard_errors`` (of bmax, k, p), ``r2``, ``n`` and ``notes`` tell of a fit, where there was one.
    InputError where a number is not finite and positive or the unit is unknown.
    """

    bmax: float
    k: float
    p: float
    unit: str = CARBON
    root_shoot: float | None = None
    standard_errors: Mapping[str, float] | None = field(default=None, hash=False)
    r2: float | None = None
    n: int | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, meaning in (("bmax", "asymptote"), ("k", "rate"), ("p", "shape")):
            value = _number(getattr(self, name), name)
            if not (math.isfinite(value) and value > 0):
                raise InputError(
                    f"growth curve: {name} ({meaning}) is {value:g}, expected a finite number above 0"
                )
            object.__setattr__(self, name, value)
        object.__setattr__(self, "unit", biomass_unit(self.unit))
        if self.root_shoot is not None:
            ratio = _number(self.root_shoot, "root_shoot")
            if not (math.isfinite(ratio) and ratio >= 0):
                raise InputError(
                    f"growth curve: root_shoot is {ratio:g}, expected a finite number of at least 0"
                )
            object.__setattr__(self, "root_shoot", ratio)

    @classmethod
    def parse(cls, text: str, unit: str, root_shoot: float | None = None) -> GrowthCurve:
        """The curve written ``"BMAX,K,P"``, as on the command line."""
        parts = text.split(",")
        if len(parts) != 3:
            raise InputError(f"growth curve {text!r} has {len(parts)} numbers, expected three: BMAX,K,P")
        bmax, k, p = (_number(part, name) for part, name in zip(parts, ("bmax", "k", "p"), strict=True))
        return cls(bmax=bmax, k=k, p=p, unit=unit, root_shoot=root_shoot)

    def __call__(self, age):
        """Biomass at ``age`` [yr] (a number or an array), in the curve's own unit and of its own
        compartment.
        """
        return chapman_richards(_checked_age(age), self.bmax, self.k, self.p)

    def total_carbon(self, age):
        """Total living biomass [gC m-2] at ``age`` [yr]; roots are added where the curve is aboveground."""
        total = self(age) * (1.0 + (self.root_shoot or 0.0))
        return grams_carbon_from_megagrams(total) if self.unit == CARBON else carbon_from_dry_matter(total)

    def dry_matter(self, age):
        """Total living biomass as dry matter [Mg ha-1] at ``age`` [yr]."""
        return dry_matter_from_carbon(self.total_carbon(age))


def chapman_richards(age, bmax, k, p):
    """bmax (1 − exp(−k·age))^p, in the unit of ``bmax``; ``age`` [yr], ``k`` [yr-1], ``p`` [1].

    >>> round(float(chapman_richards(100.0, 119.9, 0.0303, 3.547)), 1)
    100.5
    """
    return bmax * (-np.expm1(-k * age)) ** p


def _checked_age(age):
    age = np.asarray(age, dtype=float)
    if np.any(age < 0):
        raise InputError(f"growth curve: age {age.min():g} yr is negative, expected ages of 0 or more")
    return age


def _number(value, name: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise InputError(f"growth curve: {name} is {value!r}, expected a number") from None
