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

PRODUCTS = _rows(
    "product",
    # What a product holds before it is harmonised. Amounts keep their interval of six hours; days are made later.
    ("air_temperature", "degC", "air temperature at 2 m", "Ta", (-95.0, 65.0)),
    ("air_temperature_minimum", "degC", "lowest air temperature of 6 hours", "", (-95.0, 65.0)),
    ("air_temperature_maximum", "degC", "highest air temperature of 6 hours", "", (-95.0, 65.0)),
    ("precipitation_amount", "mm", "precipitation of 6 hours", "", (-0.25, 1000.0)),
    ("shortwave_flux", "W m-2", "downward shortwave radiation, mean of 6 hours", "", (-5.0, 1500.0)),
    ("longwave_flux", "W m-2", "downward longwave radiation, mean of 6 hours", "", (20.0, 700.0)),
    ("specific_humidity", "kg kg-1", "specific humidity at 2 m", "q", (-1e-3, 0.06)),
    ("surface_pressure", "Pa", "air pressure at the surface", "p", (4.0e4, 1.1e5)),
    ("eastward_wind", "m s-1", "eastward wind at 10 m", "u", (-90.0, 90.0)),
    ("northward_wind", "m s-1", "northward wind at 10 m", "v", (-90.0, 90.0)),
    ("potential_evaporation", "mm d-1", "potential evaporation", "Ep", (-10.0, 60.0)),
    ("aboveground_biomass", "Mg ha-1", "aboveground biomass, dry matter", "AGB", (0.0, 2000.0)),
    ("aboveground_biomass_sd", "Mg ha-1", "standard deviation of aboveground biomass", "", (0.0, 2000.0)),
    ("belowground_biomass", "Mg ha-1", "belowground biomass, dry matter", "BGB", (0.0, 1000.0)),
    ("specific_leaf_area", "m2 kg-1", "specific leaf area", "SLA", (0.5, 100.0)),
    ("specific_leaf_area_sd", "m2 kg-1", "standard deviation of specific leaf area", "", (0.0, 100.0)),
    ("organic_carbon", "%", "soil organic carbon by mass", "OC", (0.0, 100.0)),
    ("total_nitrogen", "%", "soil total nitrogen by mass", "TN", (0.0, 15.0)),
)

CELLS = _rows(
    "cell",
    ("area", "m2", "area of the cell", "A", (0.0, 1.0e10)),
    ("biomass_curve_maximum", "Mg ha-1", "asymptote of aboveground dry matter by stand age", "AGBmax", (0.0, 3000.0)),
    ("biomass_curve_rate", "yr-1", "rate of the growth curve", "k", (0.0, 2.0)),
    ("biomass_curve_shape", "1", "shape of the growth curve", "p", (0.0, 50.0)),
    ("root_shoot", "1", "belowground per aboveground biomass", "R:S", (0.0, 10.0)),
    ("aboveground_biomass_2020", "Mg ha-1", "aboveground dry matter of mature forest in 2020", "AGB", (0.0, 3000.0)),
    ("total_biomass_2020", "gC m-2", "total living biomass of mature forest in 2020", "B", (0.0, 3.0e5)),
    ("mature_fraction", "1", "share of the cell's 0.05° pixels that are mature forest", "", (0.0, 1.0)),
    ("lcma_prior", "gC m-2", "leaf carbon mass per area of the trait map", "LCMA", (1.0, 1000.0)),
    ("autotrophic_fraction_prior", "1", "autotrophic respiration per GPP, 1 − CUE", "fauto", (0.0, 1.0)),
)

CLIMATE = _rows(
    "predictor",
    ("mean_annual_temperature", "degC", "mean annual air temperature", "MAT", (-30.0, 40.0)),
    ("coldest_month_temperature", "degC", "mean temperature of the coldest month", "Tcold", (-65.0, 40.0)),
    ("temperature_seasonality", "degC", "standard deviation of monthly mean temperatures", "", (0.0, 35.0)),
    ("annual_precipitation", "mm yr-1", "mean annual precipitation", "MAP", (0.0, 1.5e4)),
    ("precipitation_seasonality", "1", "coefficient of variation of monthly precipitation", "", (0.0, 3.5)),
    ("mean_shortwave", "MJ m-2 d-1", "mean downward shortwave radiation", "", (0.0, 35.0)),
    ("shortwave_seasonality", "1", "coefficient of variation of monthly shortwave radiation", "", (0.0, 3.5)),
    ("mean_vpd", "hPa", "mean vapour pressure deficit", "", (0.0, 80.0)),
    ("vpd_seasonality", "1", "coefficient of variation of monthly vapour pressure deficit", "", (0.0, 3.5)),
)

