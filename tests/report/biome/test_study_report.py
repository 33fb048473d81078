"""Is a study's report whole, every number in it an entry of an exported table, and free of anything it would fetch?"""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.figure import Figure
from PIL import Image
from typer.testing import CliRunner

from cell_sets import cell_set, write_study
from diffdalec.cli import app
from diffdalec.errors import InputError
from diffdalec.report.biome import StudyReport, Tables, build_study_report, pictures, warnings
from diffdalec.report.biome.numbers import percent, share, whole
from diffdalec.results.study_store import Mark, mark_cells, read_attributes
from diffdalec.study import load_study
from diffdalec.workflows.study import report as workflow
from diffdalec.workflows.study.report import find_study, report_study
from fake_stages import run_fake

VOID = {"meta", "img", "br", "link", "hr"}
FREE = {"data", "style", "pre", "dt", "dd", "title"}
"""Elements whose text may hold digits: numbers of tables, and what is no statistic (settings, provenance, tooltips)."""


class Page(HTMLParser):
    """Tags in order, links, and each number's place in the tables; text with digits that stands nowhere in them."""

    def __init__(self, page: str):
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.attributes: list[tuple[str, str]] = []
        self.numbers: list[tuple[str, str]] = []
        self.loose: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self.open.append((tag, given.get("class", "")))
        self.attributes += list(given.items())
        if "data-at" in given:
            self.numbers.append((given["data-at"], given.get("value", given.get("data-value"))))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag, f"</{tag}> closes something else"

    def handle_data(self, text):
        names = {"id", "source", "files"}
        if any(tag in FREE or names & set(look.split()) for tag, look in self.open):
            return
        inside_caption = any(tag == "figcaption" for tag, _ in self.open)
        if re.search(r"\d", text) and not inside_caption:
            self.loose.append(text)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Three cells, one of which failed; fake stages, and the truth of two traits."""
    folder = tmp_path_factory.mktemp("study")
    cells = cell_set(3)
    cells["coverage_gpp"] = ("cell", [0.9, 0.4, 0.0])
    cells["cardamom_2016_wood_residence_time"] = ("cell", [20.0, 30.0, 25.0])
    path = write_study(folder, cells, title="Three cells <b>&")
    with pytest.MonkeyPatch.context() as patch:
        run_fake(path, patch)
    found = load_study(path)
    mark_cells(found.store, "calibration", 2, [Mark.FAILED], ["cell has no value"])
    mark_cells(found.store, "forward", 2, [Mark.FAILED], ["cell has no value"])
    truth = xr.Dataset({n: ("cell", [1.0, 1.1, 0.9]) for n in ("wood_residence_time", "wood_turnover")})
    truth.assign_coords(cell=cells["cell"].values).to_zarr(folder / "truth.zarr", zarr_format=3, consolidated=False)
    return found


@pytest.fixture(scope="module")
def page(study):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pictures, "SCREEN_DPI", 40)  # drawing is most of this module's time
        patch.setattr(workflow, "CELL_DPI", 40)
        patch.setattr(workflow, "study_figures", lambda *_: {})
        return report_study(study, shown=1).read_text(encoding="utf-8")


def test_it_is_well_formed_and_needs_nothing_else(page):
    found = Page(page)
    assert found.open == []
    sources = [v for name, v in found.attributes if name in ("src", "href")]
    ids = {v for name, v in found.attributes if name == "id"}
    assert sources and all(v.startswith(("data:image/webp;base64,", "#")) for v in sources)
    assert all(v[1:] in ids for v in sources if v.startswith("#"))
    assert "http" not in re.sub(r"base64,[^\"]*", "", page) and "<script" not in page and "url(" not in page


def test_every_number_is_an_entry_of_an_exported_table(page, study):
    tables = {p.stem: pd.read_csv(p, dtype=str, keep_default_na=False) for p in (study.out / "tables").glob("*.csv")}
    found = Page(page)
    assert len(found.numbers) > 200
    for at, value in found.numbers:
        table, row, column = at.split(":")
        assert tables[table][column].iloc[int(row)] == value, at
    names = r"R²|r\b|CARDAMOM|‘.*’"
    assert [text for text in found.loose if re.search(r"\d", re.sub(names, "", text))] == []


def test_warnings_come_before_results_and_results_before_all_else(page):
    marks = ("Before reading on", 'id="result"', 'id="maps"', 'id="skill"', 'id="retrieval"', 'id="provenance"')
    order = [page.index(mark) for mark in marks]
    assert order == sorted(order)


def test_what_matters_is_warned_of(page, study):
    said = " ".join(warnings.warnings(Tables.read(study.out / "tables")))
    stage = "failed in the stage ‘calibrate’"
    for expected in (stage, "coarser than the shipped one", "no GPP at all", "spread means nothing"):
        assert expected in said
    assert "failed in the stage ‘forward’" not in said  # the same cell, told once
    assert "not finished" not in said


def test_a_cell_can_be_opened_from_the_map(page, study):
    sample = pd.read_csv(study.out / "tables" / "sample.csv")
    identity = str(sample["cell"].iloc[0])
    assert len(sample) == 1 and f'<a href="#cell-{identity}"><rect' in page
    section = page[page.index(f'id="cell-{identity}"') :]
    assert "data:image/webp" in section[: section.index("</section>")] and "member" in section


def test_names_are_escaped_and_missing_is_a_dash(page):
    assert "<b>&" not in page and "&lt;b&gt;" in page
    assert not re.search(r">(nan|None|inf)<", page)


def test_truth_is_shown_only_where_it_is_known(study):
    tables = Tables.read(study.out / "tables")
    left = {name: frame for name, frame in tables.frames.items() if name != "retrieval"}
    assert 'id="retrieval"' not in build_study_report(StudyReport(Tables(left), read_attributes(study.store)))


def test_only_the_first_tables_are_needed(study):
    """A study without growth curve, references, truth or chosen cells has a report."""
    tables = Tables.read(study.out / "tables")
    few = ("study", "experiments", "stages", "members", "nnse", "traits", "cells")
    page = build_study_report(StudyReport(Tables({n: tables.frames[n] for n in few}), {}))
    assert Page(page).open == [] and "Attribution has not been run" in page


def test_a_folder_is_recognised(study, tmp_path):
    assert find_study(study.out).out == study.out == find_study(study.out.parent).out
    moved = tmp_path / "stick"
    study.out.rename(moved)
    try:
        assert find_study(moved).store == moved / "study.zarr"
    finally:
        moved.rename(study.out)
    assert find_study(tmp_path) is None
    with pytest.raises(InputError, match="nothing to report here"):
        CliRunner().invoke(app, ["report", str(tmp_path)], catch_exceptions=False)


def test_numbers_are_written_for_readers():
    assert (whole(12345), share(0.256), percent(-3.14), percent(2.0)) == ("12\u202f345", "26 %", "−3.1 %", "+2.0 %")
    table = Tables({"t": pd.DataFrame({"name": ["a", "b"], "x": ["1.2345", ""]})})
    assert table.one("t", "x", name="a") == '<data value="1.2345" data-at="t:0:x">1.23</data>'
    assert table.one("t", "x", name="b") == table.one("t", "x", name="c") == "–"


def test_a_picture_has_the_colours_of_the_figure():
    """However many there are, and those that are nearly white above all: none gets a tint."""
    colours = np.linspace([0.97, 0.97, 0.97], [0.9, 0.5, 0.1], 100 * 200).reshape(100, 200, 3)
    colours[:50] = colours[:50].mean(axis=-1, keepdims=True)
    figure = Figure(figsize=(2, 1), layout=None)
    figure.figimage(colours, origin="upper")
    drawn = pictures.picture("name", figure, "Title", dpi=100)
    with Image.open(BytesIO(base64.b64decode(drawn.source.partition(",")[2]))) as image:
        found = np.asarray(image.convert("RGB")).astype(int)
    assert found.shape == (100, 200, 3)
    assert np.abs(found - 255 * colours).max() <= 3
    assert np.ptp(found[:50], axis=-1).max() == 0
