"""Is the report whole, true to the store, and free of anything it would have to fetch?"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from diffdalec.report import build_report, builder, draw_figures, tables, text, write_report
from tree import stand_tree

VOID = {"meta", "img", "br", "link", "hr"}


class _Page(HTMLParser):
    """Collects tags, links and whether every tag is closed in order."""

    def __init__(self, page: str):
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.ids: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.ids |= {value for name, value in attrs if name == "id"}

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes something else"


@pytest.fixture(scope="module")
def demo():
    tree = stand_tree(years=6)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builder, "SCREEN_DPI", 40)  # drawing is most of this module's time
        return tree, build_report(tree, draw_figures(tree))


def test_it_is_well_formed_and_needs_nothing_else(demo):
    page = _Page(demo[1])
    assert page.open == []
    sources = [value for name, value in page.attributes if name in ("src", "href")]
    assert sources and all(value.startswith(("data:image/png;base64,", "#")) for value in sources)
    assert all(value[1:] in page.ids for value in sources if value.startswith("#"))
    assert "http" not in re.sub(r"base64,[^\"]*", "", demo[1])
    assert len(demo[1]) < 4e6


def test_warnings_come_before_results_and_results_before_figures(demo):
    marks = ("Before reading on", 'id="result"', 'id="figures"', 'id="recovery"')
    order = [demo[1].index(mark) for mark in marks]
    assert order == sorted(order)


def test_all_figures_are_there_with_captions(demo):
    assert demo[1].count("<figure") == demo[1].count("<figcaption") == 7


def test_truth_is_shown_only_where_it_is_known():
    tree = stand_tree(years=6, truth=False)
    page = build_report(tree, {})
    assert 'id="recovery"' not in page and "synthetic:" not in page


@pytest.mark.parametrize(
    "kind",
    [
        {"members": 1, "missing": ("lai",), "failed": "baseline", "growth": False},
        {"years": 4},
        {"members": 16},
    ],
    ids=["poor", "nothing held out", "many members"],
)
def test_any_store_has_a_report(kind):
    page = build_report(stand_tree(**{"years": 6} | kind), {})
    assert _Page(page).open == []
    assert not re.search(r"\bnan\b|\binf\b|None", page)


def test_names_are_escaped():
    tree = stand_tree(members=1, years=1)
    tree.attrs["title"] = "Stand <b>&"
    assert "<b>" not in build_report(tree, {})


def test_the_headline_is_the_stores(demo):
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in tables.headline_table(demo[0]).rows}
    rmse = next(values for name, values in rows.items() if name.startswith("RMSE along"))
    assert rmse == [f"{value:.1f}" for value in demo[0]["forward"]["rmse"].values]
    assert rows["Members usable"] == ["4 of 5", "5 of 5", "4 of 5"]
    assert rows["… alive after 100 years"] == ["3 of 4", "5 of 5", "4 of 4"]


def test_every_table_row_has_a_cell_for_each_heading(demo):
    for make in (
        tables.headline_table, tables.scores_table, tables.quantities_table, tables.members_table,
        tables.cost_table, tables.recovery_table,
    ):  # fmt: skip
        table = make(demo[0])
        assert table.rows and all(len(row) == len(table.header) for row in table.rows)


def test_what_is_not_identifiable_is_never_shown_as_retrieved(demo):
    rows = {row[0].text: row for row in tables.recovery_table(demo[0]).rows}
    row = rows["scale of drainage from plant-unavailable water [mm]"]
    assert {cell.look for cell in row[2:]} == {"unseen"} and {cell.mark for cell in row[2:]} == {
        "not retrievable"
    }


def test_a_failed_write_leaves_the_old_report(tmp_path):
    path = tmp_path / "report.html"
    path.write_text("old")
    with pytest.raises(KeyError):
        write_report(stand_tree(members=1, years=1).children["site"], {}, path)
    assert path.read_text() == "old" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    "value, written",
    [
        (0.12345, "0.123"),
        (1234.5, "1\u202f234"),
        (7.5e-5, "7.50 × 10⁻⁵"),
        (1.62e-4, "1.62 × 10⁻⁴"),
        (0.00204, "0.00204"),
        (0.0, "0"),
        (-2.346, "−2.35"),
        (float("nan"), "–"),
    ],
)
def test_numbers_are_written_with_three_digits(value, written):
    assert text.significant(value) == written


def test_ranges_share_their_power_of_ten():
    assert text.span(7.14e-5, 8.38e-5) == "7.14 to 8.38 × 10⁻⁵"
    assert text.decimals(-0.001, 1) == "0.0"
    assert text.unit("gC kgH2O-1 hPa^0.5") == "gC kgH₂O⁻¹ hPa⁰·⁵"


def test_names_and_titles_are_written_alike_in_both_reports():
    assert [text.stream(name) for name in ("gpp", "reco", "leaf_area")] == ["GPP", "RECO", "leaf area"]
    assert text.term("stream:et") == "stream: ET"
    assert text.with_unit("wood turnover", "d-1") == "wood turnover [d⁻¹]" and text.with_unit("share", "1") == "share"
