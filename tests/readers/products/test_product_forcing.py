"""CRU-JRA and TRENDY radiation: units told by magnitude, no leap days, several forms of the name, gzip, damage."""

from __future__ import annotations

import gzip
import shutil

import numpy as np
import pytest
from product_writers import axes, cru_jra, pattern, six_hourly

from diffdalec.readers.products import PRODUCTS, unpacked

CRU, TRENDY = PRODUCTS["cru_jra"], PRODUCTS["trendy_radiation"]
LATITUDE, LONGITUDE = axes(0.5)


def field(low, high):
    return lambda latitude, longitude, steps: pattern(latitude, longitude, steps, low, high)


def one(folder, **settings):
    (file,) = CRU.find(folder, **settings)
    return file


def zipped(path):
    target = path.with_name(path.name + ".gz")
    with path.open("rb") as plain, gzip.open(target, "wb", compresslevel=1) as packed:
        shutil.copyfileobj(plain, packed)
    path.unlink()
    return target


@pytest.mark.parametrize(
    ("ours", "theirs", "stored", "expected", "units"),
    [
        ("air_temperature", "tmp", (240.0, 300.0), (-33.15, 26.85), "K"),
        ("air_temperature", "tmp", (-33.15, 26.85), (-33.15, 26.85), "degC"),
        ("air_temperature", "tmp", (240.0, 300.0), (-33.15, 26.85), "degC"),  # the declared unit is wrong
        ("air_temperature_maximum", "tmax", (240.0, 300.0), (-33.15, 26.85), ""),
        ("precipitation_amount", "pre", (0.0, 8.0), (0.0, 8.0), "mm/6h"),
        ("precipitation_amount", "pre", (0.0, 8.0), (0.0, 8.0), ""),
        ("precipitation_amount", "pre", (0.0, 8.0), (0.0, 8.0), "kg m^-2"),
        ("precipitation_amount", "pre", (0.0, 8.0), (0.0, 8.0), "mm (6h)-1"),
        ("precipitation_amount", "pre", (0.0, 8.0), (0.0, 8.0), "mm per 6 hours"),
        ("precipitation_amount", "pre", (0.0, 32.0), (0.0, 8.0), "mm/day"),
        ("precipitation_amount", "pre", (0.0, 4e-4), (0.0, 8.64), "kg m-2 s-1"),
        ("shortwave_flux", "dswrf", (0.0, 21600.0 * 500), (0.0, 500.0), "J m-2"),
        ("shortwave_flux", "dswrf", (0.0, 21600.0 * 500), (0.0, 500.0), "W m-2"),  # declared so in some versions
        ("shortwave_flux", "dswrf", (0.0, 500.0), (0.0, 500.0), "W m-2"),
        ("surface_pressure", "pres", (9.6e4, 1.03e5), (9.6e4, 1.03e5), "Pa"),
        ("surface_pressure", "pres", (960.0, 1030.0), (9.6e4, 1.03e5), "hPa"),
        ("specific_humidity", "spfh", (1e-4, 0.012), (1e-4, 0.012), "kg/kg"),
    ],
)
def test_values_come_in_our_unit_whatever_is_declared(tmp_path, ours, theirs, stored, expected, units):
    cru_jra(tmp_path, theirs, 2004, field(*stored), units=units)
    file = one(tmp_path)
    assert file.variables == (ours,) and file.year == 2004
    header = CRU.check(file)
    assert len(header.times) == 1460 and header.resolution == 0.5
    found = CRU.read(file)
    np.testing.assert_array_equal(found["latitude"], LATITUDE)
    truth = pattern(LATITUDE, LONGITUDE, np.arange(1460), *expected)
    truth[:, 0, 0] = np.nan
    np.testing.assert_allclose(found[ours].values, truth, rtol=2e-5, atol=2e-5 * max(np.abs(expected)))
    assert found[ours].dims == ("time", "latitude", "longitude") and found[ours].dtype == np.float32


