"""Downward shortwave radiation as given to the TRENDY models: 6-hourly, 0.5°, no leap days, a file for each year.

``tswrf_v10_YYYY.nc`` holds ``tswrf`` [W m-2]. Its land mask is not that of CRU-JRA.
"""

from __future__ import annotations

from diffdalec.readers.products.files import Product
from diffdalec.readers.products.gridded import Gridded
from diffdalec.readers.products.six_hourly import convert
from diffdalec.readers.products.times import six_hours_of_year
from diffdalec.readers.products.yearly import YearlyFiles

NAME = "trendy_radiation"
LAYOUT = Gridded(
    usual={"shortwave_flux": "tswrf"},
    resolutions=(0.5,),
    times=six_hours_of_year,
    convert=convert,
    strict=True,
)
_PATTERN = r"(?P<name>tswrf)_v\d+_(?P<year>\d{4})\.nc"
find = YearlyFiles(NAME, LAYOUT.usual, _PATTERN, "tswrf_v10_2001.nc")
check, read = LAYOUT.check, LAYOUT.read
PRODUCT = Product(NAME, "TRENDY downward shortwave radiation", tuple(LAYOUT.usual), find, check, read)
