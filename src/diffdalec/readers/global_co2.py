"""Global annual mean CO2, for sites whose files hold none that can be used.

Source: Lan, Tans and Thoning, Trends in globally-averaged CO2, NOAA Global Monitoring Laboratory (public
domain), marine surface annual means [ppm].
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from diffdalec.errors import InputError

GLOBAL_ANNUAL_MEAN: dict[int, float] = {
    1979: 336.86,
    1980: 338.91,
    1981: 340.11,
    1982: 340.85,
    1983: 342.53,
    1984: 344.07,
    1985: 345.54,
    1986: 346.97,
    1987: 348.68,
    1988: 351.16,
    1989: 352.79,
    1990: 354.06,
    1991: 355.40,
    1992: 356.09,
    1993: 356.83,
    1994: 358.33,
    1995: 360.18,
    1996: 361.93,
    1997: 363.04,
    1998: 365.70,
    1999: 367.79,
    2000: 368.96,
    2001: 370.57,
    2002: 372.58,
    2003: 375.14,
    2004: 376.95,
    2005: 378.98,
    2006: 381.16,
    2007: 382.90,
    2008: 385.02,
    2009: 386.50,
    2010: 388.75,
    2011: 390.62,
    2012: 392.65,
    2013: 395.40,
    2014: 397.34,
    2015: 399.65,
    2016: 403.07,
    2017: 405.21,
    2018: 407.62,
    2019: 410.07,
    2020: 412.44,
    2021: 414.70,
    2022: 417.08,
    2023: 419.37,
    2024: 422.80,
}


def global_co2(time: pd.DatetimeIndex, file: str) -> np.ndarray:
    """CO2 [ppm] on each day: annual means placed in mid-year, linear between, held beyond the last ones.

    There is no seasonal cycle in it. Raises InputError for years outside the table.
    """
    first, last = min(GLOBAL_ANNUAL_MEAN), max(GLOBAL_ANNUAL_MEAN)
    if time[0].year < first or time[-1].year > last:
        raise InputError(
            f"{file}: co2 has no usable values and the days ({time[0]:%Y-%m-%d} to {time[-1]:%Y-%m-%d}) "
            "reach beyond "
            f"our table of global means ({first}-{last}); give a number with co2=."
        )
    years = np.array(sorted(GLOBAL_ANNUAL_MEAN))
    means = np.array([GLOBAL_ANNUAL_MEAN[int(year)] for year in years])
    fractional = time.year.to_numpy() + (time.day_of_year.to_numpy() - 0.5) / 365.25
    return np.interp(fractional, years + 0.5, means)
