"""Readers of the products, one module each; ``PRODUCTS`` maps the name in a study file to its reader.

What ``read`` gives, in our names and units (each file holds one of the variables unless said otherwise):

- cru_jra (time, latitude, longitude), 6-hourly, cftime no-leap: ``air_temperature``, ``air_temperature_minimum``,
  ``air_temperature_maximum``, ``precipitation_amount``, ``shortwave_flux``, ``longwave_flux``, ``specific_humidity``,
  ``surface_pressure``, ``eastward_wind``, ``northward_wind``; a file a year
- trendy_radiation, as cru_jra: ``shortwave_flux``
- fluxsat (time, latitude, longitude), daily, a file a month: ``gpp``
- gleam (time, latitude, longitude), daily, a file a year: ``et``, ``potential_evaporation``
- zeng_reco (time, latitude, longitude), the first day of each window, a file a year: ``reco``
- glass_lai (time, latitude, longitude), one composite a file, its first day: ``lai``
- esa_cci_biomass (latitude, longitude): ``aboveground_biomass``, ``aboveground_biomass_sd``
- root_biomass (latitude, longitude): ``belowground_biomass``, ``aboveground_biomass``
- sla (latitude, longitude): ``specific_leaf_area`` and, where there, ``specific_leaf_area_sd`` in one file
- cue (latitude, longitude): ``carbon_use_efficiency``
- gsde_soil (layer, latitude, longitude), coordinate ``layer_bottom`` [cm]: ``clay``, ``bulk_density``, ``ph``,
  ``organic_carbon``, ``total_nitrogen``; two files each, the upper and the lower four layers
- pft (latitude, longitude), a file a year, all three in it: ``evergreen_needleleaf_fraction``,
  ``deciduous_broadleaf_fraction``, ``deciduous_needleleaf_fraction``
- co2 (year): ``co2``
- growth_curves (latitude, longitude), all in one file or one each: ``biomass_curve_maximum``, ``biomass_curve_rate``,
  ``biomass_curve_shape``
- field_allocation (plot), coordinates ``latitude``, ``longitude``: ``allocation_leaf``, ``allocation_wood``,
  ``allocation_root``
- cardamom_2016 (latitude, longitude): the rows ``cardamom_2016_…`` of ``diffdalec.variables``, a file each
"""

from diffdalec.readers.products import (
    cardamom_2016,
    co2,
    cru_jra,
    cue,
    esa_cci_biomass,
    field_allocation,
    fluxsat,
    glass_lai,
    gleam,
    growth_curves,
    gsde_soil,
    pft,
    root_biomass,
    sla,
    trendy_radiation,
    zeng_reco,
)
from diffdalec.readers.products.files import Header, Product, SourceFile
from diffdalec.readers.products.opening import unpacked

PRODUCTS: dict[str, Product] = {
    module.NAME: module.PRODUCT
    for module in (
        cru_jra,
        trendy_radiation,
        fluxsat,
        gleam,
        zeng_reco,
        glass_lai,
        esa_cci_biomass,
        root_biomass,
        sla,
        cue,
        gsde_soil,
        pft,
        co2,
        growth_curves,
        field_allocation,
        cardamom_2016,
    )
}
"""Name of a product in study files -> its reader, forcing first."""

__all__ = ["PRODUCTS", "Header", "Product", "SourceFile", "unpacked"]
