"""One row per quantity that has a name in this project: unit, long name, symbol, plausible range.

The names are the ones of Datasets, stores, tables and figures. A plausible range is wide: it is there to catch a wrong
unit or a broken file at the door, not to judge weather. Parameters and initial pools are declared once in the model
(:data:`diffdalec.model.PARAMETERS`, :data:`diffdalec.model.INITIAL_POOLS`), with their bounds.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Variable:
    """A named quantity. ``plausible`` is (lowest, highest) in ``unit``; ``None`` where nothing is checked."""

    name: str
    unit: str
    long_name: str
    kind: str
    symbol: str = ""
    plausible: tuple[float, float] | None = None

    @property
    def attributes(self) -> dict[str, str]:
        """Attributes for an xarray variable: ``units`` and ``long_name``."""
        return {"units": self.unit, "long_name": self.long_name}


def _rows(kind: str, *rows: tuple) -> dict[str, Variable]:
    return {
        name: Variable(name, unit, long_name, kind, symbol, plausible)
        for name, unit, long_name, symbol, plausible in rows
    }


FORCING = _rows(
    "forcing",
    ("tmin", "degC", "daily minimum air temperature", "Tmin", (-75.0, 45.0)),
    ("tmax", "degC", "daily maximum air temperature", "Tmax", (-70.0, 60.0)),
    ("shortwave", "MJ m-2 d-1", "downward shortwave radiation", "S", (0.0, 45.0)),
    ("vpd", "hPa", "vapour pressure deficit", "VPD", (0.0, 110.0)),
    ("precipitation", "mm d-1", "precipitation", "P", (0.0, 1000.0)),
    ("co2", "ppm", "atmospheric CO2 mole fraction", "ca", (200.0, 1200.0)),
)

SITE = _rows(
    "site",
    ("latitude", "degrees_north", "latitude", "φ", (-90.0, 90.0)),
    ("mean_temperature", "degC", "mean air temperature of the calibration years", "Tm", (-30.0, 40.0)),
    ("mean_precipitation", "mm d-1", "mean precipitation of the calibration years", "Pm", (0.0, 50.0)),
)

OBSERVATIONS = _rows(
    "observation",
    ("gpp", "gC m-2 d-1", "gross primary productivity", "GPP", (-20.0, 50.0)),
    ("reco", "gC m-2 d-1", "ecosystem respiration", "RECO", (-20.0, 50.0)),
    ("et", "mm d-1", "evapotranspiration", "ET", (-5.0, 25.0)),
    ("lai", "m2 m-2", "leaf area index", "LAI", (0.0, 15.0)),
    ("evaporative_fraction", "1", "evaporative fraction", "EF", (-0.5, 1.5)),
)

FLUXES = _rows(
    "flux",
    ("nee", "gC m-2 d-1", "net ecosystem exchange (positive to the atmosphere)", "NEE", None),
    ("npp", "gC m-2 d-1", "net primary productivity", "NPP", None),
    ("beta", "1", "water-stress factor of photosynthesis", "β", None),
    ("autotrophic_respiration", "gC m-2 d-1", "autotrophic respiration", "Ra", None),
    ("labile_production", "gC m-2 d-1", "NPP to the labile pool", "", None),
    ("foliar_production", "gC m-2 d-1", "NPP straight to leaves", "", None),
    ("root_production", "gC m-2 d-1", "NPP to fine roots", "", None),
    ("wood_production", "gC m-2 d-1", "NPP to wood", "", None),
    ("labile_release", "gC m-2 d-1", "labile carbon released to leaves", "", None),
    ("leaf_litter", "gC m-2 d-1", "leaf litter", "", None),
    ("root_litter", "gC m-2 d-1", "fine-root litter", "", None),
    ("wood_litter", "gC m-2 d-1", "wood litter", "", None),
    ("litter_respiration", "gC m-2 d-1", "heterotrophic respiration of litter", "Rh,litter", None),
    ("som_respiration", "gC m-2 d-1", "heterotrophic respiration of soil organic matter", "Rh,som", None),
    ("litter_to_som", "gC m-2 d-1", "litter that becomes soil organic matter", "", None),
    ("paw_drainage", "mm d-1", "drainage from plant-available water", "Q", None),
    ("paw_to_puw", "mm d-1", "drainage that reaches plant-unavailable water", "", None),
    ("runoff", "mm d-1", "drainage from plant-available water that leaves the stand", "", None),
    ("puw_drainage", "mm d-1", "drainage from plant-unavailable water", "", None),
)

POOLS = _rows(
    "pool",
    ("labile", "gC m-2", "labile carbon", "Clab", None),
    ("foliar", "gC m-2", "foliar carbon", "Cfol", None),
    ("root", "gC m-2", "fine-root carbon", "Croot", None),
    ("wood", "gC m-2", "wood carbon (stems and coarse roots)", "Cwood", None),
    ("litter", "gC m-2", "litter carbon", "Clit", None),
    ("som", "gC m-2", "soil organic matter carbon", "Csom", None),
    ("paw", "mm", "plant-available water", "PAW", None),
    ("puw", "mm", "plant-unavailable water", "PUW", None),
    ("total_biomass", "gC m-2", "total living biomass", "B", None),
)

TRAITS = _rows(
    "trait",
    ("allocation_leaf", "1", "NPP allocation to leaf (foliar + labile)", "", (0.0, 1.0)),
    ("allocation_wood", "1", "NPP allocation to wood", "", (0.0, 1.0)),
    ("allocation_root", "1", "NPP allocation to fine roots", "", (0.0, 1.0)),
    ("leaf_lifespan", "yr", "effective leaf lifespan", "", (0.0, 20.0)),
    ("wood_residence_time", "yr", "wood residence time", "", (0.0, 1e4)),
    ("root_residence_time", "yr", "fine-root residence time", "", (0.0, 1e3)),
    ("carbon_use_efficiency", "1", "carbon-use efficiency", "CUE", (0.0, 1.0)),
)

VARIABLES: dict[str, Variable] = {**FORCING, **SITE, **OBSERVATIONS, **FLUXES, **POOLS, **TRAITS}

FAST_STREAMS = ("gpp", "reco", "et", "lai")
"""The four streams of fast observations that every experiment can use."""
