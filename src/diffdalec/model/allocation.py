"""Where NPP goes. One function owns the sequential split of DALEC."""

from __future__ import annotations

from dataclasses import dataclass

import jax


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Allocation:
    """Shares of NPP [1]; they sum to 1."""

    foliar: jax.Array
    labile: jax.Array
    root: jax.Array
    wood: jax.Array


def allocation(foliar_fraction: jax.Array, labile_fraction: jax.Array, root_fraction: jax.Array) -> Allocation:
    """NPP shares from the three sequential fractions [1].

    a_f = foliar_fraction; a_l = (1 − a_f) labile_fraction; a_r = (1 − a_f)(1 − labile_fraction) root_fraction;
    wood has the rest. Bloom & Williams 2015.

    >>> a = allocation(0.2, 0.5, 0.5)
    >>> round(a.foliar + a.labile + a.root + a.wood, 12), a.labile, a.root, a.wood
    (1.0, 0.4, 0.2, 0.2)
    """
    after_leaves = 1.0 - foliar_fraction
    after_labile = after_leaves * (1.0 - labile_fraction)
    return Allocation(
        foliar=foliar_fraction,
        labile=after_leaves * labile_fraction,
        root=after_labile * root_fraction,
        wood=after_labile * (1.0 - root_fraction),
    )