@pytest.mark.parametrize("late", [0.0, 0.125, 0.25])
def test_steps_are_the_beginnings_of_their_intervals_wherever_files_stamp_them(tmp_path, late):
    cru_jra(tmp_path, "tmp", 2004, field(240, 300), late=late)
    times = CRU.read(one(tmp_path))["time"].to_index()
    assert times[0].isoformat() == "2004-01-01T00:00:00" and times[-1].isoformat() == "2004-12-31T18:00:00"
    assert times.calendar == "noleap"
    assert not any((time.month, time.day) == (2, 29) for time in times)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"steps": 1464}, ["1464 steps", "1460"]),
        ({"steps": 1456}, ["1456 steps"]),
        ({"calendar_name": "gregorian"}, ["calendar 'gregorian'", "noleap"]),
        ({"late": 365.0}, ["2005-01-01", "every 6 hours of 2004"]),
        ({"late": 0.3}, ["every 6 hours of 2004"]),
    ],
)
def test_another_time_axis_is_refused_by_check_and_read(tmp_path, refused, changes, words):
    path = cru_jra(tmp_path, "tmp", 2004, field(240, 300), **changes)
    for call in (CRU.check, CRU.read):
        refused(call, one(tmp_path), words=[path.name, *words])


def test_files_lie_in_folders_of_their_own_under_several_names(tmp_path):
    cru_jra(tmp_path / "tmp", "tmp", 2003, field(240, 300), version="v2.2")
    cru_jra(tmp_path / "tmp", "tmp", 2004, field(240, 300), version="V1.1")
    zipped(cru_jra(tmp_path / "pre", "pre", 2003, field(0, 8)))
    cru_jra(tmp_path / "pre", "pre", 2004, field(0, 8))
    (tmp_path / "readme.txt").write_text("not a product")
    files = CRU.find(tmp_path, years=range(2003, 2005))
    assert [(file.variables, file.year) for file in files] == [
        (("air_temperature",), 2003),
        (("air_temperature",), 2004),
        (("precipitation_amount",), 2003),
        (("precipitation_amount",), 2004),
    ]
    assert [f.year for f in CRU.find(tmp_path / "pre" / "*.nc*", wanted=("precipitation_amount",))] == [2003, 2004]


def test_folders_that_are_links_are_looked_into_once(tmp_path):
    cru_jra(tmp_path / "elsewhere", "tmp", 2003, field(240, 300), steps=4)
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "tmp").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (tmp_path / "elsewhere" / "round").symlink_to(tmp_path / "archive", target_is_directory=True)
    assert len(CRU.find(tmp_path / "archive")) == 1


def test_a_missing_year_variable_or_a_doubled_file_is_named(tmp_path, refused):
    for year in (2003, 2005):
        cru_jra(tmp_path, "tmp", year, field(240, 300), steps=8)
    refused(CRU.find, tmp_path, years=range(2003, 2006), words=["cru_jra", str(tmp_path), "air_temperature of 2004"])
    refused(CRU.find, tmp_path, wanted=("specific_humidity",), words=["no file", "specific_humidity"])
    cru_jra(tmp_path / "again", "tmp", 2003, field(240, 300), version="v2.3", steps=8)
    refused(CRU.find, tmp_path, words=["v2.2", "v2.3", "hold the same air_temperature"])
    refused(CRU.find, tmp_path / "nowhere", words=["no file or folder"])
    refused(CRU.find, tmp_path, maximum_quality=3, words=["no setting 'maximum_quality'"])
    (tmp_path / "other").mkdir()
    refused(CRU.find, tmp_path / "other", words=["holds no file"])
    (tmp_path / "other" / "tmp_2003.nc").write_text("")
    refused(CRU.find, tmp_path / "other", words=["none of the 1 files", "crujra.v2.2.5d.tmp.2001.365d.noc.nc"])


@pytest.mark.parametrize("kind", ["NETCDF4", "NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF4_CLASSIC"])
@pytest.mark.parametrize("unlimited", [None, "time"])
def test_a_gzipped_file_is_read_like_the_plain_one_and_its_copy_is_removed(tmp_path, kind, unlimited):
    folder, scratch = tmp_path / "data", tmp_path / "scratch"
    scratch.mkdir()
    plain = cru_jra(folder, "tmp", 2003, field(240, 300), kind=kind, unlimited=unlimited)
    expected = CRU.read(one(folder), (60.5, 62.0))
    zipped(plain)
    file = one(folder, scratch=str(scratch))
    header = CRU.check(file)
    assert len(header.times) == 1460
    np.testing.assert_array_equal(header.latitude, LATITUDE)
    with unpacked(file) as copy:
        assert copy.path.parent.parent == scratch
        again = CRU.read(copy, (60.5, 62.0))
    assert again.identical(CRU.read(file, (60.5, 62.0)))
    np.testing.assert_array_equal(again["air_temperature"], expected["air_temperature"])
    assert not list(scratch.iterdir())


