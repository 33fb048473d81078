"""What the attribution does with tables that lack something, and how results are put together."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
import xarray as xr

from diffdalec.analysis.attribution import (
    NOT_ATTRIBUTED,
    attribute_trait,
    attribution_sentences,
    attribution_tables,
    check_predictors,
    collect,
    known_targets,
    require_attribution,
    samples,
    take_sample,
)
from diffdalec.errors import InputError


def test_absent_predictors_are_named(cells):
    with pytest.raises(InputError, match=r"table: the attribution lacks mean_vpd, clay; expected for every cell"):
        check_predictors(cells.drop_vars(["clay", "mean_vpd"]), "table")


def test_a_predictor_without_any_value_is_named(cells):
    with pytest.raises(InputError, match="ph has no value in any of 600 cells"):
        check_predictors(cells.assign(ph=cells["ph"] * np.nan), "table")


def test_cells_that_come_twice_are_refused(cells):
    twice = xr.concat([cells, cells.isel(cell=[3])], "cell")
    with pytest.raises(InputError, match="1 cells come more than once"):
        check_predictors(twice, "table")


def test_cells_are_left_out_and_counted_by_reason(cells, wood_turnover, quick):
    values, _ = wood_turnover()
    values[:7] = np.nan
    robust = xr.ones_like(values, bool)
    robust[5:20] = False
    holed = cells.assign(clay=cells["clay"].where(np.arange(600) < 590))
    sample = take_sample("wood_turnover", "one", values, robust, check_predictors(holed, "table"), quick)
    assert sample.left_out == {"no_value": 7, "not_robust": 13, "no_predictor": 10}
    assert sample.size == 570
    assert set(cells["cell"].values[:20]).isdisjoint(sample.cell)
    assert sample.unit == "ln(d-1)"


def test_too_few_cells_are_told_with_the_reasons(cells, wood_turnover, quick):
    values, _ = wood_turnover()
    robust = xr.DataArray(np.arange(600) < 30, {"cell": cells["cell"]})
    with pytest.raises(InputError, match=r"30 of 600 cells are left .*570 whose members disagree.*at least 50"):
        take_sample("wood_turnover", "one", values, robust, check_predictors(cells, "table"), quick)


@pytest.mark.parametrize(
    ("change", "message"),
    [(lambda v: v * 0 + 1e-4, "the same in all"), (lambda v: v - 1.0, "expected positive values")],
)
def test_a_trait_that_cannot_be_regressed_is_told(cells, wood_turnover, quick, change, message):
    values, _ = wood_turnover()
    values = change(values)
    with pytest.raises(InputError, match=message):
        take_sample("wood_turnover", "one", values, values.notnull(), check_predictors(cells, "table"), quick)


def test_a_missing_package_is_told_with_its_extra(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "diffdalec.analysis.attribution.extra.find_spec", lambda name: None if name == "shap" else found(name)
    )
    with pytest.raises(InputError, match=r'needs shap, which is not installed: pip install "diffdalec\[attribution\]"'):
        require_attribution()


@pytest.fixture(scope="module")
def collected(cells, wood_turnover, quick):
    """Two traits, one of which is constant; a predictor that is constant, too."""
    cells = cells.assign(deciduous_needleleaf_fraction=cells["clay"] * 0.0)
    predictors = check_predictors(cells, "table")
    truth = xr.Dataset({"wood_turnover": wood_turnover()[0], "allocation_wood": cells["clay"] * 0.0 + 0.4})
    truth["wood_turnover"][:4] = np.nan
    wanted = samples(*known_targets(truth), predictors, quick)
    found = {key: s if isinstance(s, str) else attribute_trait(s, quick) for key, s in wanted.items()}
    return collect(found, predictors, quick)


def test_one_trait_does_not_stop_the_others(collected):
    status = collected["status"].sel(experiment="truth")
    assert status.sel(trait="wood_turnover").item() == "explained"
    assert status.sel(trait="allocation_wood").item() == NOT_ATTRIBUTED
    assert "the same in all 600 cells" in collected["reason"].sel(trait="allocation_wood").item()
    assert any("not attributed" in line for line in attribution_sentences(collected))


def test_a_constant_predictor_takes_no_credit(collected, cells):
    one = collected.sel(experiment="truth", trait="wood_turnover")
    larch = one.sel(predictor="deciduous_needleleaf_fraction")
    assert larch["share"].item() == 0.0 and np.isnan(larch["breakpoint"].item())
    assert one["constant_predictors"].item() == "deciduous_needleleaf_fraction"
    without = one["cell"].isin(cells["cell"].values[:4])
    whole = one.isel(cell=~without.values)
    total = whole["base_value"] + whole["shap"].sum("predictor")
    np.testing.assert_allclose(total, whole["fitted"], atol=1e-6)
    assert one["shap"].isel(cell=without.values).isnull().all() and one["left_out_no_value"].item() == 4


def test_tables_hold_what_the_dataset_holds(collected):
    tables = attribution_tables(collected)
    assert set(tables["attribution_status"]["status"]) == {NOT_ATTRIBUTED, "explained"}
    scores = tables["attribution_scores"]
    assert scores["scheme"].tolist() == ["random", "blocked"] and set(scores["trait"]) == {"wood_turnover"}
    expected = collected["r2"].sel(experiment="truth", trait="wood_turnover", scheme="blocked").item()
    assert scores.set_index("scheme").loc["blocked", "r2"] == expected
    assert len(tables["attribution_folds"]) == 2 * 5
    importance = tables["attribution_importance"]
    assert len(importance) == 16 and importance["family"].value_counts().to_dict() == {
        "climate": 9, "soil": 4, "vegetation": 3,
    }  # fmt: skip
    by_family = importance.groupby("family")["share"].sum()
    families = tables["attribution_families"].set_index("family")["family_share"]
    np.testing.assert_allclose(by_family[families.index], families)
    assert len(tables["attribution_clusters"]) == 15 * 14 // 2
    assert len(tables["attribution_dependence"]) == 15 * 15


def test_nothing_to_attribute_is_an_error(cells, quick):
    with pytest.raises(InputError, match="no trait to attribute"):
        samples(cells[["clay"]].expand_dims(experiment=["a"]), cells, check_predictors(cells, "table"), quick)
