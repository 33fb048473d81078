"""The eight pools: six of carbon, two of water. Their initial values are searched like parameters.

The bounds are priors on the *initial* pools; a running pool is only bounded by zero (see
:mod:`diffdalec.model.turnover`).
"""

from __future__ import annotations

from dataclasses import dataclass

import jax

from .tables import quantity, table


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Pools:
    """State of the stand, each a scalar or an array of one value per lane (cell, member)."""

    labile: jax.Array = quantity(1.0, 2000.0, "gC m-2", "labile carbon", peer="Clab")
    foliar: jax.Array = quantity(1.0, 2000.0, "gC m-2", "foliar carbon", peer="Cfol")
    root: jax.Array = quantity(1.0, 2000.0, "gC m-2", "fine-root carbon", peer="Croot")
    wood: jax.Array = quantity(1.0, 1e5, "gC m-2", "wood carbon: stems and coarse roots", peer="Cwood")
    litter: jax.Array = quantity(1.0, 2000.0, "gC m-2", "litter carbon", peer="Clitter")
    som: jax.Array = quantity(1.0, 2e5, "gC m-2", "soil organic matter carbon", peer="Csom")
    paw: jax.Array = quantity(1.0, 1e4, "mm", "plant-available water", peer="initial_PAW")
    puw: jax.Array = quantity(1.0, 1e4, "mm", "plant-unavailable water", peer="initial_PUW")

    @property
    def total_biomass(self) -> jax.Array:
        """Total living biomass [gC m-2]: labile + foliar + root + wood."""
        return self.labile + self.foliar + self.root + self.wood


INITIAL_POOLS = table(Pools)
CARBON_POOLS = ("labile", "foliar", "root", "wood", "litter", "som")
LIVING_POOLS = ("labile", "foliar", "root", "wood")
