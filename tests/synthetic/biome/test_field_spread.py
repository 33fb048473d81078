"""Are true traits as different from cell to cell as those of real boreal forests are, no less and no more?

Plots of ForC: woody production over biomass in stands of 80 years and more is close to how fast wood turns over there.
The variance among plots is split into one within half-degree cells and one between them; cells of a biome have the
latter.
"""

import numpy as np
import pandas as pd
import pytest

from diffdalec.synthetic.biome.traits import Scatter, true_traits

OLD = 80.0
UNLIKELY = "GROA_11419"  # several times too low, by the note that comes with the data
PLOT = ["sitename", "plot.name"]


@pytest.fixture(scope="module")
def plots(shared_data) -> pd.DataFrame:
    """Plots with their NPP by part, and aboveground biomass where it was measured [MgC ha-1 (yr-1)]."""
    production = pd.read_csv(shared_data / "traits" / "boreal_npp_allocation_allroot.csv")
    production = production.rename(columns={"sites.sitename": "sitename"})
    stands = pd.read_csv(shared_data / "growth" / "boreal_biomass_vs_age.csv").rename(columns={"site": "sitename"})
    stands = stands[(stands["variable.name"] == "biomass_ag") & (stands["citation.ID"] != UNLIKELY)]
    stands = stands[[*PLOT, "age", "MgC_ha"]].drop_duplicates(PLOT)
    made = production.merge(stands, on=PLOT, how="left")
    made["cell"] = list(zip(np.floor(2 * made["lat"]), np.floor(2 * made["lon"]), strict=True))
    return made


@pytest.fixture(scope="module")
def turnover(plots) -> pd.DataFrame:
    old = plots[plots["age"] >= OLD].drop_duplicates(PLOT)
    return old.assign(value=np.log(old["wood_ag"] / old["MgC_ha"]))


@pytest.fixture(scope="module")
def truth(domain, land, statistics) -> list:
    return [true_traits(statistics, land, Scatter(seed, domain.cell)) for seed in range(20)]


def between(frame: pd.DataFrame) -> float:
    """Standard deviation between cells of a one-way random-effects analysis of variance; 0 where none shows."""
    groups = frame.groupby("cell")["value"]
    sizes, total = groups.size().to_numpy(), len(frame)
    within = ((frame["value"] - groups.transform("mean")) ** 2).sum() / (total - len(sizes))
    among = (sizes * (groups.mean() - frame["value"].mean()) ** 2).sum() / (len(sizes) - 1)
    typical = (total - (sizes**2).sum() / total) / (len(sizes) - 1)
    return float(np.sqrt(max((among - within) / typical, 0.0)))


def interval(frame: pd.DataFrame) -> tuple[float, float]:
    """5 and 95 % of :func:`between` over resampled cells."""
    rng, cells = np.random.default_rng(0), frame["cell"].unique()
    parts = {cell: frame[frame["cell"] == cell] for cell in cells}
    found = []
    for _ in range(300):
        drawn = [parts[cells[n]].assign(cell=i) for i, n in enumerate(rng.integers(0, len(cells), len(cells)))]
        sample = pd.concat(drawn)
        if len(sample) > len(cells):  # else nothing tells the variance within
            found.append(between(sample))
    return float(np.quantile(found, 0.05)), float(np.quantile(found, 0.95))


def test_the_split_of_variance_finds_what_was_put_in():
    rng = np.random.default_rng(1)
    cell = np.repeat(np.arange(400), rng.integers(1, 5, 400))
    value = 0.5 * rng.standard_normal(400)[cell] + 0.3 * rng.standard_normal(cell.size)
    assert between(pd.DataFrame({"cell": cell, "value": value})) == pytest.approx(0.5, abs=0.05)


def test_wood_turnover_differs_as_much_as_in_the_field(turnover, truth):
    low, high = interval(turnover)
    true = np.mean([np.log(traits.wood_turnover).std() for traits in truth])
    assert len(turnover) == 13 and turnover["cell"].nunique() == 9
    assert low < true < high
    assert true == pytest.approx(between(turnover), abs=0.1)


def test_wood_turnover_is_about_that_of_the_field(turnover, truth):
    """Old stands still grow a little, so that the ratio is an upper estimate of turnover."""
    field = np.exp(turnover["value"].median())
    true = 365.25 * np.median([traits.wood_turnover for traits in truth])
    assert 0.6 * field < true < 1.1 * field


@pytest.mark.parametrize(("trait", "column"), [("allocation_wood", "f_wood"), ("allocation_leaf", "f_leaf")])
def test_allocation_differs_no_more_than_in_the_field(plots, truth, trait, column):
    low, high = interval(plots.assign(value=plots[column]))
    assert low <= np.mean([getattr(traits, trait).std() for traits in truth]) < high
