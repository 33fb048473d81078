"""36 years of a real weather station, with its dirt, rewritten as our plain CSV."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diffdalec.readers import open_site
from diffdalec.readers.unit_recognition import saturation_vapour_pressure


def test_sotkamo_in_our_format_keeps_its_dirt_in_the_notes(shared_data, tmp_path):
    raw = pd.read_csv(shared_data / "flux" / "Sotkamo_daily_1961-2016.csv", sep=";", encoding="utf-8")
    raw = raw[raw["vuosi"] >= 1981]
    pressure = raw["hpa"].where(raw["hpa"] > 0)
    table = pd.DataFrame(
        {
            "date": pd.to_datetime(raw["aika"].astype(str)).dt.strftime("%Y-%m-%d"),
            "tmin": raw["t_min"],
            "tmax": raw["t_max"],
            "shortwave [kJ m-2 d-1]": raw["radiation"],
            "vpd [hPa]": saturation_vapour_pressure(raw["t_mean"]) - pressure,
            "precipitation [mm]": raw["rainfall"],
            "lai": 2.0 + np.cos(np.arange(len(raw)) / 58.1),
        }
    )
    path = tmp_path / "sotkamo.csv"
    path.write_text("# latitude: 64.1\n# site: Sotkamo\n" + table.to_csv(index=False))
    site = open_site(path, calibration_years=30)
    notes = "\n".join(site.attrs["notes"])
    assert site.attrs["site"] == "Sotkamo" and site.attrs["calibration_years"] == "1981-2010"
    assert "2016-01-24 to 2016-01-25 (2 days)" in notes
    assert "tmin: 2 days interpolated" in notes
    assert "shortwave: converted from kJ m-2 d-1 to MJ m-2 d-1" in notes
    assert "negative values set to 0" in notes
    assert 0.0 < float(site["mean_temperature"]) < 4.0
    assert bool((site["tmax"] >= site["tmin"]).all())
