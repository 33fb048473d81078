"""CRU-JRA v2.2 (Harris 2021): 6-hourly meteorology, 0.5°, no leap days, a file for each variable and year.

``crujra.v2.2.5d.<var>.<YYYY>.365d.noc.nc``, often gzipped, often in a folder for each variable; ``<var>`` (time 1460,
lat 360, lon 720) from the south pole and the dateline. ``tmp`` is in K (°C in some versions), ``pre`` in mm per 6 h,
``dswrf`` in J m-2 per 6 h; missing is 9.97e36 or anything above 1e10.
"""

from __future__ import annotations

from diffdalec.readers.products.files import Product
from diffdalec.readers.products.gridded import Gridded
from diffdalec.readers.products.six_hourly import convert
from diffdalec.readers.products.times import six_hours_of_year
from diffdalec.readers.products.yearly import YearlyFiles

NAME = "cru_jra"
LAYOUT = Gridded(
    usual={
        "air_temperature": "tmp",
        "air_temperature_minimum": "tmin",
        "air_temperature_maximum": "tmax",
        "precipitation_amount": "pre",
        "shortwave_flux": "dswrf",
        "longwave_flux": "dlwrf",
        "specific_humidity": "spfh",
        "surface_pressure": "pres",
        "eastward_wind": "ugrd",
        "northward_wind": "vgrd",
    },
    resolutions=(0.5,),
    times=six_hours_of_year,
    convert=convert,
    strict=True,
)
_PATTERN = r"(?i:crujra)\.[vV]\d+(\.\d+)*\.5d\.(?P<name>[a-z]+)\.(?P<year>\d{4})\.365d\.noc\.nc"
find = YearlyFiles(NAME, LAYOUT.usual, _PATTERN, "crujra.v2.2.5d.tmp.2001.365d.noc.nc")
check, read = LAYOUT.check, LAYOUT.read
PRODUCT = Product(NAME, "CRU-JRA v2.2 meteorology", tuple(LAYOUT.usual), find, check, read)
