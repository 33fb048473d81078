"""GLEAM v4.2a (Miralles et al. 2025): actual and potential evaporation, daily, 0.1°, a file for each year.

``E_YYYY_GLEAM_v4.2a.nc`` and ``Ep_YYYY_GLEAM_v4.2a.nc`` hold ``E`` and ``Ep`` (time, lat, lon) [mm d-1], latitude
usually descending, missing NaN or −900 and below (−999, −9999).
"""

from __future__ import annotations

from diffdalec.readers.products.fields import Encoding
from diffdalec.readers.products.files import Product
from diffdalec.readers.products.gridded import Gridded
from diffdalec.readers.products.times import days_of_year
from diffdalec.readers.products.yearly import YearlyFiles

NAME = "gleam"
LAYOUT = Gridded(
    usual={"et": "E", "potential_evaporation": "Ep"},
    resolutions=(0.1,),
    encoding=Encoding(missing_below=-900.0),
    times=days_of_year,
)
_PATTERN = r"(?P<name>Ep?)_(?P<year>\d{4})_GLEAM_v\d+\.\d+[a-z]?\.nc"
find = YearlyFiles(NAME, LAYOUT.usual, _PATTERN, "E_2001_GLEAM_v4.2a.nc")
check, read = LAYOUT.check, LAYOUT.read
PRODUCT = Product(NAME, "GLEAM v4.2a evaporation", tuple(LAYOUT.usual), find, check, read)
