"""Vapour pressure deficit of air from its temperature, specific humidity and pressure."""

from __future__ import annotations

import numpy as np

RATIO = 0.622
"""Molar mass of water vapour per that of dry air (18.015/28.964; FAO-56, eq. 8, uses the same digits)."""


def saturation_vapour_pressure(temperature):
    """Saturation vapour pressure over liquid water [hPa] at ``temperature`` [degC].

        es = 6.108 exp(17.27 T / (T + 237.3))

    (Allen et al. 1998, FAO-56, eq. 11, in hPa.) Over water below freezing as well: stomata lose water from liquid
    films, and flux towers report their deficit so.

    >>> round(float(saturation_vapour_pressure(20.0)), 2)
    23.38
    """
    return 6.108 * np.exp(17.27 * temperature / (temperature + 237.3))


def vapour_pressure(specific_humidity, pressure):
    """Vapour pressure [in the unit of ``pressure``] of air of ``specific_humidity`` [kg kg-1].

        e = q p / (ε + (1 − ε) q),  ε = 0.622

    (Wallace & Hobbs 2006, section 3.5: w = q / (1 − q), and e = p w / (w + ε), their eq. 3.59.)

    >>> round(float(vapour_pressure(0.01, 1000.0)), 3)
    15.98
    """
    return specific_humidity * pressure / (RATIO + (1.0 - RATIO) * specific_humidity)


def vapour_pressure_deficit(temperature, specific_humidity, pressure):
    """VPD [hPa]: es(T) − e, not below zero, of air at ``temperature`` [degC] and ``pressure`` [hPa].

    Air of a reanalysis may be a little supersaturated, in frost most of all; its deficit is zero.

    >>> round(float(vapour_pressure_deficit(20.0, 0.01, 1000.0)), 2)
    7.4
    """
    deficit = saturation_vapour_pressure(temperature) - vapour_pressure(specific_humidity, pressure)
    return np.maximum(deficit, 0.0)
