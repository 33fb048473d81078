"""Evaluation over cells, against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from diffdalec.analysis.cells import (
    CellEnsemble,
    against_references,
    biomass_by_cell,
    biomass_over_cells,
    biomass_retrieval,
    fluxes_by_cell,
    fluxes_over_cells,
    retrieval,
    robustness,
    trait_differences,
)
from diffdalec.analysis.cells.references import bias_interval

EXPERIMENTS = ["baseline", "growth_curve"]


def calibration(wood: np.ndarray, status: np.ndarray | None = None) -> xr.Dataset:
    """A calibration group with ``wood`` (cell, experiment, member) as wood turnover, and a trait and a day from it."""
    dims = ("cell", "experiment", "member")
    about = {"units": "d-1", "group": "parameter", "circular": False, "identifiable": True}
    day = {"units": "d", "group": "parameter", "circular": True, "identifiable": True}
    trait = {"units": "1", "group": "trait", "long_name": "NPP allocation to wood"}
    return xr.Dataset(
        {
            "allocation_wood": (dims, wood * 100, trait),
            "wood_turnover": (dims, wood, about),
            "leaf_onset_day": (dims, np.full(wood.shape, 360.0), day),
            "status": (dims, np.full(wood.shape, "ok") if status is None else status),
        },
        {"cell": np.arange(wood.shape[0]) + 10, "experiment": EXPERIMENTS, "member": np.arange(wood.shape[2])},
    )


@pytest.fixture
def ensemble() -> CellEnsemble:
    """Two cells, two experiments, three members; baseline disagrees in the first cell."""
    wood = np.array([
        [[1.0, 2.0, 4.0], [1.0, 1.1, 0.9]],
        [[3.0, 3.0, 3.1], [2.0, 2.0, 2.0]],
    ])  # fmt: skip
    return CellEnsemble(calibration(wood * 1e-4))


class TestEnsemble:
    def test_medians_are_of_ok_members(self):
        wood = np.array([[[1.0, 2.0, 9.0], [1.0, 1.0, 1.0]]])
        status = np.array([[["ok", "ok", "stuck"], ["dead", "dead", "dead"]]])
        found = CellEnsemble(calibration(wood, status)).medians["wood_turnover"]
        assert found.sel(experiment="baseline").item() == 1.5
        assert np.isnan(found.sel(experiment="growth_curve").item())

    def test_spread_is_the_scaled_mad_over_the_median(self, ensemble):
        spread = ensemble.spread.sel(quantity="wood_turnover", cell=10)
        assert spread.sel(experiment="baseline").item() == pytest.approx(1.4826 * 1.0 / 2.0)
        assert spread.sel(experiment="growth_curve").item() == pytest.approx(1.4826 * 0.1 / 1.0)

    def test_one_member_is_not_robust(self):
        ensemble = CellEnsemble(calibration(np.ones((1, 2, 1))))
        assert not ensemble.robust("wood_turnover").any()

    def test_a_day_of_year_has_no_coefficient_of_variation(self, ensemble):
        assert "leaf_onset_day" not in ensemble.spread["quantity"].values
        assert ensemble.robust("leaf_onset_day").all()


def test_differences_are_percent_bias_against_the_first_experiment(ensemble):
    table = trait_differences(ensemble).sel(quantity="wood_turnover")
    assert table["pbias"].sel(experiment="baseline").item() == 0.0
    assert table["pbias"].sel(experiment="growth_curve").item() == pytest.approx(100 * (3.0 - 5.0) / 5.0)
    # Only the second cell is agreed on by the members of both.
    assert table["cells_robust"].sel(experiment="growth_curve").item() == 1
    assert table["pbias_robust"].sel(experiment="growth_curve").item() == pytest.approx(100 * (2.0 - 3.0) / 3.0)


def test_each_experiment_is_also_compared_with_the_one_before(ensemble):
    turned = CellEnsemble(ensemble.calibration.isel(experiment=[0, 1, 0]).assign_coords(experiment=["a", "b", "c"]))
    previous = trait_differences(turned)["pbias_robust_previous"].sel(quantity="wood_turnover")
    assert np.isnan(previous.sel(experiment="a").item())
    assert previous.sel(experiment="b").item() == pytest.approx(100 * (2.0 - 3.0) / 3.0)
    assert previous.sel(experiment="c").item() == pytest.approx(100 * (3.0 - 2.0) / 2.0)


def test_the_filter_counts_what_it_removes(ensemble):
    table = robustness(ensemble).sel(quantity="wood_turnover")
    assert table["cells"].values.tolist() == [2, 2]
    assert table["removed"].values.tolist() == [1, 0]
    assert table["share"].values.tolist() == [0.5, 0.0]


class TestRetrieval:
    def truth(self, **values) -> xr.Dataset:
        return xr.Dataset({n: ("cell", np.array(v)) for n, v in values.items()}, {"cell": [11, 10]})

    def test_is_aligned_by_cell(self, ensemble):
        truth = self.truth(wood_turnover=[2.0e-4, 1.0e-4])  # of cells 11 and 10
        table = retrieval(ensemble, truth).sel(quantity="wood_turnover", experiment="growth_curve")
        assert table["bias"].item() == pytest.approx(0.0, abs=1e-9)
        assert table["correlation"].item() == pytest.approx(1.0)
        assert table["coverage"].item() == 1.0

    def test_errors_of_the_median(self, ensemble):
        truth = self.truth(wood_turnover=[2.0e-4, 1.0e-4])
        table = retrieval(ensemble, truth).sel(quantity="wood_turnover", experiment="baseline")
        assert table["bias"].item() == pytest.approx(1.0e-4, rel=1e-5)
        assert table["relative_bias"].item() == pytest.approx(100 * 2.0 / 3.0, rel=1e-5)
        assert table["rmse"].item() == pytest.approx(1.0e-4, rel=1e-5)
        assert table["coverage"].item() == 0.5  # 1 lies in 1 … 4; 2 does not lie in 3 … 3.1
        assert table["cells_robust"].item() == 1

    def test_days_are_compared_on_the_circle(self, ensemble):
        table = retrieval(ensemble, self.truth(leaf_onset_day=[4.75, 4.75]))
        assert table["bias"].sel(quantity="leaf_onset_day", experiment="baseline").item() == pytest.approx(-10.0)
        assert table["correlation"].isnull().all()

    def test_biomass_is_held_against_the_true_one(self):
        by_cell = xr.Dataset(
            {"biomass": (("cell", "experiment"), [[100.0, 110.0], [50.0, 60.0]])},
            {"cell": [10, 11], "experiment": EXPERIMENTS},
        )
        carbon = np.array([[0.0, 3000.0], [0.0, 5000.0]])  # cells 11 and 10 [gC m-2] at ages 99 and 100
        truth = xr.Dataset({"total_biomass": (("cell", "age"), carbon)}, {"cell": [11, 10], "age": [99, 100]})
        first, second = biomass_retrieval(by_cell, truth, 100, 0.5)
        assert (first["bias"], second["bias"]) == (-5.0, 5.0)
        assert first["rmse"] == pytest.approx(np.sqrt(50.0)) and first["quantity"] == "biomass_100"
        assert biomass_retrieval(by_cell, truth, 101, 0.5) == []

    def test_a_cell_without_truth_does_not_count(self, ensemble):
        truth = self.truth(wood_turnover=[2.0e-4, 1.0e-4]).sel(cell=[11])
        table = retrieval(ensemble, truth).sel(quantity="wood_turnover", experiment="growth_curve")
        assert table["cells"].item() == 1


def test_references_are_compared_by_name_and_turnovers_with_residence_times(ensemble):
    cells = xr.Dataset(
        {
            "cardamom_2016_wood_residence_time": ("cell", np.array([1.0, np.nan]) / (365.25 * 2e-4)),
            "field_allocation_wood": ("cell", np.array([0.01, 0.03])),
            "field_allocation_plots": ("cell", np.array([2.0, 1.0])),
            "clay": ("cell", np.array([1.0, 2.0])),
            "latitude": ("cell", np.array([60.25, 60.25])),
            "longitude": ("cell", np.array([100.25, 100.75])),
        },
        {"cell": [10, 11]},
    )
    rows = against_references(ensemble, cells)
    assert {(row["reference"], row["quantity"]) for row in rows} == {
        ("cardamom_2016", "wood_turnover"), ("field_allocation", "allocation_wood"),
    }  # fmt: skip
    turnover = next(r for r in rows if r["quantity"] == "wood_turnover" and r["experiment"] == "growth_curve")
    assert turnover["cells"] == 1 and turnover["pbias"] == pytest.approx(-50.0)
    field = next(r for r in rows if r["quantity"] == "allocation_wood" and r["experiment"] == "baseline")
    assert field["correlation"] == pytest.approx(1.0) and field["cells"] == 2


def test_the_interval_of_a_bias_is_of_tiles_and_holds_it():
    rng = np.random.default_rng(0)
    tile, reference = np.repeat(np.arange(40), 4), np.full(160, 2.0)
    by_tile, by_cell = (reference * (1.1 + 0.2 * rng.normal(size=n).repeat(160 // n)) for n in (40, 160))
    wide, narrow = (bias_interval(reference, own, tile) for own in (by_tile, by_cell))
    for own, (low, high) in ((by_tile, wide), (by_cell, narrow)):
        assert low < 100 * (own - reference).sum() / reference.sum() < high
    # Neighbours that are alike tell less: about half as many independent values, twice the width.
    assert 1.4 < (wide[1] - wide[0]) / (narrow[1] - narrow[0]) < 2.8
    assert np.isnan(bias_interval(reference[:16], by_cell[:16], tile[:16])).all()


def test_biomass_is_scored_as_dry_matter_of_the_median_trajectory():
    ages, members = np.arange(1, 4), 3
    reference = np.array([[100.0, 200.0, 300.0], [50.0, 100.0, 150.0]])  # gC m-2
    total = np.repeat(reference[:, None, None, :], 2, axis=1).repeat(members, axis=2)
    total[:, 0] += np.array([0.0, 50.0, 1e9])[None, :, None]  # baseline: 50 gC m-2 too high in the middle member
    ok = xr.DataArray(np.ones((2, 2, members), bool), {"experiment": EXPERIMENTS}, ("cell", "experiment", "member"))
    forward = xr.Dataset(
        {
            "total_biomass": (("cell", "experiment", "member", "age"), total),
            "alive": (("cell", "experiment", "member"), np.ones((2, 2, members), bool)),
            "reference": (("cell", "age"), reference),
        },
        {"cell": [10, 11], "experiment": EXPERIMENTS, "age": ages},
    )
    by_cell = biomass_by_cell(forward, ok, 0.5)
    np.testing.assert_allclose(by_cell["biomass_rmse"], [[1.0, 0.0], [1.0, 0.0]], atol=1e-9)
    np.testing.assert_allclose(by_cell["biomass_reference"], [6.0, 3.0])
    table = biomass_over_cells(by_cell, forward, ok, 0.5)
    np.testing.assert_allclose(table["rmse"], [1.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(table["pbias"], [100 * 2 / 9, 0.0], atol=1e-9)
    np.testing.assert_allclose(table["rmse_along"], [1.0, 0.0], atol=1e-9)
    assert table["alive"].values.tolist() == [6, 6]


def test_scores_of_streams_and_their_sums():
    nnse = np.full((2, 2, 1, 2, 2), 0.8)
    nnse[0, 0, 0, 1, :] = np.nan  # the first cell has no RECO under the baseline
    dims = ("cell", "experiment", "member", "stream", "period")
    ds = xr.Dataset(
        dict.fromkeys(("nnse", "r2", "rmse"), (dims, nnse)),
        {
            "cell": [10, 11], "experiment": EXPERIMENTS, "stream": ["gpp", "reco"],
            "period": ["calibration", "validation"],
        },
    )  # fmt: skip
    ok = xr.DataArray(np.ones((2, 2, 1), bool), dims=("cell", "experiment", "member"))
    table = fluxes_over_cells(fluxes_by_cell(ds, ok)).sel(experiment="baseline", period="validation")
    assert table["cells"].sel(stream=["gpp", "reco", "sum"]).values.tolist() == [2, 1, 2]
    assert table["median"].sel(stream="sum").item() == pytest.approx((0.8 + 1.6) / 2)
