"""The 26 parameters of DALEC with Jarvis–Stewart water stress.

Bounds follow DifferLand v1.0 (Fang & Gentine 2024), which took the carbon ones from CARDAMOM (Bloom & Williams
2015; Bloom et al. 2016). Two names mislead in the literature and are kept distinct here: ``root_fraction`` is the
share of what leaves and labile have left over, and ``leaf_lifespan_parameter`` shapes the leaf-fall curve; the NPP
share of roots and the mean residence time of leaves are derived traits (:mod:`diffdalec.model.traits`).
"""

from __future__ import annotations

from dataclasses import dataclass

import jax

from ..units import DAYS_PER_YEAR
from .tables import quantity, table

_CARDAMOM = "Bloom & Williams 2015"
_DIFFERLAND = "Fang & Gentine 2024"


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Parameters:
    """Physical parameters, each a scalar or an array of one value per lane (cell, member)."""

    litter_to_som_rate: jax.Array = quantity(
        1e-5,
        0.01,
        "d-1",
        "litter to soil organic matter at mean temperature",
        symbol="p1",
        peer="decomposition_rate",
        source=_CARDAMOM,
    )
    autotrophic_fraction: jax.Array = quantity(
        0.2, 0.8, "1", "autotrophic respiration as a fraction of GPP", symbol="p2", peer="f_gpp", source=_CARDAMOM
    )
    foliar_fraction: jax.Array = quantity(
        0.01, 0.5, "1", "share of NPP that goes straight to leaves", symbol="p3", peer="f_fol", source=_CARDAMOM
    )
    root_fraction: jax.Array = quantity(
        0.01,
        1.0,
        "1",
        "share of the NPP left after leaves and labile that goes to fine roots",
        symbol="p4",
        peer="f_root",
        source=_CARDAMOM,
    )
    leaf_lifespan_parameter: jax.Array = quantity(
        1.001,
        8.0,
        "yr",
        "CDEA shape parameter of leaf fall (annual loss fraction is about its inverse)",
        symbol="p5",
        peer="leaf_lifespan",
        source=_CARDAMOM,
    )
    wood_turnover: jax.Array = quantity(
        2.5e-5, 1e-3, "d-1", "wood turnover rate", symbol="p6", peer="tor_wood", source=_CARDAMOM
    )
    root_turnover: jax.Array = quantity(
        1e-4, 0.01, "d-1", "fine-root turnover rate", symbol="p7", peer="tor_root", source=_CARDAMOM
    )
    litter_turnover: jax.Array = quantity(
        1e-4,
        0.01,
        "d-1",
        "litter respiration rate at mean temperature",
        symbol="p8",
        peer="tor_litter",
        source=_CARDAMOM,
    )
    som_turnover: jax.Array = quantity(
        1e-7,
        1e-3,
        "d-1",
        "soil organic matter respiration rate at mean temperature",
        symbol="p9",
        peer="tor_som",
        source=_CARDAMOM,
    )
    temperature_sensitivity: jax.Array = quantity(
        0.018,
        0.08,
        "degC-1",
        "exponential temperature sensitivity of decomposition",
        symbol="p10",
        peer="Q10",
        source=_CARDAMOM,
    )
    canopy_efficiency: jax.Array = quantity(
        5.0,
        50.0,
        "1",
        "canopy efficiency: ACM's nitrogen-use efficiency times leaf nitrogen",
        symbol="p11",
        peer="canopy_efficiency",
        source=_CARDAMOM,
    )
    leaf_onset_day: jax.Array = quantity(
        0.0,
        DAYS_PER_YEAR,
        "d",
        "day of year of peak labile release",
        symbol="p12",
        peer="Bday",
        source=_CARDAMOM,
        circular=True,
    )
    labile_fraction: jax.Array = quantity(
        0.01,
        0.5,
        "1",
        "share of the NPP left after leaves that goes to the labile pool",
        symbol="p13",
        peer="flab",
        source=_CARDAMOM,
    )
    labile_release_period: jax.Array = quantity(
        30.4375, 100.0, "d", "labile release period", symbol="p14", peer="clab_release_period", source=_CARDAMOM
    )
    leaf_fall_day: jax.Array = quantity(
        0.0,
        DAYS_PER_YEAR,
        "d",
        "day of year of peak leaf fall",
        symbol="p15",
        peer="Fday",
        source=_CARDAMOM,
        circular=True,
    )
    leaf_fall_period: jax.Array = quantity(
        30.4375, 150.0, "d", "leaf fall period", symbol="p16", peer="leaf_fall_period", source=_CARDAMOM
    )
    lcma: jax.Array = quantity(
        5.0, 200.0, "gC m-2", "leaf carbon mass per leaf area", symbol="p17", peer="LCMA", source=_CARDAMOM
    )
    uwue: jax.Array = quantity(
        0.5, 30.0, "gC kgH2O-1 hPa^0.5", "underlying water-use efficiency", peer="uWUE", source=_DIFFERLAND
    )
    paw_drainage_scale: jax.Array = quantity(
        1.0, 1e5, "mm", "scale of drainage from plant-available water", peer="PAW_Qmax", source=_DIFFERLAND
    )
    field_capacity: jax.Array = quantity(
        1.0, 1e4, "mm", "plant-available water at which water stress ends", peer="field_capacity", source=_DIFFERLAND
    )
    wilting_point_fraction: jax.Array = quantity(
        0.01, 0.5, "1", "wilting point as a fraction of field capacity", peer="wilting_point_frac", source=_DIFFERLAND
    )
    labile_lifespan: jax.Array = quantity(
        1.001, 8.0, "yr", "CDEA shape parameter of labile release", peer="lab_lifespan", source=_DIFFERLAND
    )
    moisture_factor: jax.Array = quantity(
        0.01, 1.0, "1", "sensitivity of decomposition to rain", peer="moisture_factor", source=_DIFFERLAND
    )
    paw_to_puw_fraction: jax.Array = quantity(
        0.01,
        1.0,
        "1",
        "share of the drainage from plant-available water that goes to plant-unavailable water",
        peer="h2o_xfer",
        source=_DIFFERLAND,
    )
    puw_drainage_scale: jax.Array = quantity(
        1.0, 1e5, "mm", "scale of drainage from plant-unavailable water", peer="PUW_Qmax", source=_DIFFERLAND
    )
    radiation_evaporation: jax.Array = quantity(
        0.01,
        0.3,
        "kgH2O MJ-1",
        "evaporation per unit of shortwave radiation",
        peer="boese_r",
        source="Boese et al. 2017",
    )


PARAMETERS = table(Parameters)

UNIDENTIFIABLE = ("paw_to_puw_fraction", "puw_drainage_scale", "puw")
"""Parameters and initial pools that touch no assimilated output (no groundwater stream): never 'retrieved'."""