def test_the_header_of_a_gzipped_file_is_told_from_its_first_part(tmp_path, monkeypatch):
    box = (50.0, 70.0, 0.0, 20.0)
    noise = np.random.default_rng(1).normal(280, 9, (1460, 40, 40))  # 9 MB that hardly compress
    zipped(cru_jra(tmp_path, "tmp", 2003, lambda *place: noise.copy(), box=box))
    monkeypatch.setattr("diffdalec.readers.products.opening.shutil.copyfileobj", None)  # decompresses the whole
    header = CRU.check(one(tmp_path))
    assert header.latitude.size == 40 and "only the beginning" in header.notes[0]


@pytest.mark.parametrize("kind", ["NETCDF4", "NETCDF3_CLASSIC"])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("share", [0.0, 0.4, 0.98])
def test_a_truncated_file_is_named_before_anything_is_read(tmp_path, refused, kind, packed, share):
    path = cru_jra(tmp_path, "tmp", 2003, field(240, 300), kind=kind)
    path = zipped(path) if packed else path
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    for call in (CRU.check, CRU.read):
        refused(call, one(tmp_path), words=[path.name])


def test_implausible_values_name_file_variable_and_ranges(tmp_path, refused):
    path = cru_jra(tmp_path, "spfh", 2003, field(0.0, 9.0))
    refused(CRU.read, one(tmp_path), words=[path.name, "spfh", "kg kg-1", "specific_humidity, -0.001 to 0.06"])


def test_one_wild_value_of_forcing_is_too_many(tmp_path, refused):
    def wild(latitude, longitude, steps):
        values = pattern(latitude, longitude, steps, 240, 300)
        values[700, 3, 3] = 900.0
        return values

    cru_jra(tmp_path, "tmp", 2003, wild)
    refused(CRU.read, one(tmp_path), words=["tmp", "1 of"])


def test_an_unknown_unit_of_precipitation_is_refused(tmp_path, refused):
    for units in ("inch", "mm/month", "mm h-1"):
        path = cru_jra(tmp_path, "pre", 2003, field(0, 8), units=units)
        refused(CRU.read, one(tmp_path), words=[path.name, repr(units), "mm in 6 hours"])


def test_a_missing_variable_and_another_grid_are_refused(tmp_path, refused):
    path = six_hourly(tmp_path / "crujra.v2.2.5d.tmp.2003.365d.noc.nc", "t2m", 2003, field(240, 300))
    refused(CRU.check, one(tmp_path), words=[path.name, "no variable tmp", "t2m"])
    named = one(tmp_path, variables={"air_temperature": "t2m"})
    assert CRU.check(named).resolution == 0.5
    six_hourly(path, "tmp", 2003, field(240, 300), box=(60.25, 63.25, 21.25, 24.25))
    refused(CRU.check, one(tmp_path), words=[path.name, "latitude", "edges are multiples"])


def test_trendy_radiation_is_taken_in_watts(tmp_path, refused):
    six_hourly(tmp_path / "tswrf_v10_2003.nc", "tswrf", 2003, field(0, 600), east_of_greenwich=True)
    (file,) = TRENDY.find(tmp_path, years=range(2003, 2004))
    found = TRENDY.read(file, (61.0, 62.0), (22.0, 23.0))["shortwave_flux"]
    assert found.shape == (1460, 2, 2) and "converted" not in found.attrs
    truth = pattern(LATITUDE[2:4], LONGITUDE[2:4], np.arange(1460), 0, 600)
    np.testing.assert_allclose(found, truth, rtol=1e-5, atol=1e-3)
    refused(TRENDY.find, tmp_path, years=range(2003, 2005), words=["shortwave_flux of 2004"])
