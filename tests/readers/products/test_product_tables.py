"""CO2, field allocation and specific leaf area: text tables, under other column names and with broken rows."""

from __future__ import annotations

import numpy as np
import pytest

from diffdalec.readers.products import PRODUCTS

CO2, PLOTS, SLA = (PRODUCTS[name] for name in ("co2", "field_allocation", "sla"))


def co2(folder, lines):
    path = folder / "global_co2_ann_1700_2021.txt"
    path.write_text("\n".join(lines))
    return path


@pytest.mark.parametrize("pattern", ["{} {:.2f}", "  {}\t{:.3f}", "{}, {:.2f}"])
def test_co2_by_year(tmp_path, refused, pattern):
    co2(tmp_path, [pattern.format(year, 276 + 0.4 * (year - 1700)) for year in range(1700, 2022)])
    (file,) = CO2.find(tmp_path, years=range(1985, 2021))
    assert CO2.check(file).times[0].year == 1700
    found = CO2.read(file)["co2"]
    assert float(found.sel(year=2000)) == pytest.approx(396.0) and found.attrs["units"] == "ppm"
    refused(CO2.find, tmp_path, years=range(2019, 2024), words=["lacks 2022, 2023"])


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["1700 276.6", "1702 276.7"], ["do not follow one another after 1700"]),
        (["1700 276.6", "1701 n/a"], ["line 2", "n/a"]),
        (["1700 276.6 3"], ["line 1"]),
        ([], ["do not follow"]),
        (["1700 0.00027", "1701 0.00028"], ["ppm", "200 to 1200"]),
    ],
)
def test_a_broken_table_of_co2_is_refused(tmp_path, refused, lines, words):
    path = co2(tmp_path, lines)
    refused(lambda: CO2.check(CO2.find(tmp_path)[0]), words=[path.name, *words])


def plots(folder, text, name="xia.csv"):
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "heading",
    [
        "lat,lon,f_leaf,f_wood,f_root",
        "Latitude;Longitude;fleaf;fwood;froot",
        "# Xia 2019\nLAT,LON,f_leaf,f_wood,f_root",
    ],
)
def test_plots_with_their_places(tmp_path, heading):
    delimiter = ";" if ";" in heading else ","
    rows = [(61.5, 24.1, 0.2, 0.5, 0.3), (-30.0, 210.0, 0.1, 0.3, 0.6)]
    plots(tmp_path, "\n".join([heading, *(delimiter.join(map(str, row)) for row in rows)]))
    (file,) = PLOTS.find(tmp_path)
    np.testing.assert_allclose(PLOTS.check(file).longitude, [24.1, -150.0])
    found = PLOTS.read(file)
    np.testing.assert_allclose(found["allocation_root"], [0.3, 0.6])
    assert found["allocation_wood"].dims == ("plot",) and PLOTS.read(file, (50.0, 70.0)).sizes["plot"] == 1


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("61,24,20,50,30", ["sum up to 100", "data row 1"]),
        ("61,24,0.2,0.5,x", ["f_root", "'x'", "data row 1"]),
        ("161,24,0.2,0.5,0.3", ["latitude is 161"]),
        (",24,0.2,0.5,0.3", ["latitude is nan"]),
        ("", ["no rows"]),
    ],
)
def test_broken_plots_are_refused(tmp_path, refused, row, words):
    path = plots(tmp_path, f"lat,lon,f_leaf,f_wood,f_root\n{row}\n")
    refused(PLOTS.check, PLOTS.find(tmp_path)[0], words=[path.name, *words])


def test_a_missing_column_or_a_second_table_is_named(tmp_path, refused):
    path = plots(tmp_path, "lat,lon,f_leaf,f_wood\n61,24,0.2,0.5\n")
    refused(PLOTS.check, PLOTS.find(tmp_path)[0], words=[path.name, "allocation_root", "f_wood"])
    plots(tmp_path, "", "second.csv")
    refused(PLOTS.find, tmp_path, words=["xia.csv", "second.csv"])


def test_real_plots_are_read(shared_data):
    (file,) = PLOTS.find(shared_data / "traits" / "boreal_npp_allocation_allroot.csv")
    found = PLOTS.read(file)
    assert found.sizes["plot"] > 30 and 0.2 < float(found["allocation_wood"].median()) < 0.8


def test_leaf_area_points_become_a_grid(tmp_path, refused):
    path = tmp_path / "sla_butler.csv"
    path.write_text('"lon","lat","sla_mean","sla_sd"\n24.25,61.25,12.5,3\n25.75,60.75,9,2\n24.75,60.75,NA,NA\n')
    (file,) = SLA.find(tmp_path)
    found = SLA.read(file)
    np.testing.assert_allclose(found["latitude"], [60.75, 61.25])
    np.testing.assert_allclose(found["longitude"], [24.25, 24.75, 25.25, 25.75])
    expected = [[np.nan, np.nan, np.nan, 9.0], [12.5, np.nan, np.nan, np.nan]]
    np.testing.assert_allclose(found["specific_leaf_area"], expected)
    assert float(found["specific_leaf_area_sd"].max()) == 3.0
    np.testing.assert_allclose(SLA.read(file, (61.0, 62.0))["specific_leaf_area"], expected[1:])
    with path.open("a") as table:
        table.write("24.25,61.25,11,1\n")
    refused(SLA.check, file, words=[path.name, "more than one value at 61.25 north"])
    path.write_text("lon,lat,mean\n24.25,61.25,12.5\n25.0,60.75,9\n")
    refused(SLA.check, file, words=[path.name, "a centre at 25"])
    path.write_text("lon,lat,mean\n24.25,61.25,1250\n25.25,60.75,900\n")
    refused(SLA.check, file, words=[path.name, "m2 kg-1", "0.5 to 100"])


def test_columns_of_other_names_are_given_by_the_study(tmp_path):
    path = tmp_path / "traits.csv"
    path.write_text("X,Y,SLA.post,other\n24.25,61.25,12.5,1\n25.75,60.75,9,1\n")
    (file,) = SLA.find(path, variables={"specific_leaf_area": "SLA.post"})
    found = SLA.read(file)
    assert list(found.data_vars) == ["specific_leaf_area"] and float(found["specific_leaf_area"].max()) == 12.5
