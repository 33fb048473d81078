"""Which tables are understood, and is each of the others refused in a sentence that helps?"""

import numpy as np
import pandas as pd
import pytest

from diffdalec.errors import InputError
from diffdalec.harmonise.growth_table import growth_table


@pytest.mark.parametrize(
    ("age", "biomass", "unit"),
    [
        ("age", "biomass", None),
        ("Age [yr]", "Biomass [MgC ha-1]", "MgC ha-1"),
        ("age (years)", "AGB (Mg/ha)", "Mg ha-1"),
        ("stand_age", "MgC_ha", "MgC ha-1"),
        ("age_yr", "biomass_MgC_ha", "MgC ha-1"),
        ("age", "total_biomass_Mg_ha", "Mg ha-1"),
    ],
)
def test_column_names(age, biomass, unit):
    frame = pd.DataFrame({"plot": ["a", "b"], age: [10, 20], biomass: [5.0, 9.0]})
    table = growth_table(frame)
    np.testing.assert_array_equal(table.age, [10.0, 20.0])
    np.testing.assert_array_equal(table.biomass, [5.0, 9.0])
    assert (table.unit, table.sd, table.dropped) == (unit, None, 0)


def test_missing_rows_are_dropped_and_counted():
    frame = pd.DataFrame({"age": [1, 2, np.nan, 4], "biomass": [1.0, -9999, 3.0, 4.0], "sd": [1, 1, 1, 2]})
    table = growth_table(frame)
    assert table.dropped == 2
    np.testing.assert_array_equal(table.age, [1.0, 4.0])
    np.testing.assert_array_equal(table.sd, [1.0, 2.0])


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"years": [1], "biomass": [1]}, "no column is age"),
        ({"age": [1], "volume": [1]}, "no column is biomass"),
        ({"age": [1], "biomass": [1], "agb": [1]}, "could all be biomass"),
        ({"age": ["old"], "biomass": [1]}, "'age' is not all numbers"),
        ({"age": [1], "biomass [kg m-2]": [1]}, "'kg m-2' is not known"),
        (
            {"age": [1, 1], "MgC_ha": [1, 2], "variable.name": ["biomass", "biomass_ag"]},
            "mixes biomass, biomass_ag",
        ),
    ],
)
def test_other_tables_are_refused(frame, message):
    with pytest.raises(InputError, match=message):
        growth_table(pd.DataFrame(frame), source="plots.csv")


def test_real_table_mixes_pools_until_one_is_chosen(shared_data):
    frame = pd.read_csv(shared_data / "growth" / "boreal_biomass_vs_age.csv")
    with pytest.raises(InputError, match="mixes biomass, biomass_ag"):
        growth_table(frame)
    table = growth_table(frame[frame["variable.name"] == "biomass"])
    assert table.unit == "MgC ha-1"
    assert table.age.size + table.dropped == 113
