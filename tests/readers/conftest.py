"""A small site written in every format: two years of made-up weather at 62 degrees north."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from diffdalec.readers import differland
from diffdalec.readers.sunshine import potential_radiation
from diffdalec.readers.unit_recognition import saturation_vapour_pressure

LATITUDE = 62.0


def made_up_weather() -> pd.DataFrame:
    """Forcing and observations in our names and units, 2001 and 2002."""
    rng = np.random.default_rng(3)
    time = pd.date_range("2001-01-01", "2002-12-31", freq="D", name="time")
    day = time.day_of_year.to_numpy()
    mean = 3.0 + 14.0 * np.sin(2 * np.pi * (day - 110) / 365.25) + rng.normal(0, 3, day.size)
    half_range = rng.uniform(1.5, 6.0, day.size)
    clearness = rng.uniform(0.15, 0.75, day.size)
    frame = pd.DataFrame({"tmin": mean - half_range, "tmax": mean + half_range}, index=time)
    frame["shortwave"] = potential_radiation(LATITUDE, day) * 0.0864 * clearness
    frame["vpd"] = saturation_vapour_pressure(frame["tmax"].to_numpy()) * clearness * 0.65
    frame["precipitation"] = rng.gamma(0.4, 4.5, day.size)
    frame["co2"] = 371.0 + 3.0 * np.cos(2 * np.pi * (day - 100) / 365.25)
    season = np.clip(np.sin(2 * np.pi * (day - 105) / 365.25), 0, None)
    frame["gpp"] = 7.0 * season + rng.normal(0, 0.3, day.size)
    frame["reco"] = 0.4 + 4.0 * season + rng.normal(0, 0.2, day.size)
    frame["et"] = 0.2 + 2.4 * season + rng.normal(0, 0.1, day.size)
    frame["lai"] = 1.5 + 1.2 * season
    return frame


@pytest.fixture
def weather() -> pd.DataFrame:
    return made_up_weather()


@pytest.fixture
def csv(tmp_path):
    """Writes a table as our plain CSV, with the latitude above it, and returns its path."""

    def write(
        frame: pd.DataFrame, name: str = "stand.csv", above: str = f"# latitude: {LATITUDE}\n", sep=","
    ):
        path = tmp_path / name
        path.write_text(above + frame.to_csv(sep=sep, index_label="time"))
        return path

    return write


@pytest.fixture
def differland_file(tmp_path):
    """Writes a table as a DifferLand netCDF; ``change`` edits the Dataset first."""

    def write(frame: pd.DataFrame, change=lambda dataset: dataset, name: str = "XX-Abc.nc"):
        days = (frame.index - differland.EPOCH).days.to_numpy()
        dataset = xr.Dataset(coords={"time": ("time", days)})
        for ours, (theirs, _) in differland.VARIABLES.items():
            if ours in frame:
                dataset[theirs] = ("time", frame[ours].to_numpy(copy=True))
        dataset["LAT"] = LATITUDE
        path = tmp_path / name
        change(dataset).to_netcdf(path)
        return path

    return write


@pytest.fixture
def fluxnet_file(tmp_path):
    """Writes a table as a FLUXNET2015 SUBSET DD file; ``change`` edits the columns first."""

    def write(
        frame: pd.DataFrame, change=lambda table: table, name="FLX_XX-Abc_FLUXNET2015_SUBSET_DD_2001-2002.csv"
    ):
        time = frame.index
        table = pd.DataFrame({"TIMESTAMP": time.strftime("%Y%m%d")})
        columns = {
            "TA_F": (frame["tmin"] + frame["tmax"]) / 2,
            "SW_IN_POT": potential_radiation(LATITUDE, time.day_of_year.to_numpy()),
            "SW_IN_F": frame["shortwave"] / 0.0864,
            "VPD_F": frame["vpd"],
            "P_F": frame["precipitation"],
            "CO2_F_MDS": frame["co2"],
            "GPP_NT_VUT_REF": frame["gpp"],
            "RECO_NT_VUT_REF": frame["reco"],
            "NEE_VUT_REF": frame["reco"] - frame["gpp"],
            "LE_F_MDS": frame["et"] * 2.45 / 0.0864,
            "H_F_MDS": frame["et"] * 2.45 / 0.0864 + 10.0,
        }
        for column, values in columns.items():
            table[column] = np.asarray(values)
        for column in ("TA_F", "SW_IN_F", "VPD_F", "P_F", "NEE_VUT_REF", "LE_F_MDS", "H_F_MDS"):
            table[f"{column}_QC"] = 1.0
        path = tmp_path / name
        change(table).to_csv(path, index=False)
        return path

    return write