SOIL = _rows(
    "predictor",
    ("bulk_density", "g cm-3", "soil bulk density", "BD", (0.0, 3.0)),
    ("clay", "%", "clay content by mass", "", (0.0, 100.0)),
    ("ph", "1", "soil pH in water", "pH", (2.0, 12.0)),
    ("carbon_nitrogen_ratio", "1", "soil organic carbon per total nitrogen", "C:N", (0.0, 200.0)),
)

VEGETATION = _rows(
    "predictor",
    ("evergreen_needleleaf_fraction", "1", "area fraction of boreal evergreen needleleaf forest", "ENF", (0.0, 1.0)),
    ("deciduous_broadleaf_fraction", "1", "area fraction of boreal deciduous broadleaf forest", "DBF", (0.0, 1.0)),
    ("deciduous_needleleaf_fraction", "1", "area fraction of boreal deciduous needleleaf forest", "DNF", (0.0, 1.0)),
)

PREDICTORS: dict[str, Variable] = {**CLIMATE, **SOIL, **VEGETATION}

REFERENCES = _rows(
    "reference",
    ("cardamom_2016_allocation_leaf", "1", "NPP allocation to leaf, CARDAMOM 2001–2010", "", (0.0, 1.0)),
    ("cardamom_2016_allocation_labile", "1", "NPP allocation to labile carbon, CARDAMOM 2001–2010", "", (0.0, 1.0)),
    ("cardamom_2016_allocation_wood", "1", "NPP allocation to wood, CARDAMOM 2001–2010", "", (0.0, 1.0)),
    ("cardamom_2016_allocation_root", "1", "NPP allocation to fine roots, CARDAMOM 2001–2010", "", (0.0, 1.0)),
    ("cardamom_2016_leaf_lifespan", "yr", "leaf residence time, CARDAMOM 2001–2010", "", (0.0, 50.0)),
    ("cardamom_2016_wood_residence_time", "yr", "wood residence time, CARDAMOM 2001–2010", "", (0.0, 1e4)),
    ("cardamom_2016_root_residence_time", "yr", "fine-root residence time, CARDAMOM 2001–2010", "", (0.0, 1e3)),
    ("cardamom_2016_lcma", "gC m-2", "leaf carbon mass per area, CARDAMOM 2001–2010", "", (0.0, 2000.0)),
    ("cardamom_2016_autotrophic_fraction", "1", "autotrophic respiration per GPP, CARDAMOM 2001–2010", "", (0.0, 1.0)),
    ("cardamom_2016_npp", "gC m-2 d-1", "net primary productivity, CARDAMOM 2001–2010", "", (-1.0, 20.0)),
    ("field_allocation_leaf", "1", "NPP allocation to leaf, mean of the cell's plots", "", (0.0, 1.0)),
    ("field_allocation_wood", "1", "NPP allocation to wood, mean of the cell's plots", "", (0.0, 1.0)),
    ("field_allocation_root", "1", "NPP allocation to fine roots, mean of the cell's plots", "", (0.0, 1.0)),
    ("field_allocation_plots", "1", "number of plots with measured NPP allocation in the cell", "", (0.0, 1e4)),
)

VARIABLES: dict[str, Variable] = {
    **FORCING,
    **SITE,
    **OBSERVATIONS,
    **FLUXES,
    **POOLS,
    **TRAITS,
    **PRODUCTS,
    **CELLS,
    **PREDICTORS,
    **REFERENCES,
}

FAST_STREAMS = ("gpp", "reco", "et", "lai")
"""The four streams of fast observations that every experiment can use."""

WINDOWS_FROM_JANUARY = "10 days from 1 January"
WINDOWS_OF_MONTHS = "days 1-10, 11-20 and 21-end of each month"
TEN_DAY_WINDOWS = {WINDOWS_FROM_JANUARY: "year", WINDOWS_OF_MONTHS: "month"}
"""What a variable's attribute ``windows`` may say of ten-day means, and what a stream's ``windows`` calls it."""
