"""What the report says of an attribution: skill with tiles held out, first predictors, bends with evidence only."""

from __future__ import annotations

import pandas as pd
import pytest

from diffdalec.report.biome import Tables
from diffdalec.report.biome.attribution import attribution_summary

AT = {"experiment": "growth_curve", "trait": "wood_turnover"}


def tables(p_holm: float = 0.001) -> Tables:
    names = ["coldest_month_temperature", "clay", "ph", "mean_vpd"]
    frames = {
        "attribution_status": [
            {**AT, "status": "explained", "cells": 140},
            {**AT, "trait": "leaf_lifespan", "status": "not attributed", "cells": 3},
        ],
        "attribution_scores": [
            {**AT, "scheme": "random", "r2": 0.8, "r2_low": 0.7, "r2_high": 0.9},
            {**AT, "scheme": "blocked", "r2": 0.512, "r2_low": 0.41, "r2_high": 0.62},
        ],
        "attribution_importance": [
            {**AT, "predictor": n, "share": s, "cluster": c}
            for n, s, c in zip(names, (0.5, 0.1, 0.05, 0.35), (1, 2, 3, 1), strict=True)
        ],
        "attribution_breakpoints": [
            {**AT, "predictor": n, "breakpoint": b, "breakpoint_low": b - 1, "breakpoint_high": b + 1,
             "breakpoint_p_holm": p_holm, "breakpoint_r2_segmented": 0.9 - i / 10}
            for i, (n, b) in enumerate(zip(names, (-20.5, 30.0, 5.0, 3.0), strict=True))
        ],
    }  # fmt: skip
    return Tables({name: pd.DataFrame(rows).astype(str) for name, rows in frames.items()})


def test_a_trait_has_its_skill_predictors_and_bend():
    row = attribution_summary(tables()).rows[0]
    _, blocked, at_random, predictors, bend = row
    assert ">0.51<" in blocked.text and ">0.41<" in blocked.mark and ">0.80<" in at_random.text
    order = [predictors.text.index(name) for name in ("coldest-month", "VPD", "clay")]
    assert order == sorted(order) and "pH" not in predictors.text
    assert ">−20.5<" in bend.text and "coldest-month" in bend.text and ">−21.5<" in bend.text
    assert "VPD" not in bend.text  # correlated, but it does not fit as well


def test_bends_of_correlated_predictors_that_fit_alike_are_told_together():
    found = tables()
    frame = found.frames["attribution_breakpoints"]
    frame.loc[frame["predictor"] == "mean_vpd", "breakpoint_r2_segmented"] = "0.89"
    bend = attribution_summary(found).rows[0][-1].text
    assert bend.index("coldest-month") < bend.index(" or<br>") < bend.index("VPD") and "clay" not in bend


def test_a_bend_without_evidence_is_not_told():
    bend = attribution_summary(tables(p_holm=0.2)).rows[0][-1]
    assert bend.text == "no evidence of a bend"


def test_a_trait_that_was_not_attributed_has_no_numbers():
    row = attribution_summary(tables()).rows[1]
    assert row[0].mark == "not attributed" and {cell.text for cell in row[1:]} == {"–"}


@pytest.mark.parametrize("left", [{}, {"attribution_status": pd.DataFrame()}])
def test_without_attribution_there_is_no_table(left):
    assert attribution_summary(Tables(left)) is None
